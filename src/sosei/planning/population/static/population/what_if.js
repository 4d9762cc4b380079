// The what-if panel: sliders beside number fields, an outcome that follows every move, and a link that brings it back.

import { redraw } from "../design/charts.js";

const ANNOUNCE_AFTER = 700;

export function startWhatIf() {
  const form = document.querySelector("[data-what-if]");
  if (!form) return;
  const section = form.closest("section");
  const result = section.querySelector("[data-what-if-result]");
  const status = section.querySelector("[data-what-if-status]");
  const copyStatus = form.querySelector("[data-copy-status]");
  const sliders = [...form.querySelectorAll("[data-slider-for]")];
  const numberOf = (slider) => document.getElementById(slider.dataset.sliderFor);
  let movedAt = null;
  let askedAt = null;
  let announcing = null;

  for (const slider of sliders) {
    const number = numberOf(slider);
    slider.hidden = false;
    slider.addEventListener("input", () => {
      number.value = slider.value;
    });
    number.addEventListener("input", () => {
      slider.value = number.value === "" ? slider.dataset.start : number.value;
    });
  }
  form.querySelector("[data-submit]").hidden = true;
  form.querySelector("[data-copy]").hidden = false;

  form.addEventListener(
    "input",
    () => {
      movedAt = performance.now();
      copyStatus.textContent = "";
    },
    { capture: true },
  );

  document.body.addEventListener("htmx:beforeRequest", (event) => {
    if (event.detail.elt === form) askedAt = movedAt;
  });

  function showProblems(problems) {
    for (const place of form.querySelectorAll(".field__error")) {
      const name = place.id.replace(/^what-if-/, "").replace(/-error$/, "");
      place.textContent = problems[name] ?? "";
      const field = form.elements[name];
      if (field instanceof HTMLInputElement) {
        if (problems[name]) field.setAttribute("aria-invalid", "true");
        else field.removeAttribute("aria-invalid");
      }
    }
  }

  function showAddress(query) {
    const address = new URL(window.location.href);
    address.search = query;
    if (query) address.hash = "what-if";
    window.history.replaceState(null, "", address);
    for (const link of document.querySelectorAll("[data-language-link]")) {
      const other = new URL(link.href);
      other.search = query;
      link.href = other.href;
    }
  }

  function announce() {
    window.clearTimeout(announcing);
    announcing = window.setTimeout(() => {
      status.textContent = document.getElementById("what-if-sentence").textContent;
    }, ANNOUNCE_AFTER);
  }

  async function show() {
    const started = askedAt;
    const data = JSON.parse(document.getElementById("what-if-data").textContent);
    showProblems(data.problems);
    announce();
    if (Object.keys(data.problems).length) return;
    showAddress(data.query);
    await Promise.all(
      Object.entries(data.charts).map(([id, rows]) => redraw(document.getElementById(id), rows)),
    );
    if (started !== null) {
      await new Promise((drawn) => window.requestAnimationFrame(drawn));
      section.dataset.redrawMs = (performance.now() - started).toFixed(1);
      section.dataset.redraws = Number(section.dataset.redraws ?? 0) + 1;
    }
    tellPyramid(data);
  }

  function tellPyramid({ pyramid, query }) {
    document.dispatchEvent(
      new CustomEvent("sosei:what-if", { detail: { pyramid, query, title: form.dataset.title } }),
    );
  }

  // An open table stays open when its numbers change.
  let wasOpen = false;
  document.body.addEventListener("htmx:beforeSwap", () => {
    wasOpen = Boolean(section.querySelector("#what-if-more details[open]"));
  });
  document.body.addEventListener("htmx:oobAfterSwap", () => {
    const table = section.querySelector("#what-if-more details");
    if (table) table.open = wasOpen;
  });

  document.body.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target === result) show();
  });

  form.querySelector("[data-reset]").addEventListener("click", (event) => {
    event.preventDefault();
    for (const slider of sliders) {
      const number = numberOf(slider);
      number.value = number.dataset.default;
      slider.value = number.value === "" ? slider.dataset.start : number.value;
    }
    form.querySelector("[data-is-default]").checked = true;
    form.dispatchEvent(new Event("input", { bubbles: true }));
  });

  form.querySelector("[data-copy]").addEventListener("click", async () => {
    if (form.querySelector("[aria-invalid]")) {
      // The address still holds the last conditions that could be computed, not those on the screen.
      copyStatus.textContent = document.getElementById("what-if-sentence").textContent;
      return;
    }
    try {
      await navigator.clipboard.writeText(window.location.href);
      copyStatus.textContent = form.dataset.copied;
    } catch {
      copyStatus.textContent = form.dataset.notCopied;
    }
  });

  const first = JSON.parse(document.getElementById("what-if-data").textContent);
  if (first.query) tellPyramid(first);
}
