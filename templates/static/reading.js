// What helps a reader: new since last time, read, saved, hidden, muted and marked papers, keys, colours.
// Everything is kept in this browser under one key and sent nowhere. docs/reading.md says what is in it.

const root = document.documentElement
const home = new URL(root.dataset.root, location.href)
const KEY = "trending-arxiv:" + home.pathname
const PAUSE_MS = 30 * 60_000 // A longer one ends a visit.
const MOST = { read: 3000, hidden: 1000, saved: 2000, words: 200 }
const EMPTY = {
  version: 1, at: 0, last: 0, upTo: "", since: "", read: [], hidden: [], saved: [],
  muteWords: [], muteAuthors: [], muteCategories: [], mutePeople: [], markWords: [], markAuthors: [], colours: "", view: "", keys: true, offline: true,
}
const ID = /^(\d{4}\.\d{4,5}|[a-z-]+\/\d{7})$/
const COLOURS = ["", "light", "dark"]
const VIEWS = ["", "full", "compact"]

// --- What is kept ---

const texts = (list, most = MOST.words, length = 100) =>
  [...new Set((Array.isArray(list) ? list : []).filter(each => typeof each === "string" && each.trim() && each.length <= length))].slice(-most)

const aSaved = each => ({
  id: each.id, title: String(each.title ?? each.id).slice(0, 1000), authors: String(each.authors ?? "").slice(0, 1000),
  date: String(each.date ?? "").slice(0, 40), savedAt: String(each.savedAt ?? "").slice(0, 30),
  bibtex: String(each.bibtex ?? "").slice(0, 20_000), note: String(each.note ?? "").slice(0, 2000), tags: texts(each.tags, 20, 40), categories: texts(each.categories, 20, 40),
})

// Whatever was kept or imported -> what this version understands; throws nothing, trusts nothing.
function sound(given) {
  const from = given && typeof given === "object" ? given : {}
  const saved = (Array.isArray(from.saved) ? from.saved : []).filter(each => each && ID.test(each.id)).map(aSaved)
  const stamp = value => (/^\d{4}-\d\d-\d\dT[\d:]{8}Z$/.test(value) ? value : "")
  return {
    ...EMPTY,
    at: Number(from.at) || 0, last: Number(from.last) || 0, upTo: stamp(from.upTo), since: stamp(from.since),
    read: texts(from.read, MOST.read).filter(id => ID.test(id)), hidden: texts(from.hidden, MOST.hidden).filter(id => ID.test(id)),
    saved: [...new Map(saved.map(each => [each.id, each])).values()].slice(-MOST.saved),
    muteWords: texts(from.muteWords), muteAuthors: texts(from.muteAuthors), muteCategories: texts(from.muteCategories), mutePeople: texts(from.mutePeople),
    markWords: texts(from.markWords), markAuthors: texts(from.markAuthors),
    colours: COLOURS.includes(from.colours) ? from.colours : "", view: VIEWS.includes(from.view) ? from.view : "", keys: from.keys !== false, offline: from.offline !== false,
  }
}

let kept = EMPTY
let remembers = true // False where the browser lets us keep nothing: then until the page is left.

function load() {
  try {
    kept = sound(JSON.parse(localStorage.getItem(KEY)))
  } catch {
    if (!canStore()) remembers = false
  }
  return kept
}

function canStore() {
  try {
    localStorage.getItem(KEY)
    return true
  } catch {
    return false
  }
}

// Reads anew first: another tab may have written since.
function change(how) {
  if (remembers) load()
  kept = sound({ ...kept, ...how(kept) })
  try {
    localStorage.setItem(KEY, JSON.stringify(kept))
  } catch {
    remembers = false
  }
  return kept
}

function erase() {
  kept = EMPTY
  try {
    localStorage.removeItem(KEY)
  } catch {
    remembers = false
  }
}

const current = () => kept
const without = (list, id) => list.filter(each => each !== id)

// --- Papers on this page ---

const shown = () => [...document.querySelectorAll("article[data-paper]")]
const idOf = article => article.dataset.paper

// A text as it reads, where formulas carry their source along.
function plain(node) {
  const copy = node.cloneNode(true)
  copy.querySelectorAll("annotation, .unseen").forEach(each => each.remove())
  copy.querySelectorAll("summary").forEach(each => each.replaceWith(",")) // What it opens goes on with the line.
  return copy.textContent.replace(/\s+/g, " ").trim()
}

