// How wasm-opt makes the page's program small.

// What every browser has that runs the page at all.
export const features = ['bulk-memory', 'multivalue', 'mutable-globals', 'nontrapping-float-to-int', 'reference-types', 'sign-ext'].map(
  (feature) => `--enable-${feature}`,
);

// Flattened, it is put together anew more closely than it was. What counts is the size as it
// travels: functions that are called from one place, and values that are computed twice, compress
// better where they are than folded into one another. Nothing of Rust's lies in the first
// kilobyte, where its stack would end.
export const passes = [
  '--low-memory-unused', '--flatten', '--rereloop', '-Oz', '-Oz', '--dealign',
  '--one-caller-inline-max-function-size=16', '--skip-pass=local-cse',
];
