// The page of a population vision: charts, in-page navigation, tables opened for print, and the two instruments.

import { start } from "../design/charts.js";
import { startPyramid } from "./pyramid.js";
import { startWhatIf } from "./what_if.js";

function followSections() {
  const links = [...document.querySelectorAll(".contents > ul > li > a")];
  const byId = new Map(links.map((link) => [link.hash.slice(1), link]));
  const seen = new Set();
  const watch = new IntersectionObserver(
    (entries) => {
      for (const { target, isIntersecting } of entries) {
        if (isIntersecting) seen.add(target.id);
        else seen.delete(target.id);
      }
      const current = [...byId.keys()].find((id) => seen.has(id));
      for (const [id, link] of byId) {
        if (id === current) link.setAttribute("aria-current", "true");
        else link.removeAttribute("aria-current");
      }
    },
    { rootMargin: "-20% 0px -60% 0px" },
  );
  for (const id of byId.keys()) {
    const section = document.getElementById(id);
    if (section) watch.observe(section);
  }
}

function openTablesForPrint() {
  let closed = [];
  window.addEventListener("beforeprint", () => {
    closed = [...document.querySelectorAll("details:not([open])")];
    for (const one of closed) one.open = true;
  });
  window.addEventListener("afterprint", () => {
    for (const one of closed) one.open = false;
  });
}

followSections();
openTablesForPrint();
startPyramid();
startWhatIf();
start();
