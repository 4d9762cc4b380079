// The age pyramid: any year and scenario, another one as an outline, and a button that moves through the years.

import { draw, fill, redraw } from "../design/charts.js";

const PAUSE = 900;

/** Numbers of a scenario in a year; the counted ones where the scenario has not begun. */
function numbersOf(data, scenario, year) {
  return data[scenario]?.[year] ?? data.observed?.[year] ?? null;
}

function sum(row, from = 0) {
  return row.slice(from).reduce((total, value) => total + value, 0);
}

/** The first of 1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8 times a power of ten that is not below the value. */
function niceTop(value) {
  const power = 10 ** Math.floor(Math.log10(value));
  return power * ([1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8].find((step) => step * power >= value) ?? 10);
}

export function startPyramid() {
  const form = document.querySelector("[data-pyramid]");
  const chart = document.getElementById("pyramid-main");
  if (!form || !chart) return;
  const { ages, data, base, start } = JSON.parse(document.getElementById("pyramid-data").textContent);
  const texts = form.dataset;
  const [scenario, compare, slider, output, play, readout] = [
    "scenario",
    "compare",
    "year",
    "year-output",
    "play",
    "pyramid-readout",
  ].map((name) => form.querySelector(`[data-${name}]`));
  const format = new Intl.NumberFormat(document.documentElement.lang, { maximumFractionDigits: 0 });
  const still = window.matchMedia("(prefers-reduced-motion: reduce)");
  let timer = null;
  let asked = "";
  let bound = null;

  const years = () => {
    const known = new Set([...Object.keys(data.observed ?? {}), ...Object.keys(data[scenario.value] ?? {})]);
    return [...known].map(Number).sort((a, b) => a - b);
  };
  const yearNow = () => years()[Number(slider.value)];
  const persons = (value) => fill(texts.persons, { count: format.format(value) });

  const rowsOf = (numbers) =>
    numbers
      ? ["male", "female"].flatMap((sex) =>
          ages.map((age, i) => ({
            age,
            sex,
            title: texts[sex],
            x: sex === "male" ? -numbers[sex][i] : numbers[sex][i],
            text: persons(numbers[sex][i]),
          })),
        )
      : [];

  const outlined = (year) => {
    if (compare.value === "base") return numbersOf(data, start, base);
    return compare.value ? numbersOf(data, compare.value, year) : null;
  };

  function writeTable(numbers, title) {
    const table = document.getElementById(chart.dataset.table);
    ["male", "female"].forEach((sex, i) => {
      table.tHead.rows[0].cells[i + 1].textContent = fill(texts.column, { scenario: title, sex: texts[sex] });
      [...table.tBodies[0].rows].forEach((row, age) => {
        row.cells[i + 1].textContent = format.format(numbers[sex][age]);
      });
    });
  }

  function pointFiles(year) {
    for (const link of document.querySelectorAll('[data-file="pyramid"]')) {
      const address = new URL(link.href);
      // A what-if is not stored: its file is computed from the same conditions.
      address.search = [scenario.value, compare.value].includes("what-if") ? asked : "";
      address.searchParams.set("scenario", scenario.value);
      address.searchParams.set("year", year);
      if (compare.value) address.searchParams.set("compare", compare.value);
      link.href = address.href;
    }
  }

  /** The same for every year and scenario; wider only for a what-if with more people than any of them. */
  async function axisEnd() {
    bound ??= (await draw(chart)).signal("bound");
    const shown = [scenario.value, compare.value].includes("what-if") ? Object.values(data["what-if"]) : [];
    const largest = Math.max(0, ...shown.flatMap(({ male, female }) => [...male, ...female]));
    return largest > bound ? niceTop(largest) : bound;
  }

  async function show() {
    const year = yearNow();
    const numbers = numbersOf(data, scenario.value, year);
    const counted = !data[scenario.value]?.[year];
    const name = counted ? texts.observedLabel : scenario.selectedOptions[0].textContent;
    const total = sum(numbers.male) + sum(numbers.female);
    const from = ages.findIndex((age) => age.startsWith("65"));
    const old = sum(numbers.male, from) + sum(numbers.female, from);
    output.textContent = fill(texts.yearLabel, { year });
    slider.setAttribute("aria-valuetext", output.textContent);
    readout.textContent = fill(texts.readout, {
      year,
      scenario: name,
      total: format.format(total),
      share: ((100 * old) / total).toFixed(1),
    });
    writeTable(numbers, name);
    pointFiles(year);
    await redraw(chart, {
      datasets: { pyramid: rowsOf(numbers), compare: rowsOf(outlined(year)) },
      signals: { bound: await axisEnd() },
    });
    chart.dataset.year = year;
  }

  function stop() {
    window.clearInterval(timer);
    timer = null;
    readout.setAttribute("aria-live", "polite");
    labelButton();
  }

  function labelButton() {
    play.textContent = still.matches ? texts.stepLabel : timer ? texts.playingLabel : texts.pausedLabel;
  }

  function step() {
    const last = Number(slider.max);
    slider.value = Number(slider.value) >= last ? 0 : Number(slider.value) + 1;
    show();
    if (timer && Number(slider.value) === last) stop();
  }

  play.addEventListener("click", () => {
    // Those who asked for less motion go through the years one press at a time.
    if (still.matches) return step();
    if (timer) return stop();
    readout.setAttribute("aria-live", "off");
    timer = window.setInterval(step, PAUSE);
    labelButton();
    return step();
  });
  still.addEventListener("change", stop);

  function setYears(wanted) {
    const known = years();
    slider.max = known.length - 1;
    const at = known.indexOf(wanted);
    slider.value = at < 0 ? known.length - 1 : at;
  }

  scenario.addEventListener("change", () => {
    const wanted = yearNow();
    setYears(wanted);
    show();
  });
  compare.addEventListener("change", show);
  slider.addEventListener("input", () => {
    if (timer) stop();
    show();
  });

  document.addEventListener("sosei:what-if", ({ detail }) => {
    if (!detail.pyramid["what-if"]) return;
    data["what-if"] = detail.pyramid["what-if"];
    asked = detail.query;
    for (const list of [scenario, compare]) {
      if (!list.querySelector('[value="what-if"]')) list.append(new Option(detail.title, "what-if"));
    }
    if ([scenario.value, compare.value].includes("what-if")) show();
  });

  setYears(base);
  labelButton();
  form.hidden = false;
  show();
}