const part = (article, name) => {
  const found = article.querySelector(name)
  return found ? plain(found) : ""
}

function element(tag, className, text = "") {
  const made = document.createElement(tag)
  made.className = className
  made.textContent = text
  return made
}

function when(ms) {
  const then = new Date(ms), today = then.toDateString() === new Date().toDateString()
  return today ? then.toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" }) : then.toLocaleDateString("en-GB", { day: "numeric", month: "short" })
}

// --- Words and authors: muted, marked ---

const escaped = word => word.trim().replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&").replace(/\s+/g, "\\s+")
const anyOf = words =>
  words.length ? new RegExp(`(?<![\\p{L}\\p{N}_])(?:${words.map(escaped).join("|")})(?:s|es)?(?![\\p{L}\\p{N}_])`, "giu") : null

const beginning = words => new RegExp(`(?<![\\p{L}\\p{N}_])(?:${words.map(escaped).join("|")})`, "giu")

function ownersWish(name) {
  try {
    return texts(JSON.parse(document.body.dataset[name] ?? "[]"))
  } catch {
    return []
  }
}

function markIn(area, pattern) {
  const walker = document.createTreeWalker(area, NodeFilter.SHOW_TEXT, node =>
    node.parentElement.closest("math, mark, .note, button") ? NodeFilter.FILTER_REJECT : NodeFilter.FILTER_ACCEPT)
  const nodes = []
  while (walker.nextNode()) nodes.push(walker.currentNode)
  for (const node of nodes) {
    const found = [...node.data.matchAll(pattern)]
    for (const each of found.reverse()) {
      const rest = node.splitText(each.index)
      rest.splitText(each[0].length)
      const mark = document.createElement("mark")
      rest.replaceWith(mark)
      mark.append(rest)
    }
  }
}

function markWords(article, words, authors) {
  article.querySelectorAll("mark").forEach(each => { const around = each.parentNode; each.replaceWith(...each.childNodes); around.normalize() })
  for (const [names, pattern] of [[".title, .abstract", anyOf(words)], [".authors", anyOf(authors)]])
    if (pattern) article.querySelectorAll(names).forEach(area => markIn(area, pattern))
}

const categoriesOf = article => [...article.querySelectorAll(":is(.out, .facts) a:is([href*='/c/'], [href^='c/'])")].map(each => each.textContent)

const has = (list, name) => list.some(each => each.toLowerCase() === name.toLowerCase())

function isMutedText(words, authors, categories) {
  return categories.some(each => has(kept.muteCategories, each)) || !!anyOf(kept.muteWords)?.test(words) || !!anyOf(kept.muteAuthors)?.test(authors)
}

// Who signed a comment, a vote or a post: the first thing that stands there.
const signer = line => line?.firstChild?.textContent.trim() ?? ""
const noteSigner = note => signer(note.querySelector("figcaption"))

// Hides what muted people say. Their own pages stay as they are.
function muteTalk() {
  for (const note of document.querySelectorAll(".note")) {
    const place = note.parentElement.matches(".thread, .reply") ? note.parentElement : note
    place.classList.toggle("put-by", has(kept.mutePeople, noteSigner(note)))
  }
  if (location.pathname.startsWith(new URL("by/", home).pathname)) return
  for (const post of document.querySelectorAll(".post")) post.classList.toggle("put-by", has(kept.mutePeople, signer(post.querySelector(".by"))))
}

function isMuted(article) {
  const note = article.querySelector(".note"), isAlone = part(article, ".people") === "1 person"
  if (isAlone && note && has(kept.mutePeople, noteSigner(note))) return true
  return isMutedText(part(article, ".title") + "\n" + part(article, ".abstract"), part(article, ".authors"), categoriesOf(article))
}

// --- Showing it ---

const shownAgain = new Set() // Hidden papers that the reader wants to see on this page.
const justHidden = new Set() // Those hidden on this page: a line stands for them.

