// Loads the page's program. The build stands in this script's own address, so that every
// file of one build is asked for under the same version and may be kept for good.
const version = new URL(import.meta.url).search;
const program = fetch(`/pkg/sarangbang.wasm${version}`);
const { default: load, hydrate } = await import(`/pkg/sarangbang.js${version}`);
await load({ module_or_path: program });
hydrate();

// Pictures open over the talk; who asks for a window of their own gets that.
document.addEventListener('click', (event) => {
  const picture = event.target.closest?.('.message__picture');
  if (!picture || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  import(`/viewer.js${version}`).then(
    ({ show }) => show(picture),
    () => window.open(picture.href),
  );
});

// On a screen that is touched nothing can be pointed at.
document.addEventListener('touchstart', () => import(`/hold.js${version}`), { once: true, passive: true });

// Colours and density change where one is, and nothing one has begun is lost. A language is another
// page.
document.addEventListener('submit', (event) => {
  const pressed = event.submitter;
  if (!pressed?.matches('.preferences__theme')) return;
  event.preventDefault();
  const { name, value, form } = pressed;
  const isOn = value !== 'system' && value !== 'calm';
  if (isOn) document.documentElement.dataset[name] = value;
  else delete document.documentElement.dataset[name];
  document.cookie = `${name}=${isOn ? value : ''}; Path=/; Max-Age=${isOn ? 31536000 : 0}; SameSite=Lax`;
  const isSwitch = name === 'density';
  if (isSwitch) pressed.value = isOn ? 'calm' : 'compact';
  for (const button of form.querySelectorAll(`[name=${name}]`))
    button.setAttribute('aria-pressed', isSwitch ? isOn : button === pressed);
});

// Keeps the room for when there is no network, as it is when one looks away, and once a minute if
// something was said. Browsers have this over https only, and on this very machine.
const worker = navigator.serviceWorker;
worker?.register('/sw.js').catch(() => {}); // where it is not allowed, nothing is kept
const last = () => location.pathname + document.querySelector('.message-list__rows')?.lastElementChild?.id;
let kept = last();
function keep(keeper) {
  kept = last();
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
  if (kept !== last() && navigator.onLine) keep(worker?.controller);
}
setInterval(() => document.hidden || keepNews(), 60_000);
