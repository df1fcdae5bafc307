// Loads the page's program, which comes in two files (split.mjs): the first has what a visit
// calls, the second the rest. It follows the first, and is linked to it: from then on they are
// one. In finish.mjs's hands this becomes pkg/sarangbang.js.
import { __wbg_set_wasm, imports } from './glue.js';

export { hydrate } from './glue.js';

const LATE = new URL(`late.wasm${new URL(import.meta.url).search}`, import.meta.url);
const RETRY_MS = 3000;

// What the first calls of the second. Who is quicker than the network waits for it.
const late = new Proxy({}, { get: (_, name) => (...args) => (second ?? linkedNow())[name](...args) });
let first, second, isBroken;

export default async function load({ module_or_path: program }) {
  const kept = globalThis.caches?.match(LATE, { ignoreVary: true });
  const { instance } = await WebAssembly.instantiateStreaming(program, { a: imports, late });
  first = instance.exports;
  __wbg_set_wasm(first);
  try {
    // The service worker has it where one was here before, network or not.
    await link(await kept);
  } catch {
    const fetched = fetchLate();
    // What broke the page before must not break it again and again.
    if (performance.getEntriesByType('navigation')[0]?.type === 'reload') await fetched;
  }
  first.__wbindgen_start();
}

async function link(answer) {
  const { instance } = await WebAssembly.instantiateStreaming(answer, { a: imports, first });
  second = instance.exports;
}

async function fetchLate() {
  try {
    await link(fetch(LATE, { priority: 'low' }));
  } catch {
    return setTimeout(fetchLate, RETRY_MS);
  }
  // What is written is on the disk.
  if (isBroken) location.reload();
}

// A function that was called cannot wait in any other way. Where that fails, it was cut off in
// the middle: then the page has to begin anew.
function linkedNow() {
  try {
    const request = new XMLHttpRequest();
    request.open('GET', LATE, false);
    request.overrideMimeType('text/plain; charset=x-user-defined'); // a byte is a character
    request.send();
    const bytes = Uint8Array.from(request.responseText, (byte) => byte.charCodeAt(0));
    return (second = new WebAssembly.Instance(new WebAssembly.Module(bytes), { a: imports, first }).exports);
  } catch (error) {
    isBroken = true;
    throw error;
  }
}