function dress() {
  const read = new Set(kept.read), hidden = new Set(kept.hidden), saved = new Set(kept.saved.map(each => each.id))
  muteTalk()
  const words = [...ownersWish("words"), ...kept.markWords], authors = [...ownersWish("authors"), ...kept.markAuthors]
  for (const article of shown()) {
    const id = idOf(article), whole = article.matches(".whole"), loose = whole || article.matches(".found")
    article.classList.toggle("read", read.has(id) && !whole)
    article.classList.toggle("put-by", !loose && !shownAgain.has(id) && (hidden.has(id) || isMuted(article)))
    markWords(article, words, authors)
    label(article, "save", saved.has(id) ? "Saved" : "Save", saved.has(id) ? " (press to take it off the list)" : "")
    label(article, "hide", hidden.has(id) ? "Show" : "Hide")
  }
  for (const rule of document.adoptedStyleSheets[0]?.cssRules ?? []) rule.style.display = "" // From here on classes say it.
  root.classList.remove("sifting")
  tellNews()
}

function label(article, act, word, more = "") {
  const button = article.querySelector(`[data-do=${act}]`)
  if (!button) return
  button.textContent = word
  button.setAttribute("aria-label", `${word}${more}: ${part(article, ".title")}`)
}

let title = document.title

function tellNews() {
  const articles = shown().filter(each => !each.matches(".put-by, .whole"))
  const fresh = kept.since ? articles.filter(each => each.dataset.seen > kept.since) : []
  document.querySelectorAll(".new, .ended").forEach(each => each.remove())
  for (const article of articles) article.classList.toggle("fresh", fresh.includes(article))
  for (const article of fresh) article.prepend(element("p", "new", "New"))
  document.title = fresh.length ? `(${fresh.length}) ${title}` : title
  const end = articles.find(each => !fresh.includes(each))
  const after = articles.slice(articles.indexOf(end))
  if (fresh.length && end && articles[0] !== end && !after.some(each => fresh.includes(each)) && !articles[0].querySelector(".rank") && !end.matches(".found"))
    end.prepend(element("p", "ended", `Your last visit (${when(kept.last)}) ended here`))
  tellSince(fresh.length, shown().filter(each => each.matches(".put-by") && !justHidden.has(idOf(each))))
}

function tellSince(fresh, away) {
  const opening = document.querySelector(".opening")
  document.querySelector(".since")?.remove()
  if (!opening || !shown().some(each => !each.matches(".whole, .found"))) return
  const line = element("p", "since")
  if (!fresh) root.classList.remove("only-new")
  if (fresh) line.append(element("span", "told-new", `${fresh} new since ${when(kept.last)}`), onlyNew(), button("Mark as seen", () => {
    change(now => ({ since: now.upTo }))
    tellNews()
  }))
  if (away.length) line.append(element("span", "", `${away.length} hidden`), button("Show", () => {
    away.forEach(each => shownAgain.add(idOf(each)))
    dress()
  }))
  if (!fresh) tellAge(line)
  if (!remembers) line.append(element("span", "", "This browser keeps nothing for this site."))
  if (line.childNodes.length) opening.append(line)
}

function onlyNew() {
  const made = button("Only new", () => made.setAttribute("aria-pressed", root.classList.toggle("only-new")))
  made.setAttribute("aria-pressed", root.classList.contains("only-new"))
  return made
}

const DAY_MS = 24 * 3_600_000

// A page without news is not made anew, and one whose updates stopped looks the same: what is known is said, and where to look.
function tellAge(line) {
  const made = Date.parse(document.querySelector(".updated time")?.dateTime)
  const days = Math.floor((Date.now() - made) / DAY_MS)
  if (!(days >= 1)) return
  const age = days === 1 ? "a day" : `${days} days`, more = element("a", "", "Status")
  more.href = new URL("status/", home)
  line.append(element("span", "told-new", `Nothing new for ${age}`), more)
}

function button(word, act) {
  const made = element("button", "", word)
  made.type = "button"
  made.addEventListener("click", act)
  return made
}

let voice
function say(text) {
  if (!voice) {
    voice = element("p", "unseen")
    voice.setAttribute("role", "status")
    document.body.append(voice)
  }
  setTimeout(() => { voice.textContent = text }, 50) // A region that is new and full at once is not read out.
}

// --- Acts ---

const forgotten = () => (remembers ? "" : " This browser keeps nothing for this site: it lasts until you leave the page.")

async function bibtexOf(id) {
  try {
    const answer = await fetch(new URL(`abs/${id}/`, home))
    if (!answer.ok) return ""
    return new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("#cite pre")?.textContent ?? ""
  } catch {
    return ""
  }
}

