// Puts functions that are alike next to each other: what a compressor finds close by costs it
// fewer bits than what it finds far away. No call gets longer by it, because the numbers of one
// byte are the imports'.

/** How many lines in a row two functions must share to be alike there. */
const RUN = 3;

/** The functions of a program (their texts, as wasm-dis writes them), from each to the one among the rest that is most like it. */
export function ordered(functions) {
  const runs = new Map(functions.map((it) => [it, runsOf(it.body)]));
  const having = new Map();
  for (const [it, own] of runs) for (const run of own) having.get(run)?.push(it) ?? having.set(run, [it]);
  const rest = new Set(functions);
  const chain = [];
  for (let next = functions[0]; next; ) {
    chain.push(next);
    rest.delete(next);
    next = mostAlike(next) ?? rest.values().next().value;
  }
  return chain;

  function mostAlike(it) {
    const shared = new Map();
    for (const run of runs.get(it)) {
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
