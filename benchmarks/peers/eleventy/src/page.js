const NAMES = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" }
export const escape = text => String(text ?? "").replace(/[&<>"]/g, char => NAMES[char])
export const page = (title, main) => `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>${escape(title)} · Benchmark</title>
<meta name="viewport" content="width=device-width, initial-scale=1"></head>
<body><header><a href="/">Benchmark</a></header><main>${main}</main><footer>Thank you to arXiv.</footer></body></html>`