async function fillBibtex(id) {
  const bibtex = await bibtexOf(id)
  if (bibtex) change(now => ({ saved: now.saved.map(each => (each.id === id ? { ...each, bibtex } : each)) }))
}

function save(article) {
  const id = idOf(article)
  const already = kept.saved.some(each => each.id === id)
  change(now => ({
    saved: already ? now.saved.filter(each => each.id !== id) : [...now.saved, {
      id, title: part(article, ".title"), authors: part(article, ".authors"), savedAt: new Date().toISOString(),
      date: part(article, ".out time, .facts time"), categories: categoriesOf(article),
    }],
  }))
  dress()
  say((already ? "Taken off your list." : "Saved.") + forgotten())
  if (already) return
  fillBibtex(id)
  keepForOffline(new URL(`abs/${id}/`, home).href)
}

async function copyText(text, node) {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch { // No permission, or no secure address: the old way needs neither.
    getSelection().selectAllChildren(node)
    return document.execCommand("copy")
  }
}

async function copy(article) {
  const source = article.querySelector("#cite pre")
  if (source) say(await copyText(source.textContent, source) ? "Copied." : "Your browser does not allow copying. The text is selected: press Ctrl C.")
}

function hide(article) {
  const id = idOf(article)
  if (article.matches(".whole, .found")) return
  if (kept.hidden.includes(id)) {
    change(now => ({ hidden: without(now.hidden, id) }))
    dress()
    return
  }
  shownAgain.delete(id)
  change(now => ({ hidden: [...now.hidden, id] }))
  justHidden.add(id)
  const line = element("p", "hidden-one", `Hidden: ${part(article, ".title")} `)
  const back = button("Undo", () => {
    change(now => ({ hidden: without(now.hidden, id) }))
    justHidden.delete(id)
    line.remove()
    dress()
    article.querySelector(".title a")?.focus()
  })
  line.append(back)
  article.before(line)
  dress()
  back.focus({ preventScroll: true })
  say("Hidden." + forgotten())
}

// Without a script these links lead to the paper's page, and so they do in a new tab.
const isForNewTab = event => event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey

function unfold(event, link) {
  if (isForNewTab(event)) return
  const article = link.closest(".paper"), abstract = article.querySelector(".abstract")
  event.preventDefault()
  const opened = article.classList.toggle("unfolded")
  link.setAttribute("aria-expanded", opened)
  if (!opened) return
  abstract.tabIndex = -1
  abstract.focus({ preventScroll: true })
}

function openElsewhere(event, link) {
  if (isForNewTab(event)) return
  event.preventDefault()
  const id = idOf(link.closest("article[data-paper]")), fold = element("details", "inline"), summary = element("summary", "", "Elsewhere")
  const places = document.querySelector("#elsewhere").content.cloneNode(true)
  if (id.includes("/")) places.querySelector(".recent").remove()
  for (const each of places.querySelectorAll("a")) each.href = each.getAttribute("href").replace("ID", id)
  if (link.dataset.discussion) {
    const discussion = element("a", "", "Hacker News")
    discussion.href = link.dataset.discussion
    discussion.rel = "nofollow ugc noopener noreferrer"
    places.prepend(discussion, ", ")
  }
  fold.append(summary, " ", places)
  link.replaceWith(fold)
  fold.open = true
  summary.focus({ preventScroll: true })
}

// --- Full or compact ---

const viewButton = document.querySelector("#view")
function arrange() {
  const compact = (kept.view || root.dataset.view) === "compact"
  root.classList.toggle("compact", compact && !("whole" in root.dataset))
  viewButton?.setAttribute("aria-pressed", compact)
}

function switchView() {
  change(() => ({ view: (kept.view || root.dataset.view) === "compact" ? "full" : "compact" }))
  arrange()
  say((kept.view === "compact" ? "Compact list." : "Full list.") + forgotten())
}
viewButton?.addEventListener("click", switchView)

function saveFile(article) {
  const link = element("a")
  link.href = URL.createObjectURL(new Blob([article.querySelector("#cite pre").textContent], { type: "application/x-bibtex" }))
  link.download = idOf(article).replace("/", "-") + ".bib"
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), 1000)
}

