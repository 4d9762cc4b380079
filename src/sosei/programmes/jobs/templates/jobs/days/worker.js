// Keeps the page for scans without a network, with its files, and shows it when the network does not answer.
const STORE = "sosei-days-{{ version }}";
const FILES = [{% for file in files %}"{{ file|escapejs }}"{% if not forloop.last %}, {% endif %}{% endfor %}];
const OFFLINE = { ja: "{{ pages.ja|escapejs }}", en: "{{ pages.en|escapejs }}" };
const SCANNED = /^\/(en\/)?(work\/site\/|me\/work\/day\/)/;

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(STORE).then((store) => store.addAll(FILES)).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  const old = (names) => names.filter((name) => name.startsWith("sosei-days-") && name !== STORE);
  event.waitUntil(
    caches.keys().then((names) => Promise.all(old(names).map((name) => caches.delete(name)))).then(() => self.clients.claim()),
  );
});

self.addEventListener("fetch", (event) => {
  const address = new URL(event.request.url);
  if (address.origin !== self.location.origin) return;
  if (event.request.mode === "navigate") {
    if (!SCANNED.test(address.pathname)) return;
    const page = address.pathname.startsWith("/en/") ? OFFLINE.en : OFFLINE.ja;
    event.respondWith(fetch(event.request).catch(() => caches.match(page)));
  } else if (event.request.method === "GET" && FILES.includes(address.pathname)) {
    event.respondWith(fetch(event.request).catch(() => caches.match(address.pathname)));
  }
});
