// Writes late.txt, the functions that a visit does not call: node app/pack/profile.mjs WATCHED
//
// WATCHED is a folder with a program that tells (finish.mjs --watched), and with what it told in a
// browser (end2end/watch.ts).
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const [, , watched] = process.argv;
const shapes = JSON.parse(readFileSync(join(watched, 'shapes.json'), 'utf8'));
const ran = readFileSync(join(watched, 'ran'), 'utf8').trim().split('\n');
const called = new Set(ran.map((nth) => shapes[nth]));
const late = new Set(shapes.filter((shape) => !called.has(shape)));
writeFileSync(join(import.meta.dirname, 'late.txt'), [...late].sort().join('\n') + '\n');
console.log(`Of ${shapes.length} functions a visit calls ${new Set(ran).size}.`);
