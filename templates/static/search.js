// Finds papers by their words, in the index that the build makes: search/index.json says which file holds which words,
// and only those that a query needs are fetched. generator/views/search_index.py and text/words.py say what is in them.

const SHOWN = 10
const MORE = 20
const FILES_A_WORD = 3 // A beginning of three letters may spread over more: enough while one types.
const PREFIX_FROM = 3
const NAME_WORDS = 6, PEOPLE_SHOWN = 5
const TYPO_FROM = 4
const LEVELS = [1, 1.6, 2.2, 4]
const TITLE = 3, AUTHOR = 4
const TEXTS_READ = 15
const PAUSE_MS = 250
const DAY_MS = 86_400_000, EPOCH = Date.UTC(1991, 0, 1)
const ID = /(?:(?<![\d.])|(?<=arxiv\.))(\d{2}(?:0[1-9]|1[0-2])\.\d{4,5})(?:v\d+)?(?![\d.])|(?<![a-z-])([a-z-]+)(?:\.[a-z]{2})?(?:\/|%2f)(\d{2}(?:0[1-9]|1[0-2])\d{3})(?:v\d+)?(?!\d)/i

// --- Words, as generator/text/words.py has them ---

const LETTERS = { ß: "ss", æ: "ae", œ: "oe", ø: "o", ł: "l", đ: "d", ð: "d", þ: "th", ı: "i", ħ: "h" }
const SIGNS = "\\u0e00-\\u0eff\\u1000-\\u109f\\u1780-\\u17ff\\u3040-\\u30ff\\u3400-\\u4dbf\\u4e00-\\u9fff\\uf900-\\ufaff\\u{20000}-\\u{3ffff}"
const SIGN = new RegExp(`^[${SIGNS}]{2}`, "u")
const LETTER = `(?:(?![${SIGNS}])[\\p{L}\\p{N}])`
const TOKEN = new RegExp(`[${SIGNS}]+|${LETTER}+(?:&${LETTER}+)+|${LETTER}+(?:\\+\\+|#(?![\\p{L}\\p{N}_]))?`, "gu")
const fold = text => text.normalize("NFKD").replace(/[\u0300-\u036f]+/g, "").normalize("NFC").toLowerCase().replace(/[ßæœøłđðþıħ]/g, letter => LETTERS[letter])

