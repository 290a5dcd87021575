/* Reading a document: an address that names a passage of another part leads there, and contents follow the text. */
"use strict";

function toItsPart() {
  const named = location.hash && document.getElementById(location.hash.slice(1));
  if (named && named.classList.contains("elsewhere")) {
    location.replace(named.href);
  }
}

function followText() {
  const column = document.querySelector(".contents-column");
  if (!column || !("IntersectionObserver" in window)) {
    return;
  }
  const links = new Map();
  for (const link of column.querySelectorAll('a[href^="#"]')) {
    const heading = document.getElementById(link.hash.slice(1));
    if (heading) {
      links.set(heading, link);
    }
  }
  let current = null;
  const watcher = new IntersectionObserver(() => {
    let last = null;
    for (const heading of links.keys()) {
      if (heading.getBoundingClientRect().top < innerHeight / 3) {
        last = heading;
      }
    }
    const link = last && links.get(last);
    if (link === current) {
      return;
    }
    if (current) {
      current.removeAttribute("aria-current");
    }
    if (link) {
      link.setAttribute("aria-current", "location");
      const above = link.offsetTop - column.clientHeight / 2;
      column.scrollTop = Math.max(0, above);
    }
    current = link;
  }, { rootMargin: "0px 0px -66% 0px" });
  for (const heading of links.keys()) {
    watcher.observe(heading);
  }
}

addEventListener("hashchange", toItsPart);
toItsPart();
followText();
