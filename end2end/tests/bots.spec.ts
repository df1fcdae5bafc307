import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { BROKEN_LINK, expect, test, UNLIMITED } from '../fixtures';

test.use({ settings: UNLIMITED });

const folder = (path: string) => new URL(path, import.meta.url).pathname;
const packages = folder('../node_modules/.python');

/** Gets the one library that Python lacks, beside what npm got; false where that cannot be done. */
function pythonSpeaksWebSocket(): boolean {
  const env = { ...process.env, PYTHONPATH: packages };
  const python = (...args: string[]) => execFileSync('python3', args, { env, stdio: 'pipe' });
  try {
    python('-c', 'import websockets');
    return true;
  } catch {
    try {
      python('-m', 'pip', 'install', '-q', '--target', packages, '-r', folder('../bots/requirements.txt'));
      return true;
    } catch {
      return false;
    }
  }
}

for (const [language, program, script] of [
  ['JavaScript', process.execPath, folder('../bots/greeter.mjs')],
  ['Python', 'python3', folder('../bots/greeter.py')],
] as const) {
  test(`a short bot in ${language} greets everyone, over a killed server too`, async ({ person, bot, room, server }) => {
    test.skip(language === 'Python' && !pythonSpeaksWebSocket(), 'needs python3 with pip or its websockets package');
    const minsu = await person('민수');
    minsu.allow(BROKEN_LINK);
    await minsu.join(room);
    const url = `${server.url.replace('http', 'ws')}/ws`;
    const greeter: ChildProcess = spawn(program, [script, url, room, '인사봇'], {
      env: { ...process.env, PYTHONPATH: packages },
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    try {
      await expect(minsu.user('인사봇')).toBeVisible();
      const greetings = minsu.message('안녕하세요, 민수님!');
      await minsu.say('하나');
      await expect(greetings).toHaveCount(1);

      // Some of what is said is answered before the server is gone, some is not.
      const bora = await bot('보라', room);
      await bora.sayAll(Array.from({ length: 40 }, (_, i) => `말 ${i}`));
      await server.kill();
      await minsu.say('둘');
      await server.start();
      await expect(greetings).toHaveCount(2, { timeout: 30_000 });
      await expect(minsu.message('안녕하세요, 보라님!')).toHaveCount(40);
      await minsu.say('셋');
      await expect(greetings).toHaveCount(3);
    } finally {
      greeter.kill();
    }
  });
}
