// Loads the page's program, which comes in two files (split.mjs): the first has what a visit
// calls, the second the rest. It is fetched once the first is there, and linked to it: from then
// on they are one. In finish.mjs's hands this becomes pkg/sarangbang.js.
import { __wbg_set_wasm, imports } from './glue.js';

export { hydrate } from './glue.js';

const LATE = new URL(`late.wasm${new URL(import.meta.url).search}`, import.meta.url);
const RETRY_MS = 10_000;

// What the first calls of the second. Who is quicker than the network waits for it.
const late = new Proxy({}, { get: (_, name) => (...args) => (second ?? link(compiledNow()))[name](...args) });
let first, second;

export default async function load({ module_or_path: program }) {
  const { instance } = await WebAssembly.instantiateStreaming(program, { a: imports, late });
  first = instance.exports;
  __wbg_set_wasm(first);
  first.__wbindgen_start();
  fetchLate();
}

function fetchLate() {
  WebAssembly.compileStreaming(fetch(LATE, { priority: 'low' })).then(link, () => setTimeout(fetchLate, RETRY_MS));
}

// Throws where the two are of two builds: the server that has another one tells the page to load anew.
function link(module) {
  return (second ??= new WebAssembly.Instance(module, { a: imports, first }).exports);
}

// A function that was called cannot wait in any other way.
function compiledNow() {
  const request = new XMLHttpRequest();
  request.open('GET', LATE, false);
  request.overrideMimeType('text/plain; charset=x-user-defined'); // a byte is a character
  request.send();
  return new WebAssembly.Module(Uint8Array.from(request.responseText, (byte) => byte.charCodeAt(0)));
}
