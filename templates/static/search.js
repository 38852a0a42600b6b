// Finds papers by their words, in the index that the build makes: search/index.json says which file holds which words,
// and only those that a query needs are fetched. generator/views/search_index.py and search_words.py say what is in them.

const SHOWN = 20
const FILES_A_WORD = 3 // A beginning of three letters may spread over more: enough while one types.
const PREFIX_FROM = 3
const LEVELS = [1, 1.6, 2.2, 4]
const ID = /(?<![\d.])(\d{4}\.\d{4,5})(?:v\d+)?(?![\d.])|\b([a-z-]+)(?:\.[a-z]{2})?\/(\d{7})(?:v\d+)?\b/gi

// --- Words, as generator/views/search_words.py has them ---

const LETTERS = { ß: "ss", æ: "ae", œ: "oe", ø: "o", ł: "l", đ: "d", ð: "d", þ: "th", ı: "i", ħ: "h" }
const WORD = /[\u3040-\u30ff\u3400-\u9fff]|(?:(?![\u3040-\u30ff\u3400-\u9fff])[\p{L}\p{N}])+/gu

export function words(text) {
  const bare = text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase().replace(/[ßæœøłđðþıħ]/g, letter => LETTERS[letter])
  return (bare.match(WORD) ?? []).map(word => [...word].slice(0, 32).join(""))
}

const DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_"
const VALUES = Object.fromEntries([...DIGITS].map((digit, value) => [digit, value]))

export function decode(text) {
  const numbers = []
  let number = 0, shift = 0
  for (const char of text) {
    const digit = VALUES[char]
    number |= (digit & 31) << shift
    shift += 5
    if (digit < 32) {
      numbers.push(number)
      number = shift = 0
    }
  }
  return numbers
}

// The same word in the singular or the plural.
function forms(word) {
  const found = [word + "s", word + "es"]
  if (/[^s]s$/.test(word)) found.push(word.slice(0, -1))
  if (/(?:[sxz]|[cs]h)es$/.test(word)) found.push(word.slice(0, -2))
  if (/ies$/.test(word)) found.push(word.slice(0, -3) + "y")
  if (/[^aeiou]y$/.test(word)) found.push(word.slice(0, -1) + "ies")
  return found
}

export class Index {
  // read(path, version) -> what the file of that name below search/ holds.
  constructor(read) {
    this.read = read
    this.files = new Map()
  }

  async open() {
    this.contents ??= await this.read("index.json", "")
    return this.contents
  }

  file(path) {
    if (!this.files.has(path)) {
      const reading = this.read(path, this.contents.version).then(file => {
        if (file.version !== this.contents.version) throw new RangeError("another index")
        return file
      })
      reading.catch(() => this.files.delete(path))
      this.files.set(path, reading)
    }
    return this.files.get(path)
  }

  // -> numbers of the papers, best first, and whether they have all of the words. A query without words finds all, newest first.
  async find(text, { c = "", t = "", m = "" } = {}) {
    const contents = await this.open()
    const asked = this.asked(text)
    const [allowed, ...found] = await Promise.all([
      this.allowed(c, t, m),
      ...asked.map((word, place) => this.match(word, place === asked.length - 1)),
    ])
    const score = new Float64Array(contents.papers), has = new Uint8Array(contents.papers)
    // A single letter helps and is not asked for, nor is what may be the beginning of another word; alone they are.
    const begun = word => (word.length < PREFIX_FROM && !found.at(-1).size) || contents.common.some(each => each.startsWith(word))
    const asks = asked.map((word, place) => asked.length === 1 || (word.length > 1 && !(place === asked.length - 1 && begun(word))))
    const wanted = asks.filter(Boolean).length
    found.forEach((scores, place) => {
      const idf = Math.log(1 + (contents.papers - scores.size + 0.5) / (scores.size + 0.5))
      for (const [paper, value] of scores) {
        score[paper] += idf * value
        has[paper] += asks[place]
      }
    })
    let most = 0
    for (let paper = 0; paper < contents.papers; paper++) if (allowed(paper) && has[paper] > most) most = has[paper]
    const papers = []
    if (most || !wanted)
      for (let paper = contents.papers - 1; paper >= 0; paper--) if (allowed(paper) && has[paper] >= most) papers.push(paper)
    if (wanted) papers.sort((one, other) => score[other] - score[one] || other - one)
    return { papers, all: most === wanted, words: asked }
  }

