// Makes what is sent to browsers small: node app/pack/finish.mjs SITE COMPILED [--watched]
//
// SITE is the folder that cargo-leptos filled, COMPILED the program as cargo left it: what
// cargo-leptos makes of it is smaller already, but not as small once it is compressed.
//
// wasm-bindgen writes for every use there may be, and names each import with a hash, which no
// compression can shorten. Here what the boot script does not use goes, in the script and in
// the program, what passes between the two is named as shortly as can be, what a visit does not
// call goes into a file of its own, functions that are alike stand together, and everything is
// compressed once and for all. --watched makes a program that tells which functions are called.
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { features, passes } from './passes.mjs';
import { functionsOf, split, watched } from './split.mjs';

const [, , site, compiled, isWatched] = process.argv;
const work = mkdtempSync(join(tmpdir(), 'sarangbang-'));
const program = join(work, 'sarangbang_bg.wasm');
const text = join(work, 'text');
process.on('exit', () => rmSync(work, { recursive: true }));

function wasm(tool, from, to, ...args) {
  return execFileSync(tool, [...features, ...args, from, '-o', to], { encoding: 'utf8', maxBuffer: 2 ** 26 });
}

/** load.js with wasm-bindgen's glue, of which what the program imports becomes one object. */
function scriptWith(imports) {
  const short = new Map(imports);
  const methods = [];
  const rest = glue.replace(/^export function (__wb\w+)(\([^]*?\})\n(?=[^\s}])/gm, (whole, name, body) => {
    if (name === '__wbg_set_wasm') return whole;
    if (short.has(name)) methods.push(short.get(name) + body);
    return '';
  });
  if (methods.length !== imports.length) throw new Error('the glue lacks what the program imports, or does not look as it did');
  writeFileSync(join(work, 'glue.js'), `${rest}\nexport const imports = {\n${methods.join(',\n')}\n};\n`);
  return execFileSync('esbuild', ['load.js', '--bundle', '--format=esm', '--minify', '--target=es2022'], { cwd: work, encoding: 'utf8' });
}

const accessTo = (name) => new RegExp(`\\.${name.replace(/[$.]/g, '\\$&')}(?![\\w$])`, 'g');

execFileSync('wasm-bindgen', ['--target=bundler', '--no-typescript', '--out-name=sarangbang', `--out-dir=${work}`, compiled]);
const glue = readFileSync(join(work, 'sarangbang_bg.js'), 'utf8');
copyFileSync(join(import.meta.dirname, 'load.js'), join(work, 'load.js'));

// What the script does not call, the program need not have.
const whole = new WebAssembly.Module(readFileSync(program));
const draft = scriptWith(WebAssembly.Module.imports(whole).map(({ name }) => [name, name]));
const exported = WebAssembly.Module.exports(whole).map(({ name }) => name);
const graph = join(work, 'graph.json');
writeFileSync(graph, JSON.stringify([
  { name: 'script', root: true, reaches: exported.filter((name) => accessTo(name).test(draft)) },
  ...exported.map((name) => ({ name, export: name })),
]));
wasm('wasm-metadce', program, program, `--graph-file=${graph}`);

wasm('wasm-opt', program, program, ...passes);
const names = JSON.parse(wasm('wasm-opt', program, program, '--minify-imports-and-exports-and-modules'));
const script = scriptWith(names.imports.map(([, name, short]) => [name, short]));
const shortened = names.exports.reduce((script, [name, short]) => script.replace(accessTo(name), `.${short}`), script);
writeFileSync(join(site, 'pkg/sarangbang.js'), shortened);

wasm('wasm-dis', program, text);
const readable = readFileSync(text, 'utf8');
const functions = functionsOf(readable);
const lateShapes = new Set(readFileSync(join(import.meta.dirname, 'late.txt'), 'utf8').split('\n'));
const late = new Set(functions.filter(({ shape }) => lateShapes.has(shape)).map(({ name }) => name));
const parts = split(isWatched ? watched(readable) : readable, late);
for (const [nth, name] of ['sarangbang', 'late'].entries()) {
  writeFileSync(text, parts[nth]);
  wasm('wasm-as', text, join(site, `pkg/${name}.wasm`));
}
if (isWatched) writeFileSync(join(site, 'shapes.json'), JSON.stringify(functions.map(({ shape }) => shape)));

// What was written by hand is read without its comments as well.
for (const name of readdirSync(site).filter((name) => name.endsWith('.js'))) {
  const file = join(site, name);
  writeFileSync(file, execFileSync('esbuild', [file, '--minify', '--target=es2022']));
}

// Whatever is asked for by a name is there in the form that the browser likes best.
for (const folder of ['', 'pkg']) {
  for (const name of readdirSync(join(site, folder))) {
    if (!/\.(wasm|js|css|svg|webmanifest)$/.test(name)) continue;
    const file = join(site, folder, name);
    const bytes = readFileSync(file);
    const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_LGWIN]: 24, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length };
    writeFileSync(`${file}.br`, brotliCompressSync(bytes, { params }));
    writeFileSync(`${file}.gz`, gzipSync(bytes, { level: 9 }));
  }
}
