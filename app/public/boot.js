// Loads the page's program. The build stands in this script's own address, so that every
// file of one build is asked for under the same version and may be kept for good.
const version = new URL(import.meta.url).search;
const program = fetch(`/pkg/sarangbang.wasm${version}`);
const { default: load, hydrate } = await import(`/pkg/sarangbang.js${version}`);
await load({ module_or_path: program });
hydrate();