  // The words of a query that count; of an address or a number of arXiv the number alone.
  asked(text) {
    const ids = [...text.matchAll(ID)].map(([, id, archive, number]) => id ?? `${archive} ${number}`)
    const found = [...new Set(words(ids.length ? ids.join(" ") : text))]
    const telling = found.filter(word => !this.contents.common.includes(word))
    return telling.length ? telling.slice(0, 12) : found.slice(-1) // "the": perhaps the beginning of a word
  }

  // Paper -> how well it has the word: as it is, in another number, and at the end of a query as the beginning of a longer one.
  async match(word, last) {
    const exact = new Map([[word, 1], ...forms(word).map(form => [form, 0.9])])
    const paths = new Set([...exact.keys()].map(each => this.place(each)))
    const begins = last && word.length >= PREFIX_FROM
    if (begins) {
      const from = this.place(word)
      for (let each = from; each < from + FILES_A_WORD && (each === from || this.contents.cuts[each]?.startsWith(word)); each++) paths.add(each)
    }
    const scores = new Map()
    for (const file of await Promise.all([...paths].filter(each => each >= 0).map(each => this.file(`words/${each}.json`)))) {
      for (const each in file.words) {
        const worth = exact.get(each) ?? (begins && each.startsWith(word) ? 0.2 + (0.6 * word.length) / each.length : 0)
        if (!worth) continue
        let paper = -1
        for (const number of decode(file.words[each])) {
          paper += (number >> 2) + 1
          scores.set(paper, Math.max(scores.get(paper) ?? 0, worth * LEVELS[number & 3]))
        }
      }
    }
    return scores
  }

  // Which file has the word, if any has it.
  place(word) {
    const { cuts } = this.contents
    let low = 0, high = cuts.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (cuts[middle] <= word) low = middle + 1
      else high = middle
    }
    return Math.max(0, low - 1) - (cuts.length ? 0 : 1)
  }

  async allowed(category, tracker, month) {
    const { months, papers } = this.contents
    const sets = await Promise.all([category && `c/${category}`, tracker && `t/${tracker}`].filter(Boolean).map(name => this.choice(name)))
    const at = months.findIndex(([name]) => name === month)
    const from = month ? months[at]?.[1] ?? papers : 0, to = month ? months[at + 1]?.[1] ?? papers : papers
    return paper => paper >= from && paper < to && sets.every(set => set.has(paper))
  }

  async choice(name) {
    const chosen = new Set()
    let paper = -1
    const file = await this.file(`in/${name}.json`)
    for (const gap of decode(file.papers)) chosen.add((paper += gap + 1))
    return chosen
  }

  async paper(number) {
    const { per_file: each } = this.contents
    return (await this.file(`papers/${Math.floor(number / each)}.json`)).papers[number % each]
  }
}

// --- The page ---

