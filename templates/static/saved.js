// The page of what this browser keeps: the saved papers with their exports, words, hidden papers, and the way out for all.

export function start({ home, button, change, current, dress, element, erase, fillBibtex, forgetOffline, keepForOffline, say, sound, remembers }) {
  const by = id => document.getElementById(id)
  const told = by("told")
  const tell = text => { told.textContent = text }
  const count = (number, one) => `${number.toLocaleString("en-GB")} ${one}${number === 1 ? "" : "s"}`

  // --- Saved papers ---

  function article(paper) {
    const made = element("article", "paper found"), heading = element("h2", "title"), link = element("a", "", paper.title)
    const out = element("ul", "out"), meta = element("div", "meta"), keep = element("li", ""), site = element("li", ""), arxiv = element("a", "", `arXiv:${paper.id}`)
    made.dataset.paper = paper.id
    link.href = new URL(`abs/${paper.id}/`, home)
    arxiv.href = `https://arxiv.org/abs/${paper.id}`
    heading.append(link)
    site.append(arxiv)
    const act = element("button", "", "Saved")
    act.type = "button"
    act.dataset.do = "save"
    keep.append(act)
    if (paper.date) out.append(element("li", "", paper.date))
    if (paper.savedAt) out.append(element("li", "", `saved ${new Date(paper.savedAt).toLocaleDateString("en-GB", { day: "numeric", month: "short", year: "numeric" })}`))
    out.append(site, keep)
    meta.append(out)
    made.append(heading, element("p", "authors", paper.authors), meta, own(paper, "note", "Note", paper.note), own(paper, "tags", "Tags", paper.tags.join(", ")))
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
    if (!saved.length && !told.textContent) tell("Nothing is saved yet: press Save below a paper, or the key s.")
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

  async function exportBibtex() {
    tell("Collecting …")
    for (const { id, bibtex } of chosen()) if (!bibtex) await fillBibtex(id)
    const saved = chosen(), bare = saved.filter(each => !each.bibtex).length
    download("saved.bib", "application/x-bibtex", saved.map(each => each.bibtex.trim() + "\n" || plainBibtex(each)).join("\n"))
    tell(`${count(saved.length, "paper")} written to saved.bib.${bare ? ` ${bare} could not be loaded and have only title and id.` : ""}`)
  }

  function exportRis() {
    const records = chosen().map(({ id, title, authors, date, note, tags }) => [
      "TY  - UNPB", `ID  - arXiv:${id}`, `TI  - ${title}`, ...authors.split(", ").map(each => `AU  - ${each}`), `PY  - ${/\d{4}$/.exec(date)?.[0] ?? ""}`,
      ...tags.map(each => `KW  - ${each}`), note && `N1  - ${note.replace(/\s+/g, " ")}`, `UR  - https://arxiv.org/abs/${id}`, "ER  - ",
    ].filter(Boolean).join("\r\n"))
    download("saved.ris", "application/x-research-info-systems", records.join("\r\n") + "\r\n")
    tell(`${count(records.length, "paper")} written to saved.ris.`)
  }

  const exportAll = () => download("reading.json", "application/json", JSON.stringify({ site: home.href, ...current() }, null, 1) + "\n")

  async function bringIn(file) {
    try {
      if (file.size > 20_000_000) throw new Error("large")
      const text = await file.text()
      if (/\.(bib|ris|txt)$/i.test(file.name)) return bringInIds(file.name, text)
      const given = JSON.parse(text)
      if (!given || given.version !== 1 || !Array.isArray(given.saved)) throw new Error("other")
      const from = sound(given), before = current().saved.length
      const now = change(now => Object.fromEntries(["read", "hidden", "saved", "muteWords", "muteAuthors", "markWords", "markAuthors"]
        .map(name => [name, [...from[name], ...now[name]]])))
      fill()
      draw()
      tell(`${count(now.saved.length - before, "paper")} added from ${file.name}.`)
    } catch {
      tell(`${file.name} is not an export of this page. Nothing changed.`)
    }
  }

  // A bibliography, or a list: every number of arXiv in it is saved; titles come from the pages that are here.
  function bringInIds(name, text) {
    const ids = new Set([...text.matchAll(/(?<![\d.])(\d{4}\.\d{4,5})(?!\d)|(?<![a-z-])([a-z-]+)(?:\.[A-Z]{2})?(\/\d{7})(?!\d)/g)].map(([, id, archive, number]) => id ?? archive + number))
    const before = current().saved.length
    const now = change(now => ({ saved: [...[...ids].filter(id => !now.saved.some(each => each.id === id)).map(id => ({ id, title: `arXiv:${id}`, savedAt: new Date().toISOString() })), ...now.saved] }))
    draw()
    tell(ids.size ? `${count(now.saved.length - before, "paper")} added from ${name}.` : `${name} has no arXiv ids. Nothing changed.`)
  }

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
  exports.append(button("Export as BibTeX", exportBibtex), button("Export as RIS", exportRis), button("Export as JSON", exportAll))
  by("keeping").append(button("Export everything as JSON", exportAll), button("Erase everything", eraseAll))
  by("file").addEventListener("change", ({ target }) => {
    if (target.files[0]) bringIn(target.files[0])
    target.value = ""
  })

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
  document.querySelector("[data-part]").dataset.ready = ""
}
