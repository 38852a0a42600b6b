// The page of what this browser keeps: the saved papers with their exports, the list "for you", words, hidden papers, and
// the way out for all of it.

const AUTHORS_SHOWN = 6
const WEEK_MS = 7 * 86_400_000
const NUMBER = /(?<![\d.])(\d{4}\.\d{4,5})(?!\d)|(?<![a-z-])([a-z-]+)(?:\.[A-Z]{2})?(\/\d{7})(?!\d)/g
const FILE_MOST = 20_000_000

// --- A bibliography, or a list ---

// What a field of BibTeX holds, without its braces: title = {The {LSTM}}, title = "The LSTM".
function bibtexField(entry, name) {
  const start = new RegExp(`\\b${name}\\s*=\\s*`, "i").exec(entry)
  if (!start) return ""
  const text = entry.slice(start.index + start[0].length)
  if (text[0] === '"') return clean(text.slice(1, text.indexOf('"', 1)))
  let depth = 0, end = 0
  do {
    if (text[end] === "{") depth++
    if (text[end] === "}") depth--
    end++
  } while (depth > 0 && end < text.length)
  return clean(text.slice(0, end))
}
const clean = text => text.replace(/\\([&%$#_])/g, "$1").replace(/[{}]/g, "").replace(/\s+/g, " ").trim()

function firstNameFirst(name) {
  const [last, first] = name.split(", ")
  return first ? `${first} ${last}` : name
}

// Papers named in a .bib, a .ris or any text: each with the title and authors that stand with it.
export function papersIn(text) {
  const papers = new Map()
  for (const entry of text.split(/^(?=\s*@\w+\s*\{)|^ER\s+-.*$/m)) {
    const isBibtex = /^\s*@/.test(entry)
    const lines = name => [...entry.matchAll(new RegExp(`^${name}  - (.*)$`, "gm"))].map(([, value]) => value.trim())
    const title = isBibtex ? bibtexField(entry, "title") : lines("(?:TI|T1)")[0]
    const names = isBibtex ? bibtexField(entry, "author").split(" and ") : lines("(?:AU|A1)")
    const authors = names.map(firstNameFirst).join(", ")
    const ids = [...entry.matchAll(NUMBER)].map(([, id, archive, number]) => id ?? archive + number)
    for (const id of new Set(ids)) {
      // A list, or an entry that names others too: its title is of the first.
      const isNamed = title && id === ids[0]
      papers.set(id, { id, title: isNamed ? title : `arXiv:${id}`, authors: isNamed ? authors : "", savedAt: new Date().toISOString() })
    }
  }
  return papers
}

export function start(kit) {
  const { home, button, change, current, dress, element, erase, fillBibtex, forgetOffline, keepForOffline, say, script, sound, remembers } = kit
  const by = id => document.getElementById(id)
  const told = by("told")
  const tell = text => { told.textContent = text }
  const count = (number, one) => `${number.toLocaleString("en-GB")} ${one}${number === 1 ? "" : "s"}`

  // --- Saved papers ---

  function namesOf({ authors }) {
    const names = authors.split(", ")
    const more = names.length - AUTHORS_SHOWN
    return more > 1 ? `${names.slice(0, AUTHORS_SHOWN).join(", ")} and ${more} more` : names.join(", ")
  }

  function article(paper) {
    const made = element("article", "paper found"), heading = element("h2", "title"), link = element("a", "", paper.title)
    const out = element("ul", "out"), meta = element("div", "meta"), keep = element("li", ""), site = element("li", ""), arxiv = element("a", "", `arXiv:${paper.id}`)
    made.dataset.paper = paper.id
    link.href = new URL(`abs/${paper.id}/`, home)
    arxiv.href = `https://arxiv.org/abs/${paper.id}`
    heading.append(link)
    site.append(arxiv)
    const act = button("Saved", () => {})
    act.dataset.do = "save"
    keep.append(act)
    if (paper.date) out.append(element("li", "", paper.date))
    if (paper.savedAt) out.append(element("li", "", `saved ${new Date(paper.savedAt).toLocaleDateString("en-GB", { day: "numeric", month: "short", year: "numeric" })}`))
    out.append(site, keep)
    meta.append(out)
    made.append(heading, element("p", "authors", namesOf(paper)), meta, own(paper, "note", "Note", paper.note), own(paper, "tags", "Tags", paper.tags.join(", ")))
    return made
  }

  function own({ id, title }, name, label, value) {
    const line = element("p", "own"), field = document.createElement("input"), named = element("label", "", `${label} `)
    field.value = value
    field.setAttribute("aria-label", `${label}: ${title}`)
    field.addEventListener("change", () => {
      const kept = name === "tags" ? field.value.split(",").map(each => each.trim()).filter(Boolean) : field.value
      change(now => ({ saved: now.saved.map(each => (each.id === id ? { ...each, [name]: kept } : each)) }))
      say("Kept.")
    })
    named.append(field)
    line.append(named)
    return line
  }

  // What the filter lets through: words of anything that is kept of a paper, tags as #tag, and a day since when.
  const filter = by("filter"), since = by("since")
  function chosen() {
    const asked = filter.value.toLowerCase().split(/\s+/).filter(Boolean)
    return current().saved.filter(each => {
      const text = [each.id, each.title, each.authors, each.note, ...each.tags.map(tag => `#${tag}`)].join(" ").toLowerCase()
      return asked.every(word => text.includes(word)) && (!since.value || each.savedAt.slice(0, 10) >= since.value)
    })
  }
  for (const each of [filter, since]) each.addEventListener("input", () => draw())

  let drawn = ""
  function draw() {
    const { saved, hidden, read } = current()
    const shown = chosen(), ids = JSON.stringify([shown.map(each => each.id), hidden])
    if (ids !== drawn) {
      drawn = ids
      by("papers").replaceChildren(...shown.toReversed().map(article))
      by("hidden").replaceChildren(...hidden.toReversed().map(hiddenRow))
      dress()
    }
    exports.hidden = by("narrowing").hidden = !saved.length
    weekly.hidden = !savedThisWeek().length
    if (forYou.open) drawForYou()
    if (!saved.length && !told.textContent) tell("Nothing saved yet. Press Save below a paper, or the key s.")
    by("hidden-told").textContent = hidden.length ? "Lists leave these out." : "None."
    by("kept-told").textContent = remembers()
      ? `${count(saved.length, "saved paper")}, ${count(read.length, "opened paper")}, ${count(hidden.length, "hidden paper")}, your words, when you were here last, and your settings.`
      : "Your browser does not let this site store anything: changes are lost when you leave the page."
  }

  function hiddenRow(id) {
    const row = element("li", ""), link = element("a", "", `arXiv:${id}`)
    link.href = new URL(`abs/${id}/`, home)
    const show = button("Show again", () => {
      change(now => ({ hidden: now.hidden.filter(each => each !== id) }))
      draw()
      tell(`arXiv:${id} is back in the lists.`)
    })
    show.setAttribute("aria-label", `Show again: arXiv:${id}`)
    row.append(link, " ", show)
    return row
  }

  // --- Files ---

  function download(name, type, text) {
    const link = element("a", "")
    link.href = URL.createObjectURL(new Blob([text], { type }))
    link.download = name
    link.click()
    setTimeout(() => URL.revokeObjectURL(link.href), 60_000)
  }

  // What arXiv's id alone allows to say, where the paper's page could not be read.
  const plainBibtex = ({ id, title }) => `@misc{arxiv:${id},\n  title = {{${title.replace(/[{}\\]/g, "").replace(/[&%#_$]/g, "\\$&")}}},\n  eprint = {${id}},\n  archivePrefix = {arXiv},\n  url = {https://arxiv.org/abs/${id}}\n}\n`

  function savedThisWeek() {
    const since = new Date(Date.now() - WEEK_MS).toISOString()
    return current().saved.filter(each => each.savedAt > since)
  }

  async function exportBibtex(choose) {
    tell("Collecting …")
    for (const { id, bibtex } of choose()) if (!bibtex) await fillBibtex(id)
    const saved = choose(), bare = saved.filter(each => !each.bibtex).length
    download("saved.bib", "application/x-bibtex", saved.map(each => (each.bibtex ? each.bibtex.trim() + "\n" : plainBibtex(each))).join("\n"))
    tell(`${count(saved.length, "paper")} written to saved.bib.${bare ? ` ${bare} could not be loaded and have only title and id.` : ""}`)
  }

  function exportRis() {
    const records = chosen().map(({ id, title, authors, date, note, tags }) => [
      "TY  - UNPB", `ID  - arXiv:${id}`, `TI  - ${title}`, ...authors.split(", ").filter(Boolean).map(each => `AU  - ${each}`), `PY  - ${/\d{4}$/.exec(date)?.[0] ?? ""}`,
      ...tags.map(each => `KW  - ${each}`), note && `N1  - ${note.replace(/\s+/g, " ")}`, `UR  - https://arxiv.org/abs/${id}`, "ER  - ",
    ].filter(Boolean).join("\r\n"))
    download("saved.ris", "application/x-research-info-systems", records.join("\r\n") + "\r\n")
    tell(`${count(records.length, "paper")} written to saved.ris.`)
  }

  function exportJson(saved) {
    download("reading.json", "application/json", JSON.stringify({ site: home.href, ...current(), saved }, null, 1) + "\n")
    tell(`${count(saved.length, "paper")} written to reading.json.`)
  }

  const LISTS = ["read", "hidden", "saved", "muteWords", "muteAuthors", "muteCategories", "mutePeople", "markWords", "markAuthors"]

  async function bringIn(file) {
    try {
      if (file.size > FILE_MOST) throw new Error("large")
      const text = await file.text()
      if (/\.(bib|ris|txt)$/i.test(file.name)) return bringInPapers(file.name, text)
      const given = JSON.parse(text)
      if (!given || given.version !== 1 || !Array.isArray(given.saved)) throw new Error("other")
      const from = sound(given), before = current().saved.length
      const now = change(now => Object.fromEntries(LISTS.map(name => [name, [...from[name], ...now[name]]])))
      fill()
      draw()
      tell(`${count(now.saved.length - before, "paper")} added from ${file.name}.`)
    } catch {
      tell(`${file.name} is not an export of this page. Nothing changed.`)
    }
  }

  // Every arXiv id in a text is saved. What this site has of a paper comes from its index, the rest from the text.
  async function bringInPapers(name, text) {
    const papers = papersIn(text), before = current().saved.length
    if (!papers.size) return tell(`${name} has no arXiv ids. Nothing changed.`)
    tell("Looking up …")
    try {
      const { openIndex } = await script("search"), index = openIndex(home)
      for (const [id, number] of await index.numbersOf([...papers.keys()])) {
        const [, title, authors, date, categories] = await index.paper(number)
        Object.assign(papers.get(id), { title, authors: papers.get(id).authors || authors, date, categories })
      }
    } catch {} // Without the index the titles of the file do.
    const now = change(now => {
      const kept = new Set(now.saved.map(each => each.id))
      return { saved: [...[...papers.values()].filter(({ id }) => !kept.has(id)), ...now.saved] }
    })
    draw()
    tell(`${count(now.saved.length - before, "paper")} added from ${name}.`)
  }

  by("seeds").addEventListener("submit", event => {
    event.preventDefault()
    bringInPapers("what you pasted", by("pasted").value)
    by("pasted").value = ""
  })

  // --- For you ---

  const forYou = by("for-you")
  let list
  async function drawForYou() {
    list ??= Promise.all([script("for_you"), script("search")]).then(([own, search]) => own.start(kit, search))
    try {
      const place = await list
      await place.draw()
    } catch {
      list = undefined
      by("for-you-told").textContent = "This list could not be loaded."
    }
  }
  forYou.addEventListener("toggle", () => forYou.open && drawForYou())
  if (location.hash === "#for-you") forYou.open = true

  // --- Words ---

  const fields = [...by("words").elements]
  const fill = () => fields.forEach(each => { if (each !== document.activeElement) each.value = current()[each.name].join("\n") })
  by("words").addEventListener("input", ({ target }) => change(() => ({ [target.name]: target.value.split("\n").map(each => each.trim()).filter(Boolean) })))
  by("words").addEventListener("change", () => say("Kept."))

  // --- The way out ---

  const offline = by("offline")
  if (offline) offline.checked = current().offline
  offline?.addEventListener("change", () => {
    change(() => ({ offline: offline.checked }))
    if (offline.checked) keepForOffline()
    else forgetOffline()
    say(offline.checked ? "Pages that you open from now on are stored here." : "Pages are no longer stored here.")
  })

  const exports = by("exports")
  const weekly = button("This week’s as BibTeX", () => exportBibtex(savedThisWeek))
  exports.append(button("Export as BibTeX", () => exportBibtex(chosen)), button("Export as RIS", exportRis), button("Export as JSON", () => exportJson(chosen())), weekly)
  by("keeping").append(button("Export everything as JSON", () => exportJson(current().saved)), button("Erase everything", eraseAll))
  const field = by("file")
  function bringInChosen() {
    if (field.files[0]) bringIn(field.files[0])
    field.value = ""
  }
  field.addEventListener("change", bringInChosen)

  function eraseAll() {
    const before = current()
    erase()
    forgetOffline()
    fill()
    tell("Erased. This browser stores nothing for this site.")
    told.append(" ", button("Undo", () => {
      change(() => before)
      tell("")
      fill()
      draw()
    }))
    draw()
    scrollTo(0, 0)
  }

  document.addEventListener("click", event => event.target.closest?.("[data-do]") && draw())
  addEventListener("storage", () => (fill(), draw()))
  addEventListener("pageshow", event => event.persisted && (fill(), draw()))
  fill()
  draw()
  bringInChosen() // Somebody may have been quicker than this script.
  document.querySelector("[data-part]").dataset.ready = ""
}