export function start({ home, dress, element, mark }) {
  const form = document.querySelector("#seek"), field = form.elements.q, told = document.querySelector("#told")
  const list = document.querySelector("#found"), more = document.querySelector("#more")
  const chosen = () => Object.fromEntries([...form.querySelectorAll("select")].map(each => [each.name, each.value]))

  async function read(path, version) {
    const address = new URL(`search/${path}`, home)
    if (version) address.searchParams.set("v", version)
    const answer = await fetch(address, version ? {} : { cache: "no-cache" })
    if (!answer.ok) throw new Error(answer.status)
    return answer.json()
  }

  let index = new Index(read), turn = 0, found, telling
  const fit = text => { clearTimeout(telling); telling = setTimeout(() => { told.textContent = text }, 250) } // Said once it stands.

  async function seek(again = false) {
    const mine = ++turn, text = field.value.trim(), choice = chosen()
    remember(text, choice)
    if (!text && !Object.values(choice).some(Boolean)) return show(mine, null)
    try {
      const now = await index.find(text, choice)
      const rows = await Promise.all(now.papers.slice(0, SHOWN).map(each => index.paper(each)))
      show(mine, now, rows, text)
    } catch (error) {
      if (mine !== turn) return
      if (error instanceof RangeError && !again) {
        index = new Index(read) // The site was published anew since the page was opened.
        return seek(true)
      }
      told.textContent = navigator.onLine ? "The index could not be read. Try again, or look into the archive." : "You are offline: the index cannot be read now."
    }
  }

  function show(mine, now, rows = [], text = "") {
    if (mine !== turn) return
    found = now
    list.replaceChildren(...rows.map(row))
    list.classList.toggle("found", rows.length > 0)
    more.hidden = !now || now.papers.length <= rows.length
    fit(now ? said(now, text) : "")
    finish()
  }

  function said({ papers, all }, text) {
    const number = `${papers.length.toLocaleString("en-GB")} ${papers.length === 1 ? "paper" : "papers"}`
    if (!papers.length) return text ? "No paper has these words." : "No paper is in all of these."
    return all ? `${number}${text ? "" : ", newest first"}.` : `No paper has all of these words; ${number} ${papers.length === 1 ? "has" : "have"} most of them.`
  }

  function row([id, title, authors, date, categories, captured, xOnly]) {
    const article = element("article", "paper found")
    article.dataset.paper = id
    const heading = element("h2", "title"), link = element("a", "", title), out = element("ul", "out"), meta = element("div", "meta")
    link.href = new URL(`abs/${id}/`, home)
    heading.append(link)
    const also = (text, href) => {
      const place = element("li", ""), inside = href ? element("a", "", text) : document.createTextNode(text)
      if (href) inside.href = href
      place.append(inside)
      out.append(place)
    }
    also(date)
    also(`arXiv:${id}`, `https://arxiv.org/abs/${id}`)
    for (const category of categories) also(category, new URL(`c/${category}/`, home))
    const keep = element("button", "", "Save")
    keep.type = "button"
    keep.dataset.do = "save"
    const place = element("li", "")
    place.append(keep)
    out.append(place)
    meta.append(element("p", "captured", `Captured ${xOnly ? "tweets and retweets" : "posts and reposts"}: ${captured}`), out)
    article.append(heading, element("p", "authors", authors || "No authors given."), meta)
    return article
  }

  function finish() {
    dress()
    for (const article of list.children) mark(article, found?.words ?? [])
  }
  list.addEventListener("click", event => event.target.closest("[data-do]") && setTimeout(finish)) // Saving dresses them anew.

  more.querySelector("button").addEventListener("click", async () => {
    const before = list.children.length, mine = turn, seen = found
    try {
      const rows = await Promise.all(seen.papers.slice(before, before + SHOWN).map(each => index.paper(each)))
      if (mine !== turn) return
      list.append(...rows.map(row))
      more.hidden = seen.papers.length <= list.children.length
      finish()
      list.children[before]?.querySelector(".title a").focus()
    } catch {
      told.textContent = "No more could be read. Try again."
    }
  })

  function remember(text, choice) {
    const address = new URL(location.href)
    for (const [name, value] of [["q", text], ...Object.entries(choice)]) value ? address.searchParams.set(name, value) : address.searchParams.delete(name)
    if (address.href !== location.href) history.replaceState(null, "", address)
  }

  const asked = new URL(location.href).searchParams
  if (!field.value) field.value = (asked.get("q") ?? "").slice(0, 200)
  for (const each of form.querySelectorAll("select")) if ([...each.options].some(option => option.value === asked.get(each.name))) each.value = asked.get(each.name)
  form.addEventListener("submit", event => { event.preventDefault(); seek() })
  form.addEventListener("input", () => seek())
  if (field.value || asked.size) seek()
  else index.open().catch(() => {}) // Ready before the first letter.
  if (!asked.size && matchMedia("(hover: hover)").matches) field.focus()
}
