// The page's program in two files: what a visit calls, and what it does not (load.js).
//
// Which functions those are is known from a visit that was watched (`make profile`), and stands in
// late.txt. They are known by their shape: a function that has changed since then is in the first
// file, so that a list that is out of date costs bytes. What is called now and was not then is
// waited for.
import { createHash } from 'node:crypto';
import { ordered } from './order.mjs';

const FUNCTION = /^ \(func [^]*?^ \)\n/gm;
const NAME = /\(func (\$[^\s()]+)/;
const CALL = /\(call (\$[^\s()]+)/g;

const hash = (text) => createHash('sha256').update(text).digest('base64url').slice(0, 8);

/** The functions of a program, from its text as wasm-dis writes it. */
export function functionsOf(text) {
  const functions = text.match(FUNCTION).map((body) => ({
    body,
    name: body.match(NAME)[1],
    type: body.match(/^ \(func \S+(.*)/)[1].replace(/(?<=\(param )\$\S+ /g, ''),
    calls: [...body.matchAll(CALL)].map(([, name]) => name),
  }));
  const alone = new Map(functions.map(({ name, body }) => [name, hash(withoutNumbers(body))]));
  for (const it of functions) it.shape = hash([it.name, ...it.calls].map((name) => alone.get(name)).join());
  return functions;
}

/** Without what changes when something else does: the numbers of functions and types, places in the table and in memory. */
function withoutNumbers(body) {
  return body
    .replace(/(?<=\((func|call|type) )\$[^\s()]+/g, '')
    .replace(/(?<=i(32|64)\.const )\d{2,}|(?<=offset=)\d{7,}/g, '');
}

/** The program telling `watch.ran` when a function is called: the first, the second… */
export function watched(text) {
  let nth = 0;
  const telling = text.replace(FUNCTION, (body) => {
    const lines = body.split('\n');
    const start = lines.findIndex((line, at) => at > 0 && !line.startsWith('  (local '));
    return lines.toSpliced(start, 0, `  (call $ran (i32.const ${nth++}))`).join('\n');
  });
  return telling.replace(/^ \(import /m, ' (import "watch" "ran" (func $ran (param i32)))\n$&');
}

/**
 * The texts of two programs: the first has all but the functions of these names, and stand-ins
 * for them; the second has those, and works on what the first lends it alone.
 */
export function split(text, lateNames) {
  const functions = functionsOf(text);
  const [early, late] = [false, true].map((isLate) => ordered(functions.filter(({ name }) => lateNames.has(name) === isLate)));
  const head = text.slice(0, text.indexOf(functions[0].body)).trimEnd().split('\n');
  const lines = (kind) => head.filter((line) => line.startsWith(` (${kind} `));
  // More than one, or of another table: nothing fits.
  const [, start, pointed] = lines('elem').join().match(/^ \(elem \$0 \(table \$0\) \(i32\.const (\d+)\) func (.*)\)$/);
  const table = pointed.split(' ');

  const exported = lines('export').map((line) => line.match(NAME)?.[1]);
  const wantedEarly = new Set([...early.flatMap(({ calls }) => calls), ...table, ...exported]);
  const wantedLate = new Set(late.flatMap(({ calls }) => calls));
  const entries = late.filter(({ name }) => wantedEarly.has(name)).sort((a, b) => (a.type < b.type ? -1 : a.type > b.type ? 1 : 0));
  const lent = early.filter(({ name }) => wantedLate.has(name));

  // Whoever got the two from two builds cannot put them together.
  const seal = hash(text);
  const shared = [
    [seal, '(memory $0', ' 1)'],
    ['.table', '(table $0', ' 1 funcref)'],
    ['.values', '(table $1', ' 1 externref)'],
    ['.stack', '(global $global$0', ' (mut i32))'],
    ...lent.map(({ name, type }, nth) => [`.${short(nth)}`, `(func ${name}`, `${type})`]),
  ];
  const imports = head.findLastIndex((line) => line.startsWith(' (import ')) + 1;
  const first = [
    ...head.slice(0, imports).filter((line) => !line.startsWith(' (import ') || wantedEarly.has(line.match(NAME)[1])),
    ...entries.map(({ name, type }, nth) => ` (import "late" "${short(nth)}" (func ${name}${type}))`),
    ...head.slice(imports),
    ...shared.map(([name, what]) => ` (export "${name}" ${what}))`),
  ];
  const second = [
    '(module',
    ...lines('type'),
    ...lines('import').filter((line) => wantedLate.has(line.match(NAME)[1])),
    ...shared.map(([name, what, type]) => ` (import "first" "${name}" ${what}${type})`),
    // In the table they take their stand-ins' places.
    ...table.flatMap((name, at) => (lateNames.has(name) ? ` (elem (table $0) (i32.const ${+start + at}) func ${name})` : [])),
    ...entries.map(({ name }, nth) => ` (export "${short(nth)}" (func ${name}))`),
  ];
  return [[first, early], [second, late]].map(([head, functions]) => `${head.join('\n')}\n${functions.map(({ body }) => body).join('')})\n`);
}

/** The shortest names, one after the other. */
function short(nth) {
  const letters = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ';
  return (nth < letters.length ? '' : short(Math.floor(nth / letters.length) - 1)) + letters[nth % letters.length];
}
