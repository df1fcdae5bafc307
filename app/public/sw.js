// Opens a room without a network, as it was when it was last seen, and lets the page go on from
// there: what one writes waits in its outbox. With a network everything comes from the server.
// And tells what is said while no page is open, to whoever wants to be told.

const KEPT = 'sarangbang-1';

// Whoever has gone is not here because their page is kept.
const UNSEEN = { headers: { purpose: 'prefetch' } };

// What one sees instead of a page that is not kept.
const OFFLINE = '/offline';

// As many rooms as one may sit in.
const ROOMS = 20;

const isPage = ({ pathname, search }) => !search && /^\/(rooms\/[^/]+)?$/.test(pathname);
const isFile = ({ pathname }) => /^\/(pkg\/|(boot|keep|viewer|hold)\.js$|favicon|icon-)/.test(pathname);

self.addEventListener('install', () => self.skipWaiting());

self.addEventListener('activate', (event) => event.waitUntil(forgetOthers().then(() => self.clients.claim())));

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (url.origin !== self.location.origin) return;
  if (request.destination === 'document') event.respondWith(request.method === 'GET' && isPage(url) ? page(event, url.pathname) : visit(request));
  else if (request.method === 'GET' && isFile(url)) event.respondWith(file(event, url));
});

self.addEventListener('message', (event) => event.waitUntil(asked(event.data)));

// What the page asks for: by the page's program, to hang a bell or to tell something, and by
// boot.js, to keep the page.
function asked(data) {
  if (data.what === 'bell') return hang(data);
  if (data.what === 'tell') return tell(data);
  return keep(data);
}

// The page goes out of sight: this is how it is to be found.
async function keep({ path, files = [], forget }) {
  const kept = await caches.open(KEPT);
  if (forget) return kept.delete(path, { ignoreVary: true });
  try {
    const urls = files.map((name) => new URL(name)).filter((url) => url.origin === self.location.origin && isFile(url));
    for (const url of urls) if (!(await kept.match(url, { ignoreVary: true }))) await keepFile(kept, url, await fetch(url));
    if (isPage(new URL(path, self.location.origin))) await keepPage(path, await fetch(path, UNSEEN));
    const offline = await fetch(OFFLINE);
    if (offline.ok) await kept.put(OFFLINE, offline);
  } catch {
    // Without a network there is nothing newer to keep.
  }
}

async function page(event, path) {
  try {
    const answer = await fetch(event.request);
    event.waitUntil(keepPage(path, answer.clone()));
    return answer;
  } catch {
    const kept = await caches.open(KEPT);
    return (await kept.match(path, { ignoreVary: true })) ?? noPage();
  }
}

// A form that is sent, or a page that is not kept.
const visit = (request) => fetch(request).catch(noPage);

async function noPage() {
  const kept = await caches.open(KEPT);
  return (await kept.match(OFFLINE, { ignoreVary: true })) ?? Response.error();
}

async function keepPage(path, answer) {
  if (!answer.ok || answer.redirected) return;
  const kept = await caches.open(KEPT);
  await kept.delete(path, { ignoreVary: true });
  await kept.put(path, answer);
  const rooms = (await kept.keys()).filter(({ url }) => isPage(new URL(url)));
  await Promise.all(rooms.slice(0, -ROOMS).map((room) => kept.delete(room, { ignoreVary: true })));
}

// What has a version never changes; what has none is asked for anew.
async function file(event, url) {
  const kept = await caches.open(KEPT);
  const known = await kept.match(url, { ignoreVary: true });
  if (known && url.search) return known;
  try {
    const answer = await fetch(event.request);
    event.waitUntil(keepFile(kept, url, answer.clone()));
    return answer;
  } catch {
    // An older version is better than none.
    return known ?? (await kept.match(url, { ignoreSearch: true, ignoreVary: true })) ?? Response.error();
  }
}

// A new version takes the place of the one before.
async function keepFile(kept, url, answer) {
  if (!answer.ok) return;
  await kept.delete(url.pathname, { ignoreSearch: true, ignoreVary: true });
  await kept.put(url, answer);
}

async function forgetOthers() {
  const others = (await caches.keys()).filter((name) => name !== KEPT);
  await Promise.all(others.map((name) => caches.delete(name)));
}

const post = (path, body) => fetch(path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });

// What one wants to be told of a room.
async function hang({ path, choice, sound }) {
  await post(`${path}/bell`, { choice, sound: Boolean(sound) });
  if (choice !== 'mute') await subscribe();
}

self.addEventListener('pushsubscriptionchange', (event) => event.waitUntil(subscribe()));

// Says where this browser is woken. Where it cannot be, one is told while a page is open.
async function subscribe() {
  const { pushManager } = self.registration;
  try {
    const answer = await fetch('/bell/key');
    const options = { userVisibleOnly: true, applicationServerKey: await answer.text() };
    const { endpoint } = await pushManager.subscribe(options).catch(async () => {
      // One that was made for another key is in the way.
      await (await pushManager.getSubscription())?.unsubscribe();
      return pushManager.subscribe(options);
    });
    await post('/bell/subscription', { endpoint });
  } catch (error) {
    console.info('sarangbang: this browser cannot be woken', error);
  }
}

// A push says nothing but this: look.
self.addEventListener('push', (event) => event.waitUntil(wake()));

async function wake() {
  const answer = await post('/bell/news', {}).catch(() => null);
  // What woke us wants something to be shown, even if it cannot be had.
  const news = answer?.ok ? await answer.json() : [{ title: '사랑방 Sarangbang', body: '💬', path: '/' }];
  await Promise.all(news.map(tell));
}

// Of one room there is one notification.
function tell({ title, body, path, sound }) {
  const manner = { silent: !sound, renotify: Boolean(sound) };
  return self.registration.showNotification(title, { body, tag: path, data: path, icon: '/icon-192.png', ...manner });
}

self.addEventListener('notificationclick', (event) => {
  event.notification.close();
  event.waitUntil(go(event.notification.data));
});

async function go(path) {
  const pages = await self.clients.matchAll({ type: 'window' });
  const isThere = ({ url }) => new URL(url).pathname === path;
  const page = pages.find(isThere) ?? pages[0];
  if (!page) return self.clients.openWindow(path);
  await page.focus();
  if (!isThere(page)) await page.navigate(path);
}
