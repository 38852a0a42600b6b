// The page that stands in for what cannot be reached: what was wanted, and what is kept on this device.

const MOST = 100 // Newest first: whoever reads in the train looks for what was opened last.

export async function start({ home, element }) {
  const by = id => document.getElementById(id)
  const wanted = new URL(new URLSearchParams(location.search).get("for") ?? "", home)
  if (location.search && wanted.href.startsWith(home.href)) {
    const again = element("a", "", "Try again")
    again.href = wanted
    by("told").append("This page is not stored on this device, and there is no connection. ", again)
  }

  const nameOf = async answer => {
    const found = /<title>([^<]*)<\/title>/.exec(await answer.text())
    return new DOMParser().parseFromString(found?.[1] ?? "", "text/html").documentElement.textContent.trim()
  }

  async function kept() {
    const cache = await caches.open(`trending-arxiv:${home.pathname}:pages-1`)
    const pages = (await cache.keys()).filter(({ url }) => url.endsWith("/") && !url.endsWith("/offline/")).reverse().slice(0, MOST)
    return Promise.all(pages.map(async ({ url }) => ({ url, name: await nameOf(await cache.match(url)) })))
  }

  let rows = []
  try {
    rows = await kept()
  } catch {} // Storage is blocked: then nothing is kept.
  for (const { url, name } of rows) {
    const row = element("li", ""), link = element("a", "", name || url)
    link.href = url
    row.append(link)
    by("kept").append(row)
  }
  if (!rows.length) by("kept").append(element("li", "", "Nothing yet. Pages that you open from now on are stored here."))
  document.querySelector("[data-part]").dataset.ready = ""
}
