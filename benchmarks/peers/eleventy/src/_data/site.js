import { readFileSync } from "node:fs"

// Papers, newest first, and the pages of 20 of home and of each category.
export default () => {
  const papers = JSON.parse(readFileSync(process.env.PAPERS, "utf8"))
  papers.sort((one, other) => (one.submitted_at < other.submitted_at ? 1 : -1))
  const lists = new Map([["", papers]])
  for (const paper of papers)
    for (const category of paper.categories) {
      const path = `categories/${category}/`
      if (!lists.has(path)) lists.set(path, [])
      lists.get(path).push(paper)
    }
  const pages = []
  for (const [path, listed] of lists)
    for (let start = 0; start < listed.length; start += 20) {
      const number = start / 20 + 1
      pages.push({ path: number > 1 ? `${path}page/${number}/` : path, papers: listed.slice(start, start + 20) })
    }
  return { papers, pages }
}
