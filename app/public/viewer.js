// Shows the pictures of the talk as large as the window, one after another. Loaded by boot.js when
// the first of them is pressed.
const dialog = document.getElementById('viewer');
const [picture, name, save] = ['.viewer__picture', '.viewer__name', '.viewer__save'].map((part) => dialog.querySelector(part));
const [before, after] = dialog.querySelectorAll('.viewer__step');

// The talk is drawn anew as it changes: a picture is known by its address.
let shown;
const links = () => [...document.querySelectorAll('.message__picture')];
const beside = (step) => {
  const all = links();
  return all[all.findIndex(({ href }) => href === shown) + step];
};

export function show(link) {
  shown = link.href;
  const small = link.firstElementChild;
  picture.src = small.src;
  picture.alt = name.textContent = save.download = small.alt;
  save.href = link.href;
  before.disabled = !beside(-1);
  after.disabled = !beside(1);
  if (!dialog.open) dialog.showModal();
  // What is at hand is shown until the whole is there.
  const whole = new Image();
  whole.src = link.href;
  whole.onload = () => {
    if (shown === link.href) picture.src = whole.src;
  };
}

const step = (by) => {
  const link = beside(by);
  if (link) show(link);
};
before.onclick = () => step(-1);
after.onclick = () => step(1);
dialog.onclick = ({ target }) => {
  if (target === dialog) dialog.close();
};
// Nothing behind it hears the keys.
dialog.onkeydown = (event) => {
  event.stopPropagation();
  if (event.key === 'ArrowLeft') step(-1);
  if (event.key === 'ArrowRight') step(1);
};
dialog.onclose = () => {
  shown = undefined;
  picture.removeAttribute('src');
};
// Another room comes up behind it.
addEventListener('popstate', () => dialog.close());
// What is deleted goes from here as well.
new MutationObserver(() => {
  if (dialog.open && !beside(0)) dialog.close();
}).observe(document.getElementById('log'), { childList: true, subtree: true });
