// Keeps what was visited, for the train. What is online always comes from there: nothing stale is shown while it answers.
// Lists are short, so nothing is indexed: the oldest goes first. docs/reading.md says what is kept and how to be rid of it.

const VERSION = "{{ assets }}" // Of the style and the scripts: with new ones this file differs, and is taken in anew.
const ON = {{ v.on|tojson }} // Where the owner switched it off, this takes what was kept away, and itself.
const PLACES = {{ v.places|tojson }} // What else lies below home is another site.
const home = new URL(self.registration.scope)
const KEEP = `trending-arxiv:${home.pathname}:` // Sites of one owner share an origin, and see each other's caches.
const PAGES = `${KEEP}pages-1`, ASSETS = `${KEEP}assets-1`
const MOST = { [PAGES]: 300, [ASSETS]: 40 }
const NEEDED = ["style.css", "reading.js", "keys.js", "saved.js", "offline.js"].map(name => new URL(`static/${name}?v=${VERSION}`, home).href)
const AWAY = new URL("offline/", home)

async function put(name, request, answer) {
  const cache = await caches.open(name)
  await cache.delete(request) // What is put again is the youngest.
  await cache.put(request, answer)
  const kept = await cache.keys()
  for (const old of kept.slice(0, Math.max(0, kept.length - MOST[name]))) await cache.delete(old)
}

const isGood = answer => answer.status === 200 && answer.type === "basic"
const keep = (name, request, answer) => isGood(answer) ? put(name, request, answer.clone()).catch(() => {}) : null // A full disk stops no reading.

async function fromNetwork(event) {
  const { request } = event
  const address = request.url.split(/[?#]/)[0] // A search is one page, whatever is looked for.
  try {
    const answer = await fetch(request, { cache: "no-cache" }) // Asks whether it changed, where the browser would guess.
    event.waitUntil(keep(PAGES, address, answer) ?? Promise.resolve())
    return answer
  } catch (problem) {
    const known = await caches.match(address, { cacheName: PAGES })
    if (known) return known
    if (request.mode !== "navigate") throw problem
    return Response.redirect(`${AWAY}?for=${encodeURIComponent(request.url.slice(home.href.length))}`)
  }
}

async function fromCache(event) {
  const known = await caches.match(event.request, { cacheName: ASSETS })
  if (known) return known // Its address has the version in it: another content is another address.
  const answer = await fetch(event.request)
  event.waitUntil(keep(ASSETS, event.request, answer) ?? Promise.resolve())
  return answer
}

const isPart = ({ pathname, search }) => pathname.startsWith(`${home.pathname}static/`) && search.startsWith("?v=")
const isKept = ({ pathname }) => /\/$|\.html$|\/cite\.bib$|\/search\/[^/]+\.json$/.test(pathname)

function isOurs(url) {
  const [place] = url.href.split(/[?#]/)[0].slice(home.href.length).split("/")
  return url.href.startsWith(home.href) && (place === "" || place === "index.html" || PLACES.includes(place))
}

self.addEventListener("fetch", event => {
  const { request } = event, url = new URL(request.url)
  if (!ON || request.method !== "GET" || !isOurs(url)) return
  if (isPart(url)) event.respondWith(fromCache(event))
  else if (isKept(url)) event.respondWith(fromNetwork(event))
})

// The page that was open before anything listened is kept as well, and so is what every page needs.
async function takeIn(addresses) {
  for (const address of addresses) {
    const url = new URL(address, home)
    if (!ON || !isOurs(url)) continue
    const name = isPart(url) ? ASSETS : PAGES
    if (name === ASSETS && await caches.match(url.href, { cacheName: name })) continue
    await keep(name, url.href.split(name === ASSETS ? "#" : /[?#]/)[0], await fetch(url.href))
  }
}

self.addEventListener("message", event => event.data?.keep && event.waitUntil(takeIn([String(event.data.keep)]).catch(() => {})))
self.addEventListener("install", event => event.waitUntil(takeIn([...NEEDED, AWAY.href, new URL("saved/", home).href]).then(() => self.skipWaiting())))
self.addEventListener("activate", event => event.waitUntil((async () => {
  const others = (await caches.keys()).filter(name => name.startsWith(KEEP) && !(ON && name in MOST))
  await Promise.all(others.map(name => caches.delete(name)))
  await (ON ? self.clients.claim() : self.registration.unregister())
})()))