// What a row offers to mute: asked for where "Elsewhere" is opened, so that it moves nothing.
const LEAST_LETTERS = 5
function offerMuting(fold) {
  const article = fold.closest("article[data-paper]")
  if (!article || article.matches(".whole") || fold.querySelector(".muting")) return
  const line = element("span", "muting", ". Mute")
  const offer = (kind, name, values) => {
    if (values.length) line.append(` ${kind} `)
    for (const value of values) line.append(button(value, () => mute(name, value)), " ")
  }
  const words = part(article, ".title").toLowerCase().split(/[^\p{L}\p{N}-]+/u).filter(each => each.length >= LEAST_LETTERS)
  const people = [...article.querySelectorAll(".note")].map(noteSigner).filter(Boolean)
  offer("author", "muteAuthors", part(article, ".authors").split(", ").filter(Boolean).slice(0, 2))
  offer("category", "muteCategories", categoriesOf(article))
  offer("person", "mutePeople", [...new Set(people)])
  offer("word", "muteWords", [...new Set(words)].slice(0, 5))
  fold.append(line)
}
document.addEventListener("toggle", event => event.target.matches?.(".out details, .more") && event.target.open && offerMuting(event.target), true)

// Rows of later pages and past days bring no buttons: their bytes would be told a hundred times a page.
function addMore(row) {
  const fold = element("details", "inline more"), summary = element("summary", "", "More")
  summary.setAttribute("aria-label", `More: ${part(row, ".title")}`)
  fold.append(summary, " ")
  for (const act of ["save", "hide"]) {
    const made = button("", () => {})
    made.dataset.do = act
    fold.append(made, " ")
  }
  row.append(fold)
}
document.querySelectorAll(".paper.row").forEach(addMore)

function mute(name, value) {
  change(now => ({ [name]: [...now[name], value] }))
  dress()
  const line = element("p", "hidden-one", `Muted: ${value} `)
  const back = button("Undo", () => {
    change(now => ({ [name]: without(now[name], value) }))
    line.remove()
    dress()
  })
  line.append(back)
  const first = shown().find(each => each.checkVisibility()) ?? document.querySelector(".opening")
  first?.before(line)
  back.focus()
  say(`Muted: ${value}.` + forgotten())
}

const ACTS = { save, hide, copy, file: saveFile }
document.addEventListener("click", event => {
  if (event.target.closest?.("[data-do=note]")) document.querySelector(".folds").classList.toggle("unfolded")
  const folded = event.target.closest?.(".rest a")
  if (folded) unfold(event, folded)
  const elsewhere = event.target.closest?.(".elsewhere")
  if (elsewhere) openElsewhere(event, elsewhere)
  const act = event.target.closest?.("[data-do]")
  const article = act?.closest("article[data-paper]")
  if (article) ACTS[act.dataset.do]?.(article)
})

// --- Keys ---

async function openHelp() {
  const { openKeys } = await script("keys")
  openKeys({ button, change, current, element })
}

const titleLink = article => article?.querySelector(".title a")
let at = null // The paper that the keys are at, also when the focus went elsewhere.

const seenNow = () => shown().filter(each => each.checkVisibility() && titleLink(each))

function goTo(article) {
  at = article ?? at
  titleLink(at)?.focus({ preventScroll: true })
  at?.scrollIntoView({ block: "start" })
}

// The next paper that is new, or where none is, that was not opened yet.
function nextUnread() {
  const seen = seenNow(), wanted = seen.some(each => each.matches(".fresh")) ? ".fresh" : ":not(.read)"
  const from = here()
  goTo(seen.slice(seen.indexOf(from) + 1).find(each => each.matches(wanted)))
}

function openPdf() {
  const article = here()
  article?.querySelector("a[href*='/pdf/']")?.click()
}

// On a paper's page: the next one of the list that one came from.
const WALK = KEY + ":walk"
function walk(by) {
  try {
    const { ids, from } = JSON.parse(sessionStorage.getItem(WALK)), place = ids.indexOf(idOf(document.querySelector("article.whole")))
    if (place < 0) return
    location.href = place + by < 0 ? from : new URL(ids[place + by] ? `abs/${ids[place + by]}/` : from, home)
  } catch {} // One came from elsewhere, or nothing may be kept.
}
addEventListener("pagehide", () => {
  const ids = shown().filter(each => !each.matches(".whole")).map(idOf)
  try {
    if (ids.length > 1) sessionStorage.setItem(WALK, JSON.stringify({ ids, from: location.href }))
  } catch {}
})

