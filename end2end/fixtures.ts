/**
 * What a test is given.
 *
 * - `server`: this worker's own program and database; `kill()`, `stop()` and `start()` it.
 *   A spec changes its settings with `test.use({ settings: { SARANGBANG_GRACE: '1' } })`.
 * - `room`: the name of a room nobody has been in.
 * - `person(name, options)`: someone at a browser of their own. A test fails when one of their
 *   browsers complains about anything the test has not allowed.
 * - `gateway(manner)`: something before the server that treats WebSockets in its own way.
 * - `bot(name, room)`: someone in the room without a browser, quick at saying a lot.
 */
import { type BrowserContextOptions, test as base } from '@playwright/test';
import { randomBytes } from 'node:crypto';
import { Bot } from './bot';
import { Person } from './person';
import { Proxy } from './proxy';
import { Server } from './server';
import { watch } from './watch';
import { type Language } from './words';

export { expect } from '@playwright/test';
export { BROKEN_LINK, type Person, roomPath } from './person';

/** How someone looks at the house; `home` is where, if a proxy stands before it. */
export type Look = BrowserContextOptions & { language?: Language; home?: string; isWatched?: boolean };

type Settings = Record<string, string>;

interface Given {
  room: string;
  person: (name: string, look?: Look) => Promise<Person>;
  gateway: (manner: 'pass' | 'refuse' | 'swallow') => Promise<Proxy>;
  bot: (name: string, room: string) => Promise<Bot>;
  serverLog: void;
}

interface GivenToWorker {
  settings: Settings;
  server: Server;
}

/** Settings for a test that says a lot in a moment. */
export const UNLIMITED: Settings = { SARANGBANG_MESSAGE_RATE: '0', SARANGBANG_ADDRESS_MESSAGES: '0' };

export const test = base.extend<Given, GivenToWorker>({
  settings: [{}, { option: true, scope: 'worker' }],

  server: [
    async ({ settings }, use) => {
      const server = await Server.create(settings);
      await use(server);
      await server[Symbol.asyncDispose]();
    },
    { scope: 'worker' },
  ],

  // Hangul, so that every test goes through a path that must be percent-encoded.
  room: async ({}, use) => use(`방-${randomBytes(4).toString('hex')}`),

  person: async ({ browser, server }, use) => {
    const people: Person[] = [];
    await use(async (name, { language = 'ko', home = server.url, isWatched, ...options } = {}) => {
      const context = await browser.newContext({
        baseURL: home,
        locale: { ko: 'ko-KR', en: 'en-GB' }[language],
        ...options,
      });
      if (isWatched) await watch(context);
      const person = new Person(name, await context.newPage(), language, home, options.javaScriptEnabled !== false);
      people.push(person);
      return person;
    });
    for (const person of people) person.expectNoComplaints();
    await Promise.all(people.map((person) => person.page.context().close()));
  },

  gateway: async ({ server }, use) => {
    const proxies: Proxy[] = [];
    await use(async (manner) => {
      const proxy = await Proxy.before(server.url, manner);
      proxies.push(proxy);
      return proxy;
    });
    await Promise.all(proxies.map((proxy) => proxy[Symbol.asyncDispose]()));
  },

  bot: async ({ server }, use) => {
    const bots: Bot[] = [];
    await use(async (name, room) => {
      const bot = await Bot.join(server.url, room, name);
      bots.push(bot);
      return bot;
    });
    for (const bot of bots) bot.close();
  },

  serverLog: [
    async ({ server }, use, testInfo) => {
      const before = server.log.length;
      await use();
      if (testInfo.status !== testInfo.expectedStatus)
        await testInfo.attach('server.log', { body: server.log.slice(before), contentType: 'text/plain' });
    },
    { auto: true },
  ],
});
