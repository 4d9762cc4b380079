// Check-in and check-out without a network: the phone keeps the punch and sends it when the network is back.

const DAYS = "sosei-days";
const WAITING = "sosei-punches";
const BEFORE = 60 * 60_000;
const AFTER = 6 * 60 * 60_000;
const FORGET = 2 * 24 * 60 * 60_000;
const RETRY = 2_000;
const SITE = /\/work\/site\/([\w-]+)$/;

function read(key) {
  try {
    const found = JSON.parse(localStorage.getItem(key) ?? "[]");
    return Array.isArray(found) ? found : [];
  } catch {
    return [];
  }
}

function write(key, rows) {
  localStorage.setItem(key, JSON.stringify(rows));
}

/** The secret in the address of the page, where a code was scanned. */
function secretHere() {
  const found = SITE.exec(location.pathname);
  return found && found[1] !== "offline" ? found[1] : "";
}

/** Keeps the day of this page for scans without a network; days long over are forgotten. */
function keepDay() {
  const data = document.getElementById("day-for-phone");
  if (!data) return;
  const day = JSON.parse(data.textContent);
  const others = read(DAYS).filter(
    (each) => each.id !== day.id && each.about === day.about && Date.parse(each.end) > Date.now() - FORGET,
  );
  write(DAYS, [...others, day]);
}

/** A punch as it is kept: named by a token, with the time of this phone. */
function keepPunch(day, kind) {
  const punch = {
    token: crypto.randomUUID(),
    day: day.id,
    about: day.about,
    label: day.label,
    kind,
    at: new Date().toISOString(),
    secret: secretHere(),
    reason: "",
  };
  write(WAITING, [...read(WAITING), punch]);
  write(DAYS, read(DAYS).map((each) => {
    if (each.id !== day.id) return each;
    return kind === "in" ? { ...each, came: true } : { ...each, left: true };
  }));
}

function clock(at) {
  return new Date(at).toLocaleString(document.documentElement.lang, {
    dateStyle: "short",
    timeStyle: "short",
    timeZone: "Asia/Tokyo",
  });
}

/** Every punch still on the phone, with what happened to it; refused ones stay until somebody takes them away. */
function showWaiting(sent = []) {
  const place = document.querySelector("[data-waiting]");
  if (!place) return;
  const texts = place.dataset;
  const rows = read(WAITING);
  const lines = [
    ...sent.map((punch) => ({ punch, text: texts.textKept })),
    ...rows.map((punch) => ({ punch, text: punch.reason || texts.textWaiting, refused: Boolean(punch.reason) })),
  ];
  place.querySelector("ul").replaceChildren(...lines.map((line) => drawn(line, texts)));
  place.hidden = lines.length === 0;
}

function drawn({ punch, text, refused }, texts) {
  const item = document.createElement("li");
  const first = document.createElement("p");
  const strong = document.createElement("strong");
  strong.textContent = `${punch.kind === "in" ? texts.textIn : texts.textOut} ${clock(punch.at)} ${punch.label}`;
  first.append(strong);
  const second = document.createElement("p");
  second.textContent = text;
  item.append(first, second);
  if (refused) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button quiet";
    button.textContent = texts.textRemove;
    button.addEventListener("click", () => {
      write(WAITING, read(WAITING).filter((each) => each.token !== punch.token));
      showWaiting();
    });
    item.append(button);
  }
  return item;
}

/** Sends what waits, one after the other; what the network swallows waits on, its token keeps it from counting twice. */
async function sendWaiting() {
  const place = document.querySelector("[data-waiting][data-send]");
  const csrf = place?.querySelector("input[name=csrfmiddlewaretoken]");
  if (!place || !csrf || !navigator.onLine) return;
  const sent = [];
  for (const punch of read(WAITING)) {
    if (punch.reason || punch.about !== place.dataset.about) continue;
    const body = new FormData();
    body.set("csrfmiddlewaretoken", csrf.value);
    for (const name of ["token", "day", "about", "kind", "at", "secret"]) body.set(name, punch[name]);
    let answer;
    try {
      const response = await fetch(place.dataset.send, { method: "POST", body, redirect: "error" });
      answer = await response.json();
    } catch {
      break;
    }
    if (answer.state === "kept") {
      sent.push(punch);
      write(WAITING, read(WAITING).filter((each) => each.token !== punch.token));
    } else if (answer.state === "refused") {
      write(WAITING, read(WAITING).map((each) => (each.token === punch.token ? { ...each, reason: answer.text } : each)));
    }
  }
  // The page was made before they arrived.
  if (sent.length && document.querySelector("form[data-punch]")) location.reload();
  else showWaiting(sent);
}

/** Without a network the button keeps the punch instead of sending the form. */
function keepWhenOffline(event) {
  const form = event.target.closest("form[data-punch]");
  if (!form || navigator.onLine) return;
  const key = Number(form.elements.day.value);
  const day = read(DAYS).find((each) => each.id === key);
  if (!day) return;
  event.preventDefault();
  keepPunch(day, form.elements.kind.value);
  form.querySelector("button").disabled = true;
  showWaiting();
}

/** The days of now on the page that the phone shows by itself, each with its one button. */
function showOfflineDays() {
  const list = document.querySelector("[data-offline-days]");
  if (!list) return;
  const now = Date.now();
  const days = read(DAYS).filter(
    (day) => day.open && Date.parse(day.start) - BEFORE <= now && now <= Date.parse(day.end) + AFTER,
  );
  document.querySelector("[data-no-days]").hidden = days.length > 0;
  document.querySelector("[data-no-code]").hidden = days.length === 0 || secretHere() !== "";
  list.replaceChildren(...days.map((day) => offlineDay(day, list)));
}

function offlineDay(day, list) {
  const item = document.createElement("li");
  const title = document.createElement("p");
  title.textContent = `${day.label} ${day.place} ${clock(day.start)}`;
  item.append(title);
  const kind = day.came || Date.parse(day.end) <= Date.now() ? "out" : "in";
  if (!day.left && secretHere()) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button punch__button";
    button.textContent = kind === "in" ? list.dataset.textIn : list.dataset.textOut;
    button.addEventListener("click", () => {
      keepPunch(day, kind);
      showOfflineDays();
      showWaiting();
    });
    item.append(button);
  }
  return item;
}

/**
 * The page of a scan is asked for again as soon as the network really answers: it sends what waits.
 * A phone says "online" a little before that, so it is asked again until then.
 */
async function goOn() {
  if (!document.querySelector("[data-offline-days]")) return sendWaiting();
  while (navigator.onLine) {
    try {
      await fetch(location.href, { method: "HEAD", cache: "no-store" });
      return location.reload();
    } catch {
      await new Promise((next) => setTimeout(next, RETRY));
    }
  }
}

keepDay();
showOfflineDays();
showWaiting();
if (document.querySelector("[data-offline-days]")) setTimeout(goOn, RETRY);
else sendWaiting();
document.addEventListener("submit", keepWhenOffline);
addEventListener("online", goOn);
const script = document.querySelector("[data-waiting][data-worker]")?.dataset.worker;
if (script && "serviceWorker" in navigator) {
  // One for both languages: two scripts for one scope would drive each other out.
  navigator.serviceWorker.register(script.replace(/^\/en\//, "/"), { scope: "/" }).catch(() => {});
}