function step(by) {
  if (document.querySelector("article.whole")) return walk(by)
  const seen = seenNow()
  const focused = document.activeElement?.closest("article[data-paper]") ?? (at?.isConnected ? at : null)
  let place = seen.indexOf(focused)
  if (place < 0) place = focused ? seen.findIndex(each => focused.compareDocumentPosition(each) & 4) - (by > 0 ? 1 : 0) : by > 0 ? -1 : 0
  goTo(seen[Math.max(0, Math.min(seen.length - 1, place + by))])
}

function search() {
  const field = document.querySelector("#q")
  if (field) field.select()
  else location.href = new URL("search/", home)
}

const here = () => document.activeElement?.closest("article[data-paper]") ?? (at?.isConnected ? at : document.querySelector("article.whole"))
const KEYS = {
  j: () => step(1),
  k: () => step(-1),
  n: nextUnread,
  o: () => titleLink(here())?.click(),
  p: openPdf,
  v: switchView,
  s: () => here() && save(here()),
  h: () => here() && hide(here()),
  "/": search,
  "?": openHelp,
}
let went = -Infinity // When g was pressed.

document.addEventListener("keydown", event => {
  const { key, target } = event
  if (!kept.keys || event.defaultPrevented || event.isComposing || event.repeat && !/^[jk]$/.test(key)) return
  if (event.ctrlKey || event.metaKey || event.altKey || target.isContentEditable || document.querySelector("dialog[open]")) return
  if (target.matches?.("input, textarea, select, [role=textbox]")) return
  const after = event.timeStamp - went < 1500
  went = key === "g" ? event.timeStamp : -Infinity
  if (after && key === "h") location.href = home
  else if (Object.hasOwn(KEYS, key)) KEYS[key]()
  else return
  event.preventDefault()
})

// --- What people say: its order, and whose ---

const talk = document.querySelector("#talk")
function arrangeTalk() {
  const order = document.querySelector("#order").value, from = document.querySelector("#from")?.value
  const threads = [...talk.querySelectorAll(".thread")]
  threads.forEach((each, place) => { each.dataset.place ??= place })
  const worth = { "": each => -each.dataset.place, at: each => Date.parse(each.dataset.at), likes: each => +each.dataset.likes }[order]
  threads.sort((one, other) => worth(other) - worth(one))
  talk.querySelector("details:not(.reply)")?.remove()
  talk.replaceChildren(...threads)
  for (const thread of threads) thread.hidden = !isFrom(thread, from)
}
const signerOf = thread => noteSigner(thread.querySelector(".note"))

// "" is everyone, "t:lab" the readers of a tracker, "p:Ada Example" one person.
function isFrom(thread, from) {
  if (!from) return true
  const name = from.slice(2)
  return from[0] === "t" ? thread.dataset.t.split(" ").includes(name) : signerOf(thread) === name
}

function choiceOf(label, kind, names) {
  const group = document.createElement("optgroup")
  group.label = label
  group.append(...[...new Set(names)].sort().map(name => new Option(name, kind + name)))
  return group
}

const narrow = document.querySelector(".narrow")
if (narrow) {
  const threads = [...talk.querySelectorAll(".thread")], label = element("label", "", "From "), from = document.createElement("select")
  const trackers = threads.flatMap(thread => thread.dataset.t.split(" ").filter(Boolean))
  from.id = "from"
  from.append(new Option("everyone", ""), choiceOf("Tracker", "t:", trackers), choiceOf("Person", "p:", threads.map(signerOf)))
  label.append(from)
  narrow.append(label)
}
narrow?.addEventListener("change", arrangeTalk)

// --- Colours ---

function wear() {
  if (kept.colours) root.dataset.colours = kept.colours
  else delete root.dataset.colours
  const choice = document.querySelector("#colours")
  if (choice) choice.value = kept.colours
}

document.querySelector("#colours")?.addEventListener("change", event => {
  change(() => ({ colours: event.target.value }))
  wear()
})
document.querySelector("#keys")?.addEventListener("click", openHelp)

// --- This visit ---

