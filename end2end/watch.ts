/**
 * Which functions of the page's program are called: `make profile`. WATCHED is a folder with a
 * program that tells; browsers get that one, and what it tells is written beside it.
 */
import { type BrowserContext } from '@playwright/test';
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';

export async function watch(context: BrowserContext): Promise<void> {
  const folder = process.env.WATCHED;
  if (!folder) throw new Error('WATCHED names no folder');
  for (const file of ['sarangbang.js', 'sarangbang.wasm', 'late.wasm'])
    await context.route(`**/pkg/${file}?*`, (route) => route.fulfill({ path: join(folder, 'pkg', file) }));
  await context.exposeFunction('tell', (nth: number) => appendFileSync(join(folder, 'ran'), `${nth}\n`));
  await context.addInitScript(() => {
    const known = new Set<number>();
    const ran = (nth: number) => {
      if (known.has(nth)) return;
      known.add(nth);
      (window as unknown as { tell: (nth: number) => void }).tell(nth);
    };
    const { instantiateStreaming, Instance } = WebAssembly;
    WebAssembly.instantiateStreaming = (program, imports) => instantiateStreaming(program, { ...imports, watch: { ran } });
    WebAssembly.Instance = new Proxy(Instance, {
      construct: (kind, [module, imports]) => new kind(module, { ...imports, watch: { ran } }),
    });
  });
}
