import { escape, page } from "./page.js"

export const data = {
  pagination: { data: "site.papers", size: 1, alias: "paper" },
  permalink: ({ paper }) => `abs/${paper.id}/index.html`,
}
export const render = ({ paper }) => page(paper.title, `<article><h1>${escape(paper.title)}</h1><p>${escape(paper.authors.join(", "))}</p><p>${escape(paper.abstract)}</p>
<ul>${paper.posts.map(post => `<li><blockquote>${escape(post.text)}</blockquote><a href="${escape(post.url)}">${escape(post.name)}</a> <time datetime="${post.posted_at}">${post.posted_at.slice(0, 10)}</time></li>`).join("")}</ul></article>`)
