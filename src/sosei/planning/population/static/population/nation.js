// The page of the nation: a new answer colours the shapes that are there already, and the address follows the choice.

const root = document.querySelector("[data-nation]");
const shapes = [...document.querySelectorAll("[data-shapes] > path")];
const readout = document.querySelector("[data-map-readout]");
const names = read("nation-names");
const codes = read("nation-codes");
let texts = [];

function read(id) {
  return JSON.parse(document.getElementById(id).textContent);
}

function show({ first }) {
  const data = read("nation-data");
  texts = data.texts;
  if (first) return;
  shapes.forEach((shape, i) => shape.setAttribute("class", `c${data.classes[i]}`));
  const address = new URL(window.location.href);
  address.search = data.query;
  address.hash = "";
  window.history.replaceState(null, "", address);
  for (const link of document.querySelectorAll("[data-language-link]")) {
    const other = new URL(link.href);
    other.search = data.query;
    link.href = other.href;
  }
  const search = root.querySelector("[data-nation-search]");
  for (const [name, value] of new URLSearchParams(data.query)) {
    const field = search.querySelector(`input[type=hidden][name="${name}"]`);
    if (field) field.value = value;
  }
}

document.body.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target.matches("[data-nation-answer]")) show({ first: false });
});

const map = document.querySelector("[data-map]");
if (map) {
  map.addEventListener("pointerover", (event) => {
    const at = shapes.indexOf(event.target);
    if (at < 0) return;
    const name = document.createElement("span");
    name.lang = "ja";
    name.textContent = names[at];
    readout.replaceChildren(name, ` ${texts[at]}`);
  });
  map.addEventListener("click", (event) => {
    const at = shapes.indexOf(event.target);
    if (at < 0 || !texts[at]) return;
    const address = new URL(window.location.href);
    address.searchParams.set("area", codes[at]);
    address.hash = "place";
    window.location.assign(address);
  });
}

show({ first: true });
