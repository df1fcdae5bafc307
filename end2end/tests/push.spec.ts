import { type CDPSession, type Worker } from '@playwright/test';
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import { type AddressInfo } from 'node:net';
import { Bot } from '../bot';
import { expect, type Person, test as base, UNLIMITED } from '../fixtures';
import { Server } from '../server';

type Pushed = { path: string; headers: IncomingHttpHeaders; body: string };

type Home = { url: string; pushed: Pushed[]; server: Server };

const test = base.extend<{ home: Home }>({
  /** A push service, and a server that knows it. Named before `person`, it outlives their browsers. */
  home: async ({}, use) => {
    const pushed: Pushed[] = [];
    const service = createServer(async (request, answer) => {
      let body = '';
      for await (const part of request) body += part;
      pushed.push({ path: request.url!, headers: request.headers, body });
      answer.writeHead(201).end();
    }).listen(0, '127.0.0.1');
    await once(service, 'listening');
    const url = `http://127.0.0.1:${(service.address() as AddressInfo).port}`;
    const server = await Server.create({ ...UNLIMITED, SARANGBANG_PUSH_SERVICE: url, SARANGBANG_GRACE: '0' });
    await use({ url, pushed, server });
    await server[Symbol.asyncDispose]();
    service.close();
  },
});

/** The page's worker, whose browser has an account with the push service; Chromium's own is far away. */
async function workerOf(one: Person, service: string): Promise<Worker> {
  const context = one.page.context();
  await one.page.evaluate(() => navigator.serviceWorker.ready);
  const worker = context.serviceWorkers()[0] ?? (await context.waitForEvent('serviceworker'));
  await worker.evaluate((service) => {
    PushManager.prototype.subscribe = async function (options) {
      Object.assign(globalThis, { subscribedWith: options });
      return { endpoint: `${service}/ana` } as PushSubscription;
    };
  }, service);
  return worker;
}

const shown = (worker: Worker) =>
  worker.evaluate(async () => {
    const { registration } = globalThis as unknown as { registration: ServiceWorkerRegistration };
    const all = await registration.getNotifications();
    return all.map(({ title, body, data, silent }) => ({ title, body, data, silent }));
  });

/** As the browser does when its push service calls. */
async function deliver(cdp: CDPSession, origin: string): Promise<void> {
  const registered = new Promise<string>((resolve) =>
    cdp.on('ServiceWorker.workerRegistrationUpdated', ({ registrations }) => {
      const own = registrations.find(({ scopeURL }) => scopeURL.startsWith(origin));
      if (own) resolve(own.registrationId);
    }),
  );
  await cdp.send('ServiceWorker.enable');
  await cdp.send('ServiceWorker.deliverPushMessage', { origin, registrationId: await registered, data: '' });
  await cdp.send('ServiceWorker.disable');
}

test('who has closed the page is woken, and told what was said', async ({ home, person, room }) => {
  const { server, url, pushed } = home;
  const ana = await person('Ana', { home: server.url, serviceWorkers: 'allow', permissions: ['notifications'] });
  await ana.join(room);
  const worker = await workerOf(ana, url);
  await ana.page.getByRole('button', { name: '알림' }).click();
  await ana.page.getByRole('checkbox', { name: '소리와 함께' }).check();
  await ana.page.getByRole('radio', { name: '나를 부를 때만' }).check();
  const options = () => worker.evaluate(() => (globalThis as unknown as { subscribedWith?: PushSubscriptionOptionsInit }).subscribedWith);
  await expect.poll(options).toMatchObject({ userVisibleOnly: true });
  await ana.reload();
  await ana.page.getByRole('button', { name: '알림' }).click();
  await expect(ana.page.getByRole('checkbox', { name: '소리와 함께' })).toBeChecked();
  await expect(ana.page.getByRole('radio', { name: '나를 부를 때만' })).toBeChecked();

  const path = new URL(ana.page.url()).pathname;
  await ana.page.goto('/api/docs');
  const minsu = await Bot.join(server.url, room, '민수');
  await minsu.say('아무도 안 부르는 말');
  await minsu.say('@Ana **어디** 있어요?');
  await expect.poll(() => pushed.length).toBeGreaterThan(0);
  expect(pushed[0]).toMatchObject({ path: '/ana', body: '', headers: { urgency: 'high', topic: 'sarangbang' } });

  const cdp = await ana.page.context().newCDPSession(ana.page);
  await deliver(cdp, server.url);
  const news = { title: room, body: '민수: @Ana 어디 있어요?', data: path, silent: false };
  await expect.poll(() => shown(worker)).toEqual([news]);

  // What is read need not be told any more.
  await ana.page.goto(path);
  await ana.expectMessage('어디 있어요?');
  await expect.poll(() => shown(worker)).toEqual([]);
  minsu.close();
});

test('on phones the worker tells what the page may not', async ({ home, person, room }) => {
  const { server, url } = home;
  const ana = await person('Ana', { home: server.url, serviceWorkers: 'allow', permissions: ['notifications'] });
  await ana.page.addInitScript(() => {
    class Illegal {
      static permission = 'granted';
      constructor() {
        throw new TypeError('Illegal constructor');
      }
    }
    Object.assign(globalThis, { Notification: Illegal });
  });
  await ana.join(room);
  const worker = await workerOf(ana, url);
  await ana.page.getByRole('button', { name: '알림' }).click();
  await ana.page.getByRole('radio', { name: '모든 메시지' }).check();
  await ana.page.keyboard.press('Escape');
  await ana.page.evaluate(() => {
    document.hasFocus = () => false;
  });
  const minsu = await Bot.join(server.url, room, '민수');
  await minsu.say('들려요?');
  const path = new URL(ana.page.url()).pathname;
  await expect.poll(() => shown(worker)).toEqual([{ title: room, body: '민수: 들려요?', data: path, silent: true }]);
  minsu.close();
});
