// Keeps the room for when there is no network, as it is when one looks away, and once a minute if
// something was said, changed or deleted. Browsers have this over https only, and on this very machine.
const version = new URL(import.meta.url).search;
const worker = navigator.serviceWorker;
worker?.register('/sw.js').catch(() => {}); // where it is not allowed, nothing is kept
const seen = () => location.pathname + document.querySelector('.message-list__rows')?.textContent;
let kept = seen();
function keep(keeper) {
  kept = seen();
  const files = performance.getEntriesByType('resource').map(({ name }) => name);
  files.push(`${location.origin}/pkg/late.wasm${version}`); // it may still be on its way
  keeper?.postMessage({ path: location.pathname, files });
}
// The first page came before there was anyone to keep it.
if (worker && !worker.controller) worker.ready.then(({ active }) => keep(active));
// What one comes to see need not be told any more.
async function hush() {
  const told = await worker?.ready.then((registration) => registration.getNotifications());
  told?.filter(({ data }) => data === location.pathname).forEach((notification) => notification.close());
}
hush();
document.addEventListener('visibilitychange', () => {
  if (!document.hidden) return hush();
  // Who leaves the room takes it back.
  const isLeft = 'left' in document.documentElement.dataset;
  if (isLeft) worker?.controller?.postMessage({ path: location.pathname, forget: true });
  else keepNews();
});
function keepNews() {
  if (kept !== seen() && navigator.onLine) keep(worker?.controller);
}
setInterval(() => document.hidden || keepNews(), 60_000);
