// Puts functions that are alike next to each other: what a compressor finds close by costs it
// fewer bits than what it finds far away. No call gets longer by it, because the numbers of one
// byte are the imports'.

/** How many lines in a row two functions must share to be alike there. */
const RUN = 3;

/** A program's text, as wasm-dis writes it, with its functions in another order. */
export function ordered(text) {
  const functions = text.match(/^ \(func [^]*?^ \)\n/gm);
  const start = text.indexOf(functions[0]);
  const end = text.lastIndexOf(functions.at(-1)) + functions.at(-1).length;
  return text.slice(0, start) + chained(functions).join('') + text.slice(end);
}

/** From each to the one among the rest that is most like it. */
function chained(functions) {
  const runs = new Map(functions.map((body) => [body, runsOf(body)]));
  const having = new Map();
  for (const [body, own] of runs) for (const run of own) having.get(run)?.push(body) ?? having.set(run, [body]);
  const rest = new Set(functions);
  const chain = [];
  for (let next = functions[0]; next; ) {
    chain.push(next);
    rest.delete(next);
    next = mostAlike(next) ?? rest.values().next().value;
  }
  return chain;

  function mostAlike(body) {
    const shared = new Map();
    for (const run of runs.get(body)) {
      const others = having.get(run);
      // What all have says nothing.
      for (const other of others) if (rest.has(other)) shared.set(other, (shared.get(other) ?? 0) + 1 / Math.log2(1 + others.length));
    }
    const likeness = ([other, sum]) => sum / Math.sqrt(runs.get(other).size + 1);
    return [...shared].reduce((best, other) => (best && likeness(best) >= likeness(other) ? best : other), null)?.[0];
  }
}

function runsOf(body) {
  const lines = body.split('\n').map((line) => line.trim());
  return new Set(lines.slice(RUN - 1).map((_, at) => lines.slice(at, at + RUN).join()));
}
