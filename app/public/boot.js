// Loads the page's program. The build stands in this script's own address, so that every
// file of one build is asked for under the same version and may be kept for good.
const version = new URL(import.meta.url).search;
const program = fetch(`/pkg/sarangbang.wasm${version}`);
const { default: load, hydrate } = await import(`/pkg/sarangbang.js${version}`);
await load({ module_or_path: program });
hydrate();

// Pictures open over the talk; who asks for a window of their own gets that.
document.addEventListener('click', (event) => {
  const picture = event.target.closest?.('.message__picture');
  if (!picture || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  import(`/viewer.js${version}`).then(
    ({ show }) => show(picture),
    () => window.open(picture.href),
  );
});

// On a screen that is touched nothing can be pointed at.
document.addEventListener('touchstart', () => import(`/hold.js${version}`), { once: true, passive: true });

// Colours and density change where one is, and nothing one has begun is lost. A language is another
// page.
document.addEventListener('submit', (event) => {
  const pressed = event.submitter;
  if (!pressed?.matches('.preferences__theme')) return;
  event.preventDefault();
  const { name, value, form } = pressed;
  const isOn = value !== 'system' && value !== 'calm';
  if (isOn) document.documentElement.dataset[name] = value;
  else delete document.documentElement.dataset[name];
  document.cookie = `${name}=${isOn ? value : ''}; Path=/; Max-Age=${isOn ? 31536000 : 0}; SameSite=Lax`;
  const isSwitch = name === 'density';
  if (isSwitch) pressed.value = isOn ? 'calm' : 'compact';
  for (const button of form.querySelectorAll(`[name=${name}]`))
    button.setAttribute('aria-pressed', isSwitch ? isOn : button === pressed);
});

import(`/keep.js${version}`);
