// What the page's program consists of: node app/pack/weigh.mjs COMPILED [SHOWN]
//
// COMPILED is the program as cargo left it, SHOWN how many functions are listed (40). Sizes are
// bytes of code before compression, which takes about two thirds. A function's second number
// counts what is called through it alone as well (the dominators of the call graph): it is what
// would go if the function went. Those with a star are called by address, as closures are, and
// nobody knows from where.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { features, passes } from './passes.mjs';

const [, , compiled, shown = '40'] = process.argv;
const dir = mkdtempSync(join(tmpdir(), 'weigh-'));
const named = join(dir, 'named.wasm');
execFileSync('wasm-bindgen', ['--target=web', '--no-typescript', '--keep-debug', '--out-name=page', `--out-dir=${dir}`, compiled]);
execFileSync('wasm-opt', [...features, '-g', '--strip-dwarf', ...passes, join(dir, 'page_bg.wasm'), '-o', named]);
const options = { encoding: 'utf8', maxBuffer: 2 ** 28 };
const text = execFileSync('wasm-opt', [...features, named, '-S', '-o', '-'], { ...options, stdio: ['ignore', 'pipe', 'ignore'] });
const sizes = bodies(readFileSync(named));
rmSync(dir, { recursive: true });

/** The sizes of a program's functions, in order. */
function bodies(wasm) {
  let at = 8;
  const number = () => {
    for (let value = 0, shift = 0; ; shift += 7) {
      const byte = wasm[at++];
      value += (byte & 127) * 2 ** shift;
      if (byte < 128) return value;
    }
  };
  for (;;) {
    const [section, length] = [wasm[at++], number()];
    if (section !== 10) {
      at += length;
      continue;
    }
    return Array.from({ length: number() }, () => {
      const size = number();
      at += size;
      return size;
    });
  }
}

// ---- Who calls whom

const name = String.raw`\$(?:"(?:[^"\\]|\\.)*"|[^\s()"]+)`;
const FUNCTION = RegExp(`^ \\(func (${name})`);
const EXPORT = RegExp(`^ \\(export .*\\(func (${name})`);
const CALL = RegExp(`\\((?:call|ref\\.func) (${name})`);
const calls = new Map();
const roots = new Set();
const byAddress = new Set();
let callee;
for (const line of text.split('\n')) {
  let found;
  if ((found = line.match(FUNCTION))) calls.set(found[1], (callee = new Set()));
  else if (line.startsWith(' (elem')) for (const [element] of line.slice(line.indexOf(' func ')).matchAll(name)) byAddress.add(element);
  else if ((found = line.match(EXPORT))) roots.add(found[1]);
  else if ((found = line.match(CALL))) callee?.add(found[1]);
}
const size = new Map([...calls.keys()].map((name, index) => [name, sizes[index]]));
const ROOT = '';
calls.set(ROOT, new Set([...roots, ...byAddress]));

// ---- What would go with each (Cooper, Harvey and Kennedy, "A Simple, Fast Dominance Algorithm")

const order = [];
const seen = new Set([ROOT]);
const stack = [[ROOT, calls.get(ROOT).values()]];
while (stack.length) {
  const [name, rest] = stack.at(-1);
  const { value, done } = rest.next();
  if (done) order.unshift(stack.pop() && name);
  else if (size.has(value) && !seen.has(value)) {
    seen.add(value);
    stack.push([value, calls.get(value).values()]);
  }
}
const place = new Map(order.map((name, index) => [name, index]));
const callers = new Map(order.map((name) => [name, []]));
for (const name of order) for (const called of calls.get(name)) callers.get(called)?.push(name);
const above = new Map([[ROOT, ROOT]]);
for (let changed = true; changed; ) {
  changed = false;
  for (const name of order.slice(1)) {
    const meet = (one, other) => {
      while (one !== other) {
        while (place.get(one) > place.get(other)) one = above.get(one);
        while (place.get(other) > place.get(one)) other = above.get(other);
      }
      return one;
    };
    const met = callers.get(name).filter((caller) => above.has(caller)).reduce(meet);
    if (above.get(name) !== met) changed = Boolean(above.set(name, met));
  }
}
const whole = new Map(order.map((name) => [name, size.get(name) ?? 0]));
for (const name of order.slice(1).reverse()) whole.set(above.get(name), whole.get(above.get(name)) + whole.get(name));

// ---- Told

const readable = (name) => name.replace(/::h[0-9a-f]{16}/g, '').replace(/\[[0-9a-f]{8,}\]/g, '').replace(/^\$"?|"$/g, '');
/** Whose code it is: of what a library's function was made for, where that is ours. */
const owner = (name) => (/\bapp::/.test(name) ? 'app' : (readable(name).match(/^[<&(*\s]*(?:dyn |mut |const |impl )*([a-z_0-9]+)/)?.[1] ?? 'other'));
const STD = new Set(['core', 'alloc', 'std', 'dlmalloc', 'hashbrown', 'char', 'str', 'u8', 'u32', 'u64', 'usize', 'i32', '__rustc']);
const groups = new Map();
for (const [name, bytes] of size) {
  const by = owner(name);
  const group = STD.has(by) ? "Rust's libraries, and what was made of them for others" : by;
  groups.set(group, (groups.get(group) ?? 0) + bytes);
}
const total = sizes.reduce((sum, bytes) => sum + bytes, 0);
console.log(`${total} bytes of code in ${sizes.length} functions\n`);
for (const [group, bytes] of [...groups].sort((a, b) => b[1] - a[1]).filter(([, bytes]) => bytes > total / 200))
  console.log(`${String(bytes).padStart(7)} ${((100 * bytes) / total).toFixed(1).padStart(5)} %  ${group}`);
console.log('\n  alone   whole');
for (const name of [...order.slice(1)].sort((a, b) => whole.get(b) - whole.get(a)).slice(0, Number(shown)))
  console.log(`${String(size.get(name)).padStart(7)} ${String(whole.get(name)).padStart(7)} ${byAddress.has(name) ? '*' : ' '} ${readable(name).slice(0, 140)}`);
