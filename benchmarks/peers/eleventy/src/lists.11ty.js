import { escape, page } from "./page.js"

export const data = {
  pagination: { data: "site.pages", size: 1, alias: "list" },
  permalink: ({ list }) => `${list.path}index.html`,
}
export const render = ({ list }) => page("Papers", list.papers.map(paper => `<article><h2><a href="/abs/${paper.id}/">${escape(paper.title)}</a></h2><p>${escape(paper.authors.join(", "))}</p><p>${escape(paper.abstract)}</p><p>Captured posts and reposts: ${paper.posts.length}</p></article>`).join("\n"))
