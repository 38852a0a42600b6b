// Ranks the papers of the site for one reader, in the browser: by the words and categories of the papers that the reader
// saved, less those of hidden ones. It reads files of the search index, and sends nothing. docs/reading.md has the formula.

// More words or categories make the list no better, and each costs a file of about 8 KB.
const WORDS = 12, CATEGORIES = 4
const SAVED_MOST = 200, HIDDEN_MOST = 20
const HIDDEN_COUNTS = 0.5, CATEGORY_COUNTS = 0.5
const IN_TITLE = 4, OFTEN = 1.6
const SHOWN = 10
const LEAST_LETTERS = 3

function sharesOf(lists) {
  const shares = new Map()
  for (const list of lists) {
    for (const term of new Set(list)) shares.set(term, (shares.get(term) ?? 0) + 1 / lists.length)
  }
  return shares
}

// What share of the saved papers has each term, less half the share of the hidden papers that have it.
function weightsOf(saved, hidden, most) {
  const weights = sharesOf(saved)
  for (const [term, share] of sharesOf(hidden)) weights.set(term, (weights.get(term) ?? 0) - HIDDEN_COUNTS * share)
  return [...weights].sort(([, one], [, other]) => Math.abs(other) - Math.abs(one)).slice(0, most)
}

// How much a word tells about a paper: most in its title, least where the abstract has it once.
function valueOf(level) {
  if (level >= IN_TITLE) return 1
  return level >= OFTEN ? 0.5 : 0.3
}

const rarity = (papers, having) => Math.log(1 + papers / (1 + having))

// Papers, each with a title and categories -> the numbers of the papers of the index, those that fit best first; and why.
export async function rank({ index, words, saved, hidden }) {
  const { papers, common } = await index.open()
  const wordsOf = ({ title }) => words(title).filter(word => word.length >= LEAST_LETTERS && !common.includes(word))
  const recent = saved.slice(-SAVED_MOST)
  const wordWeights = weightsOf(recent.map(wordsOf), hidden.map(wordsOf), WORDS)
  const categoryWeights = weightsOf(recent.map(each => each.categories), hidden.map(each => each.categories), CATEGORIES)
  const scores = new Array(papers).fill(0), reasons = new Map()
  function add(paper, term, points) {
    scores[paper] += points
    if (points > 0) reasons.set(paper, [...(reasons.get(paper) ?? []), { term, points }])
  }
  const postings = await Promise.all(wordWeights.map(([word]) => index.postings(new Map([[word, 1]]))))
  for (const [place, [word, weight]] of wordWeights.entries()) {
    const found = postings[place]
    for (const [paper, level] of found) add(paper, word, weight * rarity(papers, found.size) * valueOf(level))
  }
  const members = await Promise.all(categoryWeights.map(([category]) => index.papersIn(`c/${category}`)))
  for (const [place, [category, weight]] of categoryWeights.entries()) {
    for (const paper of members[place]) add(paper, category, CATEGORY_COUNTS * weight * rarity(papers, members[place].size))
  }
  const order = [...reasons.keys()].filter(paper => scores[paper] > 0)
  order.sort((one, other) => scores[other] - scores[one] || one - other)
  return { order, scores, reasons }
}

// The saved paper that shares most of what speaks for a paper, and the three terms that speak loudest.
export function because(reasons, saved, words) {
  const terms = reasons.toSorted((one, other) => other.points - one.points)
  let best = saved[0], most = -1
  for (const paper of saved) {
    const has = new Set([...words(paper.title), ...paper.categories])
    const shared = terms.reduce((sum, { term, points }) => sum + (has.has(term) ? points : 0), 0)
    if (shared > most) [best, most] = [paper, shared]
  }
  return { title: best.title, terms: terms.slice(0, 3).map(each => each.term) }
}

// --- The place on the page of saved papers ---

export function start(kit, { Index, openIndex, paperRow, words }) {
  const { home, current, dress, element, isMutedText } = kit
  const list = document.getElementById("for-you-papers"), told = document.getElementById("for-you-told")
  const more = document.getElementById("for-you-more"), period = document.getElementById("for-you-period")
  let index = openIndex(home), drawn = "", turn = 0, order = [], reasons = new Map()

  async function hiddenPapers() {
    const numbers = await index.numbersOf(current().hidden.slice(-HIDDEN_MOST))
    const rows = await Promise.all([...numbers.values()].map(number => index.paper(number)))
    return rows.map(([, title, , , categories]) => ({ title, categories }))
  }

  // Numbers of the papers that the reader has dealt with already.
  async function dealtWith() {
    const { saved, hidden } = current()
    const numbers = await index.numbersOf([...saved.map(each => each.id), ...hidden])
    return new Set(numbers.values())
  }

  async function sinceWhen() {
    if (!period.value) return () => true
    const days = await index.days(), newest = days.reduce((one, other) => Math.max(one, other), 0)
    return paper => days[paper] > newest - Number(period.value)
  }

  async function draw(again = false) {
    const { saved, hidden, muteWords, muteAuthors, muteCategories } = current()
    const state = JSON.stringify([saved.map(each => each.id), hidden, muteWords, muteAuthors, muteCategories, period.value])
    if (state === drawn && !again) return
    drawn = state
    const mine = ++turn
    if (!saved.length) return show([], "Save a few papers, or import a bibliography below: this list learns from them.")
    told.textContent = "Ranking …"
    try {
      const [ranked, known, isRecent] = await Promise.all([
        hiddenPapers().then(papers => rank({ index, words, saved, hidden: papers })), dealtWith(), sinceWhen(),
      ])
      // Something was saved or hidden meanwhile.
      if (mine !== turn) return
      order = ranked.order.filter(paper => !known.has(paper) && isRecent(paper))
      reasons = ranked.reasons
      await show(await nextRows(0), "")
    } catch (error) {
      if (error instanceof RangeError && !again) {
        // The site was published anew since the page was opened.
        index = openIndex(home)
        return draw(true)
      }
      drawn = ""
      told.textContent = navigator.onLine ? "The list could not be loaded. Open it again to try once more." : "You are offline, so this list cannot be loaded."
    }
  }

  let next = 0
  async function nextRows(from) {
    const rows = []
    for (next = from; next < order.length && rows.length < SHOWN; next++) {
      const paper = await index.paper(order[next])
      const [, title, authors, , categories] = paper
      if (!isMutedText(title, authors, categories)) rows.push([order[next], paper])
    }
    return rows
  }

  function rowOf([number, paper]) {
    const article = paperRow(kit, paper), { title, terms } = because(reasons.get(number), current().saved, words)
    article.querySelector(".line").textContent = `Because you saved “${title}”: ${terms.join(", ")}`
    return article
  }

  function show(rows, text) {
    list.replaceChildren(...rows.map(rowOf))
    told.textContent = text || (rows.length ? "" : "Nothing here is like what you saved.")
    more.hidden = next >= order.length || !rows.length
    dress()
  }

  more.firstElementChild.addEventListener("click", async () => {
    const rows = await nextRows(next)
    const added = rows.map(rowOf)
    list.append(...added)
    more.hidden = next >= order.length
    dress()
    added[0]?.querySelector(".title a").focus()
  })
  period.addEventListener("change", () => draw())
  return { draw }
}
