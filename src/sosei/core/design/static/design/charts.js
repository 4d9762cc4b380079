// Draws the charts of a page: each when it comes near the screen, all of them before printing, and lets a
// keyboard reader step through the values of a chart's table.

const OPTIONS = {
  actions: false,
  ast: true, // expressions are interpreted, so that the page needs no 'unsafe-eval'
  defaultStyle: false,
  mode: "vega-lite",
  renderer: "svg",
  tooltip: { disableDefaultStyle: true, theme: "sosei" },
};

/** Views of drawn charts by the id of their element. */
export const views = new Map();
const drawing = new Map();

/** Fills `%(name)s` in a text that came, translated, with the page. */
export function fill(text, values) {
  return text
    .replace(/%\((\w+)\)s/g, (whole, name) => (name in values ? values[name] : whole))
    .replaceAll("%%", "%");
}

/** Draws one chart, once; resolves to its view. */
export function draw(element) {
  const known = drawing.get(element.id);
  if (known) return known;
  const spec = JSON.parse(document.getElementById(`${element.id}-spec`).textContent);
  const drawn = window.vegaEmbed(element, spec, OPTIONS).then((result) => {
    views.set(element.id, result.view);
    // Vega renames its place, in English; the page's own role and name stay.
    element.setAttribute("role", "img");
    element.removeAttribute("aria-label");
    element.removeAttribute("aria-roledescription");
    element.dataset.drawn = "true";
    return result.view;
  });
  drawing.set(element.id, drawn);
  return drawn;
}

/** Gives a drawn chart other rows and signals; resolves when it shows them. */
export async function redraw(element, { datasets = {}, signals = {} }) {
  const view = await draw(element);
  for (const [name, rows] of Object.entries(datasets)) view.data(name, rows);
  for (const [name, value] of Object.entries(signals)) view.signal(name, value);
  await view.runAsync();
  return view;
}

/** The value a reader is at, read from the chart's own table. */
function readOut(chart, step) {
  const table = document.getElementById(chart.dataset.table);
  const place = document.querySelector(`[data-readout-of="${chart.id}"]`);
  if (!table || !place) return;
  const rows = [...table.tBodies[0].rows];
  const last = rows.length - 1;
  const before = Number(chart.dataset.row ?? -1);
  const at = { first: 0, last, next: Math.min(before + 1, last), previous: Math.max(before - 1, 0) }[step];
  chart.dataset.row = at;
  rows.forEach((row, i) => row.classList.toggle("is-current", i === at));
  const headings = [...table.tHead.rows[0].cells].map((cell) => cell.textContent);
  const cells = [...rows[at].cells].map((cell) => cell.textContent);
  const pairs = cells.map((value, i) => fill(chart.dataset.pair, { name: headings[i], value }));
  place.textContent = pairs.join(" ／ ");
}

const STEPS = { ArrowRight: "next", ArrowLeft: "previous", Home: "first", End: "last" };

function listenToKeys(chart) {
  const place = document.querySelector(`[data-readout-of="${chart.id}"]`);
  chart.addEventListener("keydown", (event) => {
    const step = STEPS[event.key];
    if (!step || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    readOut(chart, step);
  });
  chart.addEventListener("focus", () => {
    if (place && chart.matches(":focus-visible") && !place.textContent) place.textContent = place.dataset.hint;
  });
  chart.addEventListener("blur", () => {
    if (place) place.textContent = "";
  });
}

function whenIdle(work) {
  if ("requestIdleCallback" in window) window.requestIdleCallback(work, { timeout: 1500 });
  else window.setTimeout(work, 200);
}

/** Prepares every chart of the page. */
export async function start() {
  const charts = [...document.querySelectorAll("[data-chart]")];
  for (const chart of charts) {
    const height = Number(chart.dataset.height);
    // The place is kept free, so that the page does not jump when a chart comes in.
    if (height) chart.style.minHeight = `${height + 56}px`;
    listenToKeys(chart);
  }
  // Texts are measured with the font they are drawn in.
  await Promise.all([400, 700].map((weight) => document.fonts.load(`${weight} 13px "Sosei Chart"`, "人口0"))).catch(
    () => undefined,
  );
  const near = new IntersectionObserver(
    (entries) => {
      for (const entry of entries) {
        if (!entry.isIntersecting) continue;
        near.unobserve(entry.target);
        draw(entry.target);
      }
    },
    { rootMargin: "400px 0px" },
  );
  for (const chart of charts) near.observe(chart);
  window.addEventListener("beforeprint", () => {
    for (const chart of charts) draw(chart);
  });
  // The rest is drawn in pauses, one at a time, so that nothing is missing when the page is printed or searched.
  const waiting = [...charts];
  const next = () => {
    const chart = waiting.shift();
    if (chart) draw(chart).then(() => whenIdle(next));
  };
  whenIdle(next);
}
