// Lights up the way that a request took, and counts who was reached.

import { find } from './find.js';

const STEP_MILLISECONDS = 700;
/** How long the last one stays lit when nothing follows. */
const REST_MILLISECONDS = 1400;
/** What an expired call takes: the refusal, the refresh, the call again. */
const WAITING_AT_MOST = 3;

const reached = { edge: 0, app: 0, origin: 0, database: 0 };
const waiting = [];
let shownAt = 0;
let timer = null;

/** Counts a request at once, and shows it as soon as those before it have been shown. */
export function showWay({ links, title, caption, refused, unreached }) {
  for (const node of nodesOf(links)) {
    if (node in reached && node !== unreached) find(`hits-${node}`).textContent = `×${(reached[node] += 1)}`;
  }
  // Requests can come faster than an eye can follow: forget the oldest of those not shown yet.
  if (waiting.push({ links, title, caption, refused }) > WAITING_AT_MOST) waiting.shift();
  if (timer !== null && waiting.length > 1) return;
  clearTimeout(timer);
  timer = setTimeout(showNext, Math.max(0, shownAt + STEP_MILLISECONDS - performance.now()));
}

function showNext() {
  const next = waiting.shift();
  timer = null;
  clear();
  if (!next) return;
  shownAt = performance.now();
  find('path-caption').replaceChildren(strong(next.title), ` ${next.caption}.`);
  // The next frame: a class that is taken off and put back within one frame would not start its animation again.
  requestAnimationFrame(() => {
    const nodes = nodesOf(next.links);
    for (const link of next.links) {
      document.querySelector(`[data-link="${link}"]`).classList.add('lit');
      document.querySelector(`[data-pulse="${link}"]`).classList.add('lit');
    }
    for (const node of nodes) document.querySelector(`[data-node="${node}"]`).classList.add('lit');
    if (next.refused) document.querySelector(`[data-node="${[...nodes].pop()}"]`).classList.add('refused');
  });
  // Not by the animation's end: who prefers reduced motion has none.
  timer = setTimeout(showNext, waiting.length > 0 ? STEP_MILLISECONDS : REST_MILLISECONDS);
}

function clear() {
  for (const part of document.querySelectorAll('.diagram .lit')) part.classList.remove('lit', 'refused');
}

/** The parts that a way touches, in the order in which it reaches them. */
function nodesOf(links) {
  return new Set(links.flatMap((link) => link.split('-')));
}

function strong(text) {
  const element = document.createElement('strong');
  element.textContent = text;
  return element;
}
