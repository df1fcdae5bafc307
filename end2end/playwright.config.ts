import { defineConfig, devices } from '@playwright/test';
import { existsSync } from 'node:fs';

/** A Chromium that is there already; `undefined` leaves it to the one Playwright downloads. */
const executablePath =
  process.env.CHROMIUM || ['/usr/bin/chromium', '/usr/bin/google-chrome'].find((path) => existsSync(path));

const args = [
  // Chromium's sandbox refuses to run as root, which is what containers are.
  ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
  // Nothing but the pages under test may use the network.
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-quic',
  '--no-first-run',
];

export default defineConfig({
  outputDir: 'test-results',
  fullyParallel: true,
  workers: 2,
  forbidOnly: !!process.env.CI,
  // A test that passes at the second try has found something: it is reported as flaky, with a
  // trace, and is to be mended. By hand nothing is tried again.
  retries: process.env.CI ? 1 : 0,
  reporter: 'list',
  timeout: 60_000,
  expect: { timeout: 10_000 },
  use: {
    ...devices['Desktop Chrome'],
    locale: 'ko-KR',
    timezoneId: 'Asia/Seoul',
    // Between the page and the network it would hide what a test does there. Who tests it allows it.
    serviceWorkers: 'block',
    trace: 'on-first-retry',
    screenshot: 'only-on-failure',
    launchOptions: { executablePath, args },
  },
  projects: [
    { name: 'chromium', testDir: 'tests', testIgnore: ['**/sheets.spec.ts', '**/readme.spec.ts'] },
    { name: 'sheets', testDir: 'tests', testMatch: ['**/sheets.spec.ts', '**/readme.spec.ts'] },
    { name: 'profile', testDir: 'profile' },
    { name: 'bench', testDir: 'bench', testMatch: '**/*.bench.ts', workers: 1 },
  ],
});
