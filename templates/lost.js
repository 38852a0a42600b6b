// Where an address leads nowhere but names a paper (a version, `.html`, `.pdf`, an old subject class): on to the
// paper's page, or to arXiv where this site has none. Without a script the page says how addresses are made.

const NAMED = /^(.*?\/)(?:abs\/|pdf\/|html\/)?(\d{4}\.\d{4,5}|[a-z-]+(?:\.[a-z-]+)?\/\d{7})(?:v\d+)?(?:\.html?|\.pdf)?\/?$/i
const [, site, named] = NAMED.exec(location.pathname) ?? []
if (named) {
  const id = named.toLowerCase().replace(/\.[a-z-]+\//, "/") // math.GT/0309136 is math/0309136
  const page = new URL(`${site}abs/${id}/`, location.origin)
  const there = page.pathname !== location.pathname && await fetch(page).then(answer => answer.ok, () => false)
  if (there) location.replace(page)
  else {
    const told = document.createElement("p"), link = document.createElement("a")
    told.setAttribute("role", "status")
    link.href = `https://arxiv.org/abs/${id}`
    link.textContent = `arXiv:${id}`
    told.append("Nobody followed here has posted about ", link, ".")
    document.querySelector(".prose").prepend(told)
  }
}
