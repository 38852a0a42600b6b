// The sheet of keys: fetched when a reader asks for it.

const KEYS = [
  ["j", "next paper"],
  ["k", "previous paper"],
  ["n", "next new or unread paper"],
  ["o", "open it"],
  ["p", "its PDF"],
  ["v", "compact or full list"],
  ["s", "save it, or take it off the list"],
  ["h", "hide it, or show it again"],
  ["/", "search"],
  ["g, then h", "go home"],
  ["?", "this sheet"],
]

let sheet

export function openKeys({ button, change, current, element }) {
  sheet ??= makeSheet(button, change, element)
  sheet.querySelector("input").checked = current().keys
  if (!sheet.open) sheet.showModal()
}

function makeSheet(button, change, element) {
  const dialog = element("dialog", "help"), heading = element("h2", "", "Keyboard shortcuts"), list = element("dl", "")
  const choice = element("label", ""), box = document.createElement("input"), close = button("Close", () => dialog.close())
  dialog.setAttribute("aria-labelledby", "help-title")
  heading.id = "help-title"
  for (const [keys, does] of KEYS) list.append(rowOf(keys, does, element))
  box.type = "checkbox"
  box.addEventListener("change", () => change(() => ({ keys: box.checked })))
  choice.append(box, "Use these keys on this site")
  close.autofocus = true
  dialog.append(heading, list, choice, close)
  dialog.addEventListener("click", event => event.target === dialog && dialog.close())
  document.body.append(dialog)
  return dialog
}

function rowOf(keys, does, element) {
  const row = element("div", ""), term = element("dt", "")
  for (const [place, key] of keys.split(", then ").entries()) term.append(place ? " then " : "", element("kbd", "", key))
  row.append(term, element("dd", "", does))
  return row
}
