// The page of feeds: the list that the reader comes from stands on top, addresses are copied, categories are filtered.

const shown = document.getElementById("this-list")
const rows = new Map(Array.from(document.querySelectorAll(".feed-rows li[id]"), row => [row.id, row]))

function showListOnTop() {
  const row = rows.get(decodeURIComponent(location.hash.slice(1)))
  if (!row) return
  const copy = row.cloneNode(true)
  copy.removeAttribute("id")
  copy.firstElementChild.textContent = row.dataset.name
  shown.querySelector("ul").replaceChildren(copy)
  shown.hidden = false
  scrollTo(0, 0)
}
addEventListener("hashchange", showListOnTop)
// The browser itself scrolls to the row while the page loads.
addEventListener("load", () => setTimeout(showListOnTop))
showListOnTop()

for (const button of document.querySelectorAll("button[data-copy]")) {
  button.addEventListener("click", async () => {
    const label = button.firstChild
    try {
      await navigator.clipboard.writeText(button.dataset.copy)
      label.data = "Copied"
    } catch {
      getSelection().selectAllChildren(button.parentElement.querySelector("code"))
      label.data = "Selected: press Ctrl C"
    }
  })
}

const filter = document.getElementById("filter")
filter?.addEventListener("input", () => {
  const wanted = filter.value.toLowerCase().split(/\s+/)
  for (const row of filter.closest("section").querySelectorAll("li")) {
    const name = row.dataset.name.toLowerCase()
    row.hidden = !wanted.every(word => name.includes(word))
  }
})
