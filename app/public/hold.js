// On a screen that is touched nothing can be pointed at: who keeps a finger on a reaction is told who
// gave it, and on what was edited, when. Loaded by boot.js with the first touch.
const LONG = 500; // milliseconds
const STILL = 10; // pixels

const tip = document.createElement('p');
tip.className = 'tip';
tip.popover = 'manual';
tip.role = 'status';
document.body.append(tip);

let timer;
let isHeld = false;
let from;

function show(named) {
  isHeld = true;
  tip.textContent = named.title;
  tip.showPopover();
  // Above the finger, and within the window.
  const { left, top, width } = named.getBoundingClientRect();
  const room = document.documentElement.clientWidth - tip.offsetWidth - 8;
  tip.style.left = `${Math.max(8, Math.min(left + width / 2 - tip.offsetWidth / 2, room))}px`;
  tip.style.top = `${Math.max(8, top - tip.offsetHeight - 8)}px`;
}

function end() {
  clearTimeout(timer);
  tip.hidePopover?.();
  // A click that belongs to it comes before.
  setTimeout(() => (isHeld = false), 100);
}

const listen = (kind, act) => document.addEventListener(kind, act, { passive: true });
listen('touchstart', ({ target, touches: [finger] }) => {
  from = finger;
  clearTimeout(timer);
  isHeld = false;
  // What is drawn anew meanwhile is let go of where nobody else hears it.
  target.addEventListener('touchend', end, { once: true, passive: true });
  const named = tip.showPopover && target.closest('.reaction, .message__edited');
  if (named) timer = setTimeout(show, LONG, named);
});
listen('touchmove', ({ touches: [finger] }) => {
  if (Math.hypot(finger.clientX - from.clientX, finger.clientY - from.clientY) > STILL) end();
});
listen('touchend', end);
listen('touchcancel', end);
// What is held is not pressed, and has no menu.
for (const kind of ['click', 'contextmenu'])
  document.addEventListener(
    kind,
    (event) => {
      if (!isHeld) return;
      event.preventDefault();
      event.stopImmediatePropagation();
    },
    true,
  );
