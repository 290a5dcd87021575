/* Reading a document: an address that names a passage of another part leads there, and the contents follow the text. */
"use strict";

function toItsPart() {
  const named = location.hash && document.getElementById(location.hash.slice(1));
  if (named && named.classList.contains("elsewhere")) {
    location.replace(named.href);
  }
}

function followText(column) {
  const headings = [];
  for (const link of column.querySelectorAll('a[href^="#"]')) {
    const heading = document.getElementById(link.hash.slice(1));
    if (heading) {
      headings.push([heading, link]);
    }
  }
  let current = null;
  let waiting = false;

  function mark() {
    waiting = false;
    let link = null;
    for (const [heading, own] of headings) {
      if (heading.getBoundingClientRect().top < innerHeight / 3) {
        link = own;
      }
    }
    if (link === current) {
      return;
    }
    if (current) {
      current.removeAttribute("aria-current");
    }
    if (link) {
      link.setAttribute("aria-current", "location");
      column.scrollTop = Math.max(0, link.offsetTop - column.clientHeight / 2);
    }
    current = link;
  }

  addEventListener("scroll", () => {
    if (!waiting) {
      waiting = true;
      requestAnimationFrame(mark);
    }
  }, { passive: true });
  mark();
}

addEventListener("hashchange", toItsPart);
toItsPart();
const contents = document.querySelector(".contents-column");
if (contents) {
  followText(contents);
}