export function words(text) {
  return (fold(text).match(TOKEN) ?? []).flatMap(token => {
    const signs = [...token]
    if (SIGN.test(token)) return signs.slice(1).map((sign, place) => signs[place] + sign)
    return signs.length <= 32 ? [token] : [signs.slice(0, 32).join("").replace(/[&+#]+$/, "")]
  })
}

// What one may paste from a paper: Poincar\'e, Schr\"{o}dinger, AT\&T.
const withoutTex = text => !text.includes("\\") ? text : text
  .replace(/\{?\\(ss|ae|AE|oe|OE|aa|AA|o|O|l|L|i|j)(?![A-Za-z])\s?\}?/g, "$1")
  .replace(/\{?\\(?:['"`^~=.]\s?|[uvHckrbdt](?=[\s{]))\s?\{?\s?\\?([A-Za-z])\}{0,2}/g, "$1")
  .replaceAll("\\&", "&").replace(/\\[A-Za-z]+/g, " ")

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

function hash(word) {
  let number = 0
  for (const char of word) number = (number * 31 + char.codePointAt(0)) % 1_048_576
  return number
}

const pairNumber = (first, second) => (hash(first) * 8191 + hash(second)) % 65_521
const joinedNumber = (first, second) => (hash(first) * 131 + hash(second) * 8191 + 1) % 65_521

// The same word in the singular or the plural: how much each is worth beside the word itself.
function forms(word) {
  const found = [[word + "s", 0.9], [word + "es", 0.9]]
  if (/[^s]s$/.test(word)) found.push([word.slice(0, -1), 0.3])
  if (/(?:[sxz]|[cs]h)es$/.test(word)) found.push([word.slice(0, -2), 0.3])
  if (/ies$/.test(word)) found.push([word.slice(0, -3) + "y", 0.3])
  if (/[^aeiou]y$/.test(word)) found.push([word.slice(0, -1) + "ies", 0.3])
  return found
}

// One letter more, less or other, or two that changed places.
export function oneEdit(one, other) {
  if (Math.abs(one.length - other.length) > 1 || one === other) return false
  let at = 0
  while (one[at] === other[at] && at < one.length) at++
  const [a, b] = [one.slice(at), other.slice(at)]
  return a.slice(1) === b.slice(1) || a.slice(1) === b || a === b.slice(1) || (a[0] === b[1] && a[1] === b[0] && a.slice(2) === b.slice(2))
}

// --- The query ---

const FIELDS = { author: "author", au: "author", by: "by", cat: "cat", in: "in", has: "has", after: "after", before: "before", year: "year", title: "title" }
const PART = /(-?)(?:([a-z]+):)?(?:"([^"]*)"?|(\S+))/giu

// 2026, 2026-11 or 2026-11-20 -> days since EPOCH.
function dayOf(text) {
  const [, year, month = "1", day = "1"] = /^(\d{4})(?:-(\d\d?)(?:-(\d\d?))?)?$/.exec(text) ?? []
  return year ? Math.floor((Date.UTC(+year, month - 1, +day) - EPOCH) / DAY_MS) : null
}

// -> clauses that must all hold, and what narrows the answer. generator/ranking/query.py reads saved searches alike.
export function parse(text) {
  const query = { clauses: [], categories: [], has: [], after: null, before: null, inTitle: false, unread: [] }
  for (const [part, minus, name = "", quoted, bare = ""] of withoutTex(text).matchAll(PART)) {
    const field = FIELDS[name.toLowerCase()], value = quoted ?? bare, no = minus === "-"
    if (field === "cat") query.categories.push({ name: value.toLowerCase(), no })
    else if (field === "has") query.has.push({ name: value.toLowerCase(), no })
    else if (field === "in" && value.toLowerCase() === "title") query.inTitle = true
    else if (field === "year" && dayOf(value) !== null) Object.assign(query, { after: dayOf(value.slice(0, 4)), before: dayOf(String(+value.slice(0, 4) + 1)) })
    else if (field === "after" || field === "before" || field === "year") {
      query[field] = dayOf(value)
      if (query[field] === null) query.unread.push(part)
    } else {
      const meant = field && field !== "in" ? value : part.replace(/^-/, "")
      const found = words(meant), compounds = meant.split(/[^\p{L}\p{N}\-\u2010-\u2013/]+/u).map(words)
      const joined = found.slice(1).map((word, place) => compounds.some(each => each.some((one, at) => one === found[place] && each[at + 1] === word)))
      if (found.length) query.clauses.push({ words: found, joined, quoted: quoted !== undefined, no, field, text: value || part })
    }
  }
  return query
}

export class Index {
  // read(path, version) -> what the file of that name below search/ holds, null where there is none.
  constructor(read, categories = []) {
    this.read = read
    this.categories = categories
    this.files = new Map()
  }

  async open() {
    this.contents ??= await this.read("index.json", "")
    return this.contents
  }

  file(path) {
    if (!this.files.has(path)) {
      const reading = this.read(path, this.contents.version).then(file => {
        if (file && file.version !== this.contents.version) throw new RangeError("another index")
        return file
      })
      reading.catch(() => this.files.delete(path))
      this.files.set(path, reading)
    }
    return this.files.get(path)
  }

  // -> numbers of the papers, best first; what was mended; the clauses that no paper has.
  async find(text, { c = "", t = "", m = "", sort = "" } = {}) {
    const contents = await this.open()
    const query = parse(text)
    if (!contents.papers) return { papers: [], words: [], mended: [], missing: [], asked: [], unread: [] }
    const common = word => contents.common.includes(word)
    const id = ID.exec(text.trim())
    if (id && !/\s/.test(text.trim())) query.clauses = [{ id: (id[1] ?? `${id[2]}/${id[3]}`).toLowerCase(), words: [] }]
    // Words that every paper has narrow nothing, unless there is nothing else.
    const telling = query.clauses.filter(each => each.id || each.quoted || each.field || each.words.length > 1 || !common(each.words[0]))
    if (!telling.some(each => !each.no) && query.clauses.length) {
      const all = query.clauses.filter(each => !each.no && !telling.includes(each))
      if (all.length) telling.push(all.length > 1 ? { ...all[0], words: all.flatMap(each => each.words), quoted: true } : { ...all[0], begins: true })
    }
    const byDate = sort === "date" || (!sort && !telling.some(each => !each.no))
    telling.forEach((each, place) => { each.last = place === telling.length - 1 && !/[\s"]$/.test(text) })
    const [allowed, days, ...found] = await Promise.all([
      this.allowed(query, c, t),
      m || query.after !== null || query.before !== null || byDate ? this.days() : null,
      ...telling.map(each => this.match(each, query.inTitle)),
    ])
    const from = Math.max(query.after ?? -Infinity, m ? dayOf(m) : -Infinity)
    const to = Math.min(query.before ?? Infinity, m ? dayOf(`${m.slice(0, 4)}-${+m.slice(5) + 1}`) : Infinity)
    const inTime = paper => !days || (days[paper] >= from && days[paper] < to)
    const wanted = telling.map((each, place) => ({ clause: each, ...found[place] }))
    const negative = wanted.filter(each => each.clause.no)
    let positive = wanted.filter(each => !each.clause.no)
    const rank = () => {
      positive.sort((one, other) => one.scores.size - other.scores.size)
      const score = new Map(), every = positive.length ? positive[0].scores.keys() : Array(contents.papers).keys()
      for (const paper of every) {
        if (!allowed(paper) || !inTime(paper) || negative.some(each => each.scores.has(paper))) continue
        if (!positive.every(each => each.scores.has(paper))) continue
        score.set(paper, positive.reduce((sum, { scores }) => sum + scores.get(paper) * Math.log(1 + contents.papers / scores.size), 0))
      }
      return score
    }
    let score = rank()
    // What is typed last may be the beginning of a word: of three letters on they are looked for, fewer are waited for.
    const begun = positive.find(({ clause }) => clause.last && !clause.field && !clause.quoted && clause.words.length === 1)
    if (!score.size && begun && positive.length > 1) {
      const [word] = begun.clause.words, others = positive.filter(each => each !== begun), asked = positive
      if (word.length >= PREFIX_FROM) others.push({ ...begun, scores: await this.beginning(word) })
      positive = others
      score = rank()
      if (!score.size) positive = asked
    }
    const people = this.people ??= decode(contents.people)
    let papers = [...score.keys()].sort((one, other) => people[other] - people[one] || one - other)
    if (byDate) papers.sort((one, other) => days[other] - days[one])
    else if (sort !== "people") {
      papers.sort((one, other) => score.get(other) - score.get(one))
      const phrase = positive.find(({ clause }) => clause.words.length > 2 && clause.words.some(common))
      if (phrase) papers = await this.provenFirst(papers, phrase.clause.words)
    }
    return {
      papers, byDate, id: telling.find(each => each.id)?.id, unread: query.unread,
      words: positive.flatMap(each => each.words), mended: positive.filter(each => each.mended).map(each => [each.clause.text, each.mended]),
      missing: positive.filter(each => !each.scores.size).map(each => each.clause.text),
      asked: positive.map(each => each.clause.text),
    }
  }

  // A clause -> paper -> how well it has it; the words that were looked for; what stands in for a typing error.
  async match(clause, inTitle) {
    const { words: asked, field } = clause
    if (clause.id) return { scores: await this.postings(new Map([[clause.id, 1]])), words: [] }
    if (field === "author") return { scores: await this.all(asked.map(each => this.postings(new Map([[each, 1]]), bits => bits & AUTHOR))), words: asked }
    if (field === "by") return { scores: await this.all(asked.map(each => this.postings(new Map([[`by:${each}`, 1]])))), words: [] }
    const part = inTitle || field === "title" ? bits => (bits & 3) === TITLE : undefined
    if (asked.length > 1) return { scores: await this.phrase(clause, part), words: asked }
    const [word] = asked
    if (clause.begins) return { scores: await this.beginning(word, part), words: [word] }
    const exact = new Map([[word, 1], ...(clause.quoted || /\d|[^\p{L}]/u.test(word) ? [] : forms(word))])
    const scores = await this.postings(exact, part)
    if (scores.size || clause.quoted || clause.no) return { scores, words: [word] }
    if (clause.last && word.length >= PREFIX_FROM) {
      const begun = await this.beginning(word, part)
      if (begun.size) return { scores: begun, words: [word] }
    }
    const mended = word.length >= TYPO_FROM ? await this.mend(word, part) : null
    return mended ?? { scores, words: [word] }
  }

  // Papers that have all of several things; each counts as well as its worst.
  async all(parts) {
    const [first, ...rest] = (await Promise.all(parts)).sort((one, other) => one.size - other.size)
    const scores = new Map()
    for (const [paper, value] of first ?? []) if (rest.every(each => each.has(paper))) scores.set(paper, Math.min(value, ...rest.map(each => each.get(paper))))
    return scores
  }

  // Words side by side. Those joined as in the query, by a hyphen or not, count most; the last may be in the plural.
  phrase({ words: asked, joined = [] }, part) {
    const last = asked.at(-1), ends = new Map([[last, 1], [last + "s", 0.9], [last + "es", 0.9]])
    const parts = asked.filter(each => !this.contents.common.includes(each)).map(each => this.postings(each === last ? ends : new Map([[each, 1]]), part))
    for (const [place, first] of asked.slice(0, -1).entries()) {
      const seconds = place === asked.length - 2 ? [...ends.keys()] : [asked[place + 1]]
      parts.push(this.neighbours(first, seconds, joined[place]))
    }
    return this.all(parts)
  }

  async neighbours(first, seconds, joined) {
    const scores = new Map()
    for (const second of seconds) {
      const [there, compound] = await Promise.all([this.pair(pairNumber(first, second)), this.pair(joinedNumber(first, second))])
      for (const paper of there) scores.set(paper, Math.max(scores.get(paper) ?? 0, compound.has(paper) === !!joined ? 4 : 0.5))
    }
    return scores
  }

  // "the early universe" is found by its pairs, "the early" and "early universe", which may stand apart. The texts of the
  // first papers are read, and those that have the phrase come first.
  async provenFirst(papers, phrase) {
    const first = papers.slice(0, TEXTS_READ)
    const proofs = await Promise.all(first.map(paper => this.hasPhrase(paper, phrase)))
    const proven = first.filter((_, place) => proofs[place]), others = first.filter((_, place) => !proofs[place])
    return [...proven, ...others, ...papers.slice(TEXTS_READ)]
  }

  async hasPhrase(paper, phrase) {
    const [id] = await this.paper(paper)
    try {
      const { title, abstract, comment, journal_ref } = await this.read(`../api/v1/papers/${id}.json`, this.contents.version)
      const text = fold(withoutTex([title, abstract, comment, journal_ref].join("\n"))).replace(/[{}$]/g, "")
      const sideBySide = phrase.map(word => word.replaceAll("+", "\\+")).join("[\\s\\-\u2010-\u2013/]+")
      return new RegExp(`(?<![\\p{L}\\p{N}])${sideBySide}`, "u").test(text)
    } catch {
      return false
    }
  }

  async pair(number) {
    const at = place(this.contents.pairs, number), file = at < 0 ? null : await this.file(`pairs/${at}.json`)
    return new Set(decodeGaps(file?.pairs[number] ?? "", 0))
  }

  // Words with their worth -> papers that have one of them.
  async postings(exact, part) {
    const { cuts } = this.contents, scores = new Map()
    const paths = [...new Set([...exact.keys()].map(each => place(cuts, each)))].filter(each => each >= 0)
    for (const file of await Promise.all(paths.map(each => this.file(`words/${each}.json`))))
      for (const [word, worth] of exact) if (Object.hasOwn(file.words, word)) addTo(scores, file.words[word], worth, part)
    return scores
  }

  async beginning(word, part) {
    const { cuts } = this.contents, from = Math.max(0, place(cuts, word)), scores = new Map(), paths = []
    for (let each = from; each < Math.min(cuts.length, from + FILES_A_WORD) && (each === from || cuts[each].startsWith(word)); each++) paths.push(each)
    for (const file of await Promise.all(paths.map(each => this.file(`words/${each}.json`))))
      for (const each in file.words) if (each.startsWith(word) && !each.endsWith("@")) addTo(scores, file.words[each], 0.2 + (0.6 * word.length) / each.length, part)
    return scores
  }

  // What a word with a typing error may stand for: the one that most papers have.
  async mend(word, part) {
    const { words: told } = await this.file("vocabulary.json")
    let before = ""
    const near = []
    for (const each of told.split(" ")) {
      before = before.slice(0, VALUES[each[0]]) + each.slice(1)
      if (oneEdit(word, before)) near.push(before)
    }
    let best = null
    for (const each of near.slice(0, 12)) {
      const scores = await this.postings(new Map([[each, 1], ...forms(each)]), part)
      if (scores.size > (best?.scores.size ?? 0)) best = { scores, words: [each], mended: each }
    }
    return best
  }

  async allowed(query, category, tracker) {
    const inOne = name => this.papersIn(name)
    const spelt = name => this.categories.filter(each => each.toLowerCase() === name || each.toLowerCase().startsWith(name + "."))
    const union = async names => new Set((await Promise.all(names.map(inOne))).flatMap(each => [...each]))
    const rules = await Promise.all([
      ...(category ? [`c/${category}`] : []).map(async name => ({ set: await inOne(name) })),
      ...(tracker ? [`t/${tracker}`] : []).map(async name => ({ set: await inOne(name) })),
      ...query.categories.map(async ({ name, no }) => ({ set: await union(spelt(name).map(each => `c/${each}`)), no })),
      ...query.has.map(async ({ name, no }) => ({ set: await inOne(`has/${name.replace(/\W/g, "")}`), no })),
    ])
    return paper => rules.every(({ set, no }) => set.has(paper) !== !!no)
  }

  // The papers of `c/<category>`, `t/<tracker>` or `has/<mark>`.
  async papersIn(name) {
    const file = await this.file(`in/${name}.json`)
    return new Set(decodeGaps(file?.papers ?? "", 0))
  }

  async days() {
    return decode((await this.file("dates.json")).days)
  }

  // Ids -> the numbers of those papers that are here.
  async numbersOf(ids) {
    await this.open()
    const numbers = new Map()
    await Promise.all(ids.map(async id => {
      const [number] = (await this.postings(new Map([[id, 1]]))).keys()
      if (number !== undefined) numbers.set(id, number)
    }))
    return numbers
  }

  // People whose name has all words of a query; each may be the beginning of a word.
  async peopleNamed(text) {
    const name = text.trim().replace(/^by:/i, "")
    const asked = words(name)
    const longest = asked.reduce((one, other) => (other.length > one.length ? other : one), "")
    if (/[":]|^-/.test(name) || asked.length > NAME_WORDS || longest.length < PREFIX_FROM) return []
    const { cuts } = await this.open(), at = place(cuts, longest)
    if (at < 0) return []
    const file = await this.file(`words/${at}.json`)
    const people = new Map()
    for (const key in file.words) {
      if (!key.startsWith(longest) || !key.endsWith("@")) continue
      for (const line of file.words[key].split("\n")) {
        const [slug, papers, shown] = line.split("\t"), parts = words(`${shown} ${slug}`)
        if (asked.every(word => parts.some(part => part.startsWith(word)))) people.set(slug, { slug, name: shown, papers: Number(papers) })
      }
    }
    return [...people.values()].sort((one, other) => other.papers - one.papers).slice(0, PEOPLE_SHOWN)
  }

  async paper(number) {
    const { per_file: each } = this.contents
    return (await this.file(`papers/${Math.floor(number / each)}.json`)).papers[number % each]
  }
}

// Which file has it: the last whose first entry does not come after it.
function place(cuts, wanted) {
  let low = 0, high = cuts.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (cuts[middle] <= wanted) low = middle + 1
    else high = middle
  }
  return low - 1
}

function decodeGaps(text, lowBits) {
  let due = 0
  return decode(text).map(gap => {
    const number = due + gap
    due = ((number >> lowBits) + 1) << lowBits
    return number
  })
}

function addTo(scores, text, worth, part) {
  for (const number of decodeGaps(text, 3)) {
    const bits = number & 7, paper = number >> 3
    if (part && !part(bits)) continue
    const value = worth * Math.max(LEVELS[bits & 3], bits & AUTHOR ? LEVELS[2] : 0)
    if (value > (scores.get(paper) ?? 0)) scores.set(paper, value)
  }
}

// --- What this page and the one of saved papers share ---

export function openIndex(home, categories = []) {
  async function read(path, version) {
    const address = new URL(`search/${path}`, home)
    if (version) address.searchParams.set("v", version)
    const answer = await fetch(address, version ? {} : { cache: "no-cache" })
    if (answer.status === 404 && path.startsWith("in/")) return null
    if (!answer.ok) throw new Error(answer.status)
    return answer.json()
  }
  return new Index(read, categories)
}

export function paperRow({ home, button, element }, [id, title, authors, date, categories, captured, xOnly, people]) {
  const linkTo = (address, text) => {
    const link = element("a", "", text)
    link.href = address
    return link
  }
  const article = element("article", "paper found"), heading = element("h2", "title")
  const out = element("ul", "out"), meta = element("div", "meta")
  const addToLine = (...parts) => {
    const place = element("li", "")
    place.append(...parts)
    out.append(place)
  }
  article.dataset.paper = id
  heading.append(linkTo(new URL(`abs/${id}/`, home), title))
  addToLine(date)
  addToLine(linkTo(`https://arxiv.org/abs/${id}`, `arXiv:${id}`))
  for (const category of categories) addToLine(linkTo(new URL(`c/${category}/`, home), category))
  const keep = button("Save", () => {})
  keep.dataset.do = "save"
  addToLine(linkTo(`https://arxiv.org/pdf/${id}`, "PDF"), " ", keep)
  out.lastChild.className = "acts"
  if (captured) meta.append(element("p", "captured", `Captured ${xOnly ? "tweets and retweets" : "posts and reposts"}: ${captured}`))
  if (people) {
    const why = element("p", "why")
    why.append(element("span", "people", people === 1 ? "1 person" : `${people} people`))
    meta.append(why)
  }
  meta.append(out)
  article.append(heading, element("p", "authors", authors || "No authors given."), element("p", "line"), meta)
  return article
}

// --- The page ---

export function start(kit) {
  const { home, button, dress, element, mark } = kit
  const form = document.querySelector("#seek"), field = form.elements.q, told = document.querySelector("#told")
  const list = document.querySelector("#found"), more = document.querySelector("#more")
  const chosen = () => Object.fromEntries([...form.querySelectorAll("select")].map(each => [each.name, each.value]))

  const newIndex = () => openIndex(home, [...(form.elements.c?.options ?? [])].map(each => each.value).filter(Boolean))
  const row = paper => paperRow(kit, paper)
  let index = newIndex(), turn = 0, found, telling, waiting
  let came = history.state // The rows that one had, and where one was, before one followed a link.
  const peopleLine = element("p", "people-found")
  list.before(peopleLine)
  const fit = (...parts) => { clearTimeout(telling); telling = setTimeout(() => told.replaceChildren(...parts), 100) } // Said once it stands.

  async function seek(again = false) {
    clearTimeout(waiting)
    const mine = ++turn, text = field.value.trim(), choice = chosen()
    remember(text, choice)
    if (!text && !Object.entries(choice).some(([name, value]) => name !== "sort" && value)) return show(mine, null)
    try {
      const [now, people] = await Promise.all([index.find(field.value, choice), index.peopleNamed(field.value)])
      if (mine !== turn) return
      const number = Math.max(SHOWN, came?.shown ?? 0)
      const rows = await Promise.all(now.papers.slice(0, number).map(each => index.paper(each)))
      show(mine, now, rows, people)
      if (came) scrollTo(0, came.y)
      came = null
    } catch (error) {
      if (mine !== turn) return
      if (error instanceof RangeError && !again) {
        index = newIndex() // The site was published anew since the page was opened.
        return seek(true)
      }
      told.textContent = navigator.onLine ? "The search index could not be loaded. Try again, or use the archive." : "You are offline, so the search index cannot be loaded."
    }
  }

  function show(mine, now, rows = [], people = []) {
    if (mine !== turn) return
    found = now
    peopleLine.replaceChildren(...(people.length ? ["People: "] : []), ...people.flatMap(({ slug, name, papers }, place) =>
      [place ? ", " : "", link(new URL(`by/${slug}/`, home), name), ` (${papers === 1 ? "1 paper" : `${papers} papers`})`]))
    list.replaceChildren(...rows.map(row))
    list.classList.toggle("found", rows.length > 0)
    more.hidden = !now || now.papers.length <= rows.length
    fit(...(now ? said(now) : []))
    finish()
  }

  function link(address, text) {
    const made = element("a", "", text)
    made.href = address
    return made
  }

  function said({ papers, byDate, id, mended, missing, asked, unread }) {
    const number = papers.length.toLocaleString("en-GB") + (papers.length === 1 ? " paper" : " papers")
    const note = unread.length ? ` Not understood: ${unread.join(" ")}.` : ""
    if (id && !papers.length) return [`arXiv:${id} is not here: nobody followed here has posted about it. `, link(`https://arxiv.org/abs/${id}`, "Open it on arXiv")]
    if (papers.length) return [...mended.map(([typed, meant]) => `No paper has “${typed}”: this is for “${meant}”. `), `${number}${byDate ? ", newest first" : ""}.${note}`]
    const parts = [missing.length ? `No paper has “${missing[0]}”.${note}` : asked.length > 1 ? `No paper has all of this.${note}` : `No paper found.${note}`]
    if (asked.length > 1) for (const each of missing.length ? missing : asked) parts.push(" ", button(`Without “${each}”`, () => {
      field.value = field.value.replace(new RegExp(`\\S*"?${each.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&")}"?`), "").replace(/\s+/g, " ").trim()
      seek()
    }))
    return parts
  }

  function finish() {
    dress()
    for (const article of list.children) {
      mark(article, found?.words ?? [])
      if (!article.dataset.lined && found) {
        article.dataset.lined = ""
        tellLine(article, found.words)
      }
    }
  }
  list.addEventListener("click", event => event.target.closest("[data-do]") && setTimeout(finish)) // Saving dresses them anew.

  // The line of the abstract that has what the title has not: asked for where the row comes into sight.
  const seen = new IntersectionObserver(entries => {
    for (const { isIntersecting, target } of entries) if (isIntersecting) {
      seen.unobserve(target)
      fillLine(target)
    }
  })
  function tellLine(article, asked) {
    const there = new Set(words(article.querySelector(".title").textContent + " " + article.querySelector(".authors").textContent))
    article.missing = asked.filter(each => !there.has(each) && !there.has(each + "s"))
    if (article.missing.length) seen.observe(article)
  }
  async function fillLine(article) {
    try {
      const answer = await fetch(new URL(`api/v1/papers/${article.dataset.paper}.json`, home))
      const { abstract, comment } = await answer.json()
      const lines = `${abstract} ${comment ?? ""}`.replace(/\s+/g, " ").split(/(?<=[.!?]) (?=[A-Z$])/)
      const least = article.missing.map(each => each.slice(0, Math.max(3, each.length - 1)))
      const has = line => { const here = words(withoutTex(line)); return least.filter(each => here.some(word => word.startsWith(each))).length }
      const best = lines.reduce((one, other) => (has(other) > has(one) ? other : one))
      if (has(best)) article.querySelector(".line").textContent = best.length > 240 ? `${best.slice(0, 240)}…` : best
      mark(article, found?.words ?? [])
    } catch {} // Without the line the row says what it is as well.
  }

  more.querySelector("button").addEventListener("click", async () => {
    const before = list.children.length, mine = turn, now = found
    try {
      const rows = await Promise.all(now.papers.slice(before, before + MORE).map(each => index.paper(each)))
      if (mine !== turn) return
      list.append(...rows.map(row))
      more.hidden = now.papers.length <= list.children.length
      finish()
      list.children[before]?.querySelector(".title a").focus()
    } catch {
      told.textContent = "Could not load more papers. Try again."
    }
  })

  function remember(text, choice) {
    const address = new URL(location.href)
    for (const [name, value] of [["q", text], ...Object.entries(choice)]) value ? address.searchParams.set(name, value) : address.searchParams.delete(name)
    if (address.href !== location.href) history.replaceState(null, "", address)
  }
  addEventListener("pagehide", () => history.replaceState({ shown: list.children.length, y: scrollY }, ""))

  const asked = new URL(location.href).searchParams
  if (!field.value) field.value = (asked.get("q") ?? "").slice(0, 200)
  for (const each of form.querySelectorAll("select")) if ([...each.options].some(option => option.value === asked.get(each.name))) each.value = asked.get(each.name)
  form.addEventListener("submit", event => { event.preventDefault(); seek() })
  form.addEventListener("input", event => {
    clearTimeout(waiting)
    if (event.target === field) waiting = setTimeout(seek, PAUSE_MS)
    else seek()
  })
  if (field.value || asked.size) seek()
  else index.open().catch(() => {}) // Ready before the first letter.
  if (!asked.size && matchMedia("(hover: hover)").matches) field.focus()
}
