// Where an address leads nowhere but says what was meant, lead on: a paper with a version, `.html`, `.pdf` or an old
// subject class goes to the paper's page, or to arXiv where this site has none; a page beyond the end of a list goes
// to the list. Without a script the page says how addresses are made.

const PAPER = /^(.*?\/)(?:abs\/|pdf\/|html\/)?(\d{4}\.\d{4,5}|[a-z-]+(?:\.[a-z-]+)?\/\d{7})(?:v\d+)?(?:\.html?|\.pdf|\/cite\.bib)?\/?$/i
const LIST_PAGE = /^(.*\/)page\/\d+\/?$/

const exists = address => fetch(address).then(answer => answer.ok, () => false)

async function leadOn(path) {
  const list = LIST_PAGE.exec(path)
  if (list) {
    if (await exists(list[1])) location.replace(list[1])
    return
  }
  const paper = PAPER.exec(path)
  if (!paper) return
  // math.GT/0309136 is math/0309136
  const id = paper[2].toLowerCase().replace(/\.[a-z-]+\//, "/")
  const page = `${paper[1]}abs/${id}/`
  if (page !== path && await exists(page)) location.replace(page)
  else offerArxiv(id)
}

function offerArxiv(id) {
  const sentence = document.createElement("p")
  const link = document.createElement("a")
  sentence.setAttribute("role", "status")
  link.href = `https://arxiv.org/abs/${id}`
  link.textContent = `arXiv:${id}`
  sentence.append("Nobody followed here has posted about ", link, ".")
  document.querySelector(".prose").prepend(sentence)
}

leadOn(location.pathname)