const newestHere = () =>
  [...document.querySelectorAll("[data-seen]")].map(each => each.dataset.seen).reduce((most, each) => (each > most ? each : most), "")

function arrive() {
  const now = Date.now()
  const whole = document.querySelector("article.whole")
  change(before => {
    const again = now - before.at > PAUSE_MS // The site's own times are compared, so no clock has to be right.
    const newest = newestHere()
    return {
      at: now,
      last: again ? before.at : before.last,
      since: again ? before.upTo : before.since,
      upTo: newest > before.upTo ? newest : before.upTo,
      read: whole ? [...without(before.read, idOf(whole)), idOf(whole)] : before.read,
    }
  })
  wear()
  arrange()
  dress()
}

load()
const came = kept.at > 0 // Not for the first time.
arrive()
addEventListener("visibilitychange", () => document.hidden && change(() => ({ at: Date.now() })))
addEventListener("pageshow", event => event.persisted && (load(), arrive()))
addEventListener("storage", event => event.key === KEY && (load(), wear(), arrange(), dress()))

// --- Reading offline ---

// A first page is three requests and no more: the worker is fetched once its reader comes back, or does something here.
async function keepForOffline(address = location.href) {
  if (!remembers || !kept.offline || root.dataset.offline === "off" || document.querySelector('script[src^="/__live/"]')) return // The last: the page is being made.
  try {
    await navigator.serviceWorker.register(new URL("sw.js", home), { scope: home.pathname })
    const { active } = await navigator.serviceWorker.ready
    const throughWorker = performance.getEntriesByType("navigation")[0]?.workerStart > 0 // Then it kept this page itself.
    if (address !== location.href || !throughWorker) active.postMessage({ keep: address })
  } catch {} // There is none, or the browser does not want to: everything else goes on.
}

async function forgetOffline() {
  try {
    for (const each of await navigator.serviceWorker.getRegistrations()) if (each.scope === home.href) await each.unregister()
    for (const name of await caches.keys()) if (name.startsWith(`${KEY}:`)) await caches.delete(name)
  } catch {} // No worker, no caches.
}

const whenIdle = window.requestIdleCallback ?? (act => setTimeout(act, 200))
const begin = () => whenIdle(() => keepForOffline())
if (came) document.readyState === "complete" ? begin() : addEventListener("load", begin, { once: true })
else for (const sign of ["pointerdown", "keydown"]) addEventListener(sign, begin, { once: true, passive: true })

// --- Roots ---

// Chromium draws no sign of a root where no font with a MATH table is installed, as on most Android phones: x + 1 would
// stand there for its root. Then the sign is written as any other, and a bar drawn over what it covers.
const inMath = (name, ...children) => {
  const made = document.createElementNS("http://www.w3.org/1998/Math/MathML", name)
  made.append(...children)
  return made
}

function rootsAreDrawn() {
  const bare = inMath("mrow", inMath("mi", "x"))
  const covered = inMath("msqrt", inMath("mi", "x"))
  const probe = inMath("math", bare, covered)
  probe.setAttribute("class", "unseen")
  document.body.append(probe)
  const wider = covered.getBoundingClientRect().width - bare.getBoundingClientRect().width
  probe.remove()
  return wider > 2
}

const rooted = document.querySelectorAll("msqrt, mroot")
if (rooted.length && !rootsAreDrawn()) for (const each of rooted) {
  const index = each.localName === "mroot" ? [inMath("msup", inMath("mrow"), each.lastElementChild)] : []
  const sign = inMath("mo", "\u221A")
  for (const name of ["lspace", "rspace"]) sign.setAttribute(name, "0")
  const covered = inMath("mrow", ...each.childNodes)
  covered.setAttribute("class", "covered")
  each.replaceWith(inMath("mrow", ...index, sign, covered))
}

// A script that only some pages need, of the same version as this one.
function script(name) {
  return import(new URL(`${name}.js${new URL(import.meta.url).search}`, import.meta.url))
}

const own = document.querySelector("[data-part]")?.dataset.part
if (own) script(own).then(page => page.start({
  home, button, change, current, dress, element, erase, fillBibtex, forgetOffline, isMutedText, keepForOffline, say, script, sound, remembers: () => remembers,
  mark: (article, words) => words.length && article.querySelectorAll(".title, .authors").forEach(area => markIn(area, beginning(words))),
}))
