(root => {
  const { alone, whole, view } = root.dataset
  let wanted = view
  if (alone === undefined) root.classList.add("js")
  try {
    const kept = JSON.parse(localStorage.getItem("trending-arxiv:" + new URL(root.dataset.root, location).pathname))
    wanted = kept.view || view
    if (kept.at) root.classList.add("again")
    if (kept.colours) root.dataset.colours = kept.colours
    if ([kept.muteWords, kept.muteAuthors, kept.muteCategories, kept.mutePeople].some(each => each?.length)) root.classList.add("sifting")
    const sheet = new CSSStyleSheet
    for (const id of kept.hidden) sheet.insertRule(`.paper[data-paper=${JSON.stringify(id)}]:not(.whole,.found){display:none}`)
    document.adoptedStyleSheets = [sheet]
  } catch {}
  if (wanted === "compact" && alone === whole) root.classList.add("compact")
})(document.documentElement)
