// Measures the way to this site: the time of an answer, then pieces received and sent for a few seconds at most.
// The form can be sent only with what was measured; without scripts the log of a measuring tool is taken over instead.

const PINGS = 9;
const SECONDS = 5;
const AT_ONCE = 3;

class TooManyError extends Error {}

function median(numbers) {
  const sorted = [...numbers].sort((one, other) => one - other);
  return sorted[Math.floor(sorted.length / 2)];
}

function fresh(address) {
  const url = new URL(address, location.href);
  url.searchParams.set("n", crypto.randomUUID());
  return url;
}

async function check(answer) {
  if (answer.status === 429) throw new TooManyError();
  if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
  return answer;
}

/** The time from the question to the first byte, in ms; the first, which opens the connection, does not count. */
async function measurePing(place) {
  const times = [];
  for (let turn = 0; turn < PINGS; turn += 1) {
    const url = fresh(place.dataset.ping);
    const began = performance.now();
    await (await check(await fetch(url, { cache: "no-store" }))).arrayBuffer();
    const entry = performance.getEntriesByName(url.href).pop();
    const exact = entry && entry.requestStart > 0 ? entry.responseStart - entry.requestStart : 0;
    if (turn > 0) times.push(exact > 0 ? exact : performance.now() - began);
  }
  performance.clearResourceTimings();
  return median(times);
}

/** Runs pieces, a few at once, until the time is over or all are through; Mbit/s. */
async function measureFlow(pieces, carry) {
  const began = performance.now();
  const end = began + SECONDS * 1000;
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), SECONDS * 1000 + 500);
  let left = pieces;
  let bytes = 0;
  let last = began;
  const count = (more) => {
    bytes += more;
    last = performance.now();
  };
  async function worker() {
    while (left > 0 && performance.now() < end) {
      left -= 1;
      try {
        await carry(count, stop.signal);
      } catch (error) {
        if (error.name !== "AbortError") throw error;
      }
    }
  }
  try {
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
  } finally {
    clearTimeout(timer);
  }
  if (bytes === 0) throw new Error("nothing came through");
  return (bytes * 8) / 1000 / Math.max(last - began, 1);
}

function measureDown(place) {
  return measureFlow(Number(place.dataset.pieces), async (count, signal) => {
    const answer = await check(await fetch(fresh(place.dataset.down), { cache: "no-store", signal }));
    const reader = answer.body.getReader();
    for (let part = await reader.read(); !part.done; part = await reader.read()) count(part.value.length);
  });
}

/** Pieces that no network squeezes: random, in the portions the browser gives them. */
function randomPiece(size) {
  const piece = new Uint8Array(size);
  for (let at = 0; at < size; at += 65536) crypto.getRandomValues(piece.subarray(at, Math.min(at + 65536, size)));
  return piece;
}

function measureUp(place, token) {
  const piece = randomPiece(Number(place.dataset.pieceUp));
  const headers = { "Content-Type": "application/octet-stream", "X-CSRFToken": token };
  return measureFlow(Number(place.dataset.piecesUp), async (count, signal) => {
    const answer = await check(
      await fetch(place.dataset.up, { method: "POST", body: piece, headers, cache: "no-store", signal }),
    );
    count((await answer.json()).bytes);
  });
}

async function measure(place, form) {
  const status = place.querySelector("[data-speed-status]");
  const token = form.elements.csrfmiddlewaretoken.value;
  status.textContent = place.dataset.wordsPing;
  const ping = await measurePing(place);
  status.textContent = place.dataset.wordsDown;
  const down = await measureDown(place);
  status.textContent = place.dataset.wordsUp;
  const up = await measureUp(place, token);
  for (const [name, value] of Object.entries({ ping, down, up })) {
    const text = Math.min(Math.max(value, 0.01), 99999).toFixed(2);
    form.elements[name].value = text;
    place.querySelector(`[data-speed-show="${name}"]`).textContent = Number(text).toFixed(1);
  }
  status.textContent = place.dataset.wordsDone;
  place.querySelector("[data-speed-result]").hidden = false;
  form.hidden = false;
}

for (const place of document.querySelectorAll("[data-speed]")) {
  const form = place.querySelector("[data-speed-form]");
  const start = place.querySelector("[data-speed-start]");
  start.hidden = false;
  form.hidden = !form.elements.down.value;
  start.addEventListener("click", async () => {
    start.disabled = true;
    try {
      await measure(place, form);
    } catch (error) {
      place.querySelector("[data-speed-status]").textContent =
        error instanceof TooManyError ? place.dataset.wordsMany : place.dataset.wordsFailed;
    } finally {
      start.disabled = false;
    }
  });
}
