// Roots, where the browser draws no sign of them.

// Chromium draws no sign of a root where no font with a MATH table is installed, as on most Android phones: x + 1 would
// stand there for its root. Then the sign is written as any other, and a bar drawn over what it covers.
const inMath = (name, ...children) => {
  const made = document.createElementNS("http://www.w3.org/1998/Math/MathML", name)
  made.append(...children)
  return made
}

function rootsAreDrawn() {
  const bare = inMath("mrow", inMath("mi", "x"))
  const covered = inMath("msqrt", inMath("mi", "x"))
  const probe = inMath("math", bare, covered)
  probe.setAttribute("class", "unseen")
  document.body.append(probe)
  const wider = covered.getBoundingClientRect().width - bare.getBoundingClientRect().width
  probe.remove()
  return wider > 2
}

const rooted = document.querySelectorAll("msqrt, mroot")
if (rooted.length && !rootsAreDrawn()) for (const each of rooted) {
  const index = each.localName === "mroot" ? [inMath("msup", inMath("mrow"), each.lastElementChild)] : []
  const sign = inMath("mo", "\u221A")
  for (const name of ["lspace", "rspace"]) sign.setAttribute(name, "0")
  const covered = inMath("mrow", ...each.childNodes)
  covered.setAttribute("class", "covered")
  each.replaceWith(inMath("mrow", ...index, sign, covered))
}
