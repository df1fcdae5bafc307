// Makes what is sent to browsers small: node app/finish.mjs SITE COMPILED
//
// SITE is the folder that cargo-leptos filled, COMPILED the program as cargo left it: what
// cargo-leptos makes of it is smaller already, but not as small once it is compressed.
//
// wasm-bindgen writes for every use there may be, and names each import with a hash, which no
// compression can shorten. Here what the boot script does not use goes, in the script and in
// the program, what passes between the two is named as shortly as can be, functions that are
// alike stand together, and everything is compressed once and for all.
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { ordered } from './order.mjs';
import { features, passes } from './passes.mjs';

const [, , site, compiled] = process.argv;
const script = join(site, 'pkg/sarangbang.js');
const program = join(site, 'pkg/sarangbang.wasm');

function wasm(tool, ...args) {
  return execFileSync(tool, [...features, ...args, '-o', program], { encoding: 'utf8', maxBuffer: 2 ** 26 });
}

/** The script with what the boot script imports from it, and nothing else. */
function shaken() {
  const input = `export { default, hydrate } from './${basename(script)}'`;
  const options = ['--bundle', '--format=esm', '--minify', '--target=es2022'];
  return execFileSync('esbuild', options, { cwd: dirname(script), input, encoding: 'utf8' });
}

const escaped = (name) => name.replace(/[$.]/g, '\\$&');
const accessTo = (name) => new RegExp(`\\.${escaped(name)}(?![\\w$])`, 'g');

const bindings = ['--target=web', '--no-typescript', '--out-name=sarangbang', `--out-dir=${dirname(program)}`];
execFileSync('wasm-bindgen', [...bindings, compiled]);
renameSync(join(dirname(program), 'sarangbang_bg.wasm'), program);
let js = shaken();

// What the script does not call, the program need not have.
const exported = WebAssembly.Module.exports(new WebAssembly.Module(readFileSync(program))).map(({ name }) => name);
const called = exported.filter((name) => accessTo(name).test(js));
const graph = `${program}.graph`;
writeFileSync(graph, JSON.stringify([
  { name: 'script', root: true, reaches: called },
  ...exported.map((name) => ({ name, export: name })),
]));
wasm('wasm-metadce', `--graph-file=${graph}`, program);
rmSync(graph);

wasm('wasm-opt', ...passes, program);
const names = JSON.parse(wasm('wasm-opt', '--minify-imports-and-exports-and-modules', program));
for (const [module, name, short] of names.imports) {
  js = js.replace(new RegExp(`(?<![\\w$])${escaped(name)}(?![\\w$])`, 'g'), short);
  js = js.replaceAll(`"${module}"`, '"a"');
}
for (const [name, short] of names.exports) js = js.replace(accessTo(name), `.${short}`);
writeFileSync(script, js);

const text = `${program}.text`;
execFileSync('wasm-dis', [...features, program, '-o', text]);
writeFileSync(text, ordered(readFileSync(text, 'utf8')));
wasm('wasm-as', text);
rmSync(text);

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
