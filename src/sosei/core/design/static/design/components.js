// What makes components handier where scripts run. Every one of them works without this file.

/** Fills `%(name)s` in a text that came, translated, with the page. */
function fill(text, values) {
  return text
    .replace(/%\((\w+)\)s/g, (whole, name) => (name in values ? values[name] : whole))
    .replaceAll("%%", "%");
}

/** A dialog opens from the button that names it, and gives the focus back to it when it closes. */
function openDialog(event) {
  const opener = event.target.closest("[data-dialog]");
  if (!opener) return;
  const dialog = document.getElementById(opener.dataset.dialog);
  if (!(dialog instanceof HTMLDialogElement)) return;
  event.preventDefault();
  if (!dialog.open) dialog.showModal();
}

/** A click on the ground beside a dialog closes it. */
function closeDialog(event) {
  if (event.target instanceof HTMLDialogElement && event.target.open) event.target.close();
}

/** The summary of errors is read first: on a page that was just answered, and in a part of it that was. */
function focusSummary(root) {
  const summary = root.querySelector("[data-error-summary]");
  if (summary) summary.focus();
}

/** A link of the summary puts the focus into the box; a box of a choice is scrolled to with its question. */
function leadToField(event) {
  const link = event.target.closest("[data-error-summary] a");
  const field = link && document.getElementById(link.hash.slice(1));
  if (!field) return;
  event.preventDefault();
  (field.closest(".field") ?? field).scrollIntoView({ block: "start" });
  field.focus({ preventScroll: true });
}

function sizeText(size) {
  if (size < 1_000_000) return `${Math.max(1, Math.round(size / 1000))}KB`;
  return `${(size / 1_000_000).toFixed(1).replace(/\.0$/, "")}MB`;
}

/** Names and sizes of the chosen files, and which of them is too large, before anything is sent. */
function showFiles(event) {
  const input = event.target;
  if (input.type !== "file") return;
  const place = input.closest("[data-file-upload]");
  if (!place) return;
  const most = Number(input.dataset.maxBytes || Infinity);
  const lines = [...input.files].map((file) => {
    const line = document.createElement("p");
    const isTooLarge = file.size > most;
    line.className = isTooLarge ? "is-too-large" : "";
    line.textContent = fill(isTooLarge ? place.dataset.tooLarge : place.dataset.chosen, {
      name: file.name,
      size: sizeText(file.size),
      limit: sizeText(most),
    });
    return line;
  });
  place.querySelector("[data-chosen-files]").replaceChildren(...lines);
}

/** 令和8 is 2026 and 2026 is 令和8, told under the box while it is typed. */
function tellEra(event) {
  const place = event.target.closest?.("[data-era-date]");
  if (!place) return;
  const [year, month, day] = [...place.querySelectorAll("input")].map((box) => box.value.normalize("NFKC").trim());
  const hint = place.querySelector("[data-hint]");
  const told = eraHint(place.dataset, year, Number(month), Number(day));
  if (hint.textContent !== told) hint.textContent = told;
}

function eraHint(words, text, month, day) {
  const eras = JSON.parse(words.eras);
  const named = (index, number) =>
    fill(words.eraYear, { era: eras[index].shown, number: number === 1 ? words.first : number });
  const withEra = text.match(/^(\D+?)[\s.]*(元|\d{1,2})\s*年?$/);
  if (withEra) {
    const name = withEra[1].toLowerCase();
    const index = eras.findIndex((era) => era.names.some((one) => one.toLowerCase() === name));
    const number = withEra[2] === "元" ? 1 : Number(withEra[2]);
    if (index < 0 || number < 1) return "";
    const year = eras[index].first[0] + number - 1;
    if (eras[index + 1] && year > eras[index + 1].first[0]) return "";
    return fill(words.eraHint, { era: named(index, number), year });
  }
  const western = text.match(/^(\d{4})\s*年?$/);
  if (!western) return "";
  const year = Number(western[1]);
  let found = eras
    .map((era, index) => ({ index, number: year - era.first[0] + 1 }))
    .filter(({ index, number }) => number > 0 && (!eras[index + 1] || year <= eras[index + 1].first[0]));
  if (found.length > 1 && month && day) {
    const [, first, of] = eras[found[1].index].first;
    const isLater = month > first || (month === first && day >= of);
    found = [found[isLater ? 1 : 0]];
  }
  if (!found.length) return "";
  const names = found.map(({ index, number }) => named(index, number));
  return fill(words.yearHint, { year, era: names.join(words.or) });
}

/** Asks before leaving a form that says it wants it and in which something was changed. */
function guardForms() {
  const changed = new Set();
  const ask = (event) => event.preventDefault();
  const note = () => {
    if (changed.size) window.addEventListener("beforeunload", ask);
    else window.removeEventListener("beforeunload", ask);
  };
  document.addEventListener("input", (event) => {
    const form = event.target.closest("form[data-guard]");
    if (form) changed.add(form);
    note();
  });
  document.addEventListener("submit", (event) => {
    changed.delete(event.target);
    note();
  });
}

const ROLES = { TABLE: "table", THEAD: "rowgroup", TBODY: "rowgroup", TR: "row", TD: "cell" };

/** Cards take a table's own roles away in some browsers; said again, they stay. */
function nameTables(root) {
  for (const table of root.querySelectorAll("table.cards")) {
    for (const part of [table, ...table.querySelectorAll("thead, tbody, tr, td, th")]) {
      if (part.hasAttribute("role")) continue;
      const isColumn = part.scope === "col" || part.parentElement.parentElement?.tagName === "THEAD";
      part.setAttribute("role", ROLES[part.tagName] ?? (isColumn ? "columnheader" : "rowheader"));
    }
  }
}

document.addEventListener("click", openDialog);
document.addEventListener("click", closeDialog);
document.addEventListener("click", leadToField);
document.addEventListener("change", showFiles);
document.addEventListener("input", tellEra);
document.addEventListener("htmx:afterSwap", (event) => {
  focusSummary(event.target);
  nameTables(event.target);
});
guardForms();
nameTables(document);
focusSummary(document);
// The browser itself moves the focus to the place an address names, after the scripts have run.
if (window.location.hash) window.addEventListener("load", () => window.setTimeout(() => focusSummary(document)));
