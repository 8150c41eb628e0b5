// The event log: what happened to the session, newest first.

import { find } from './find.js';

const ENTRIES_AT_MOST = 300;

const LABELS = {
  'logged-in': 'logged in',
  verified: 'verified',
  expired: 'expired',
  refreshed: 'refreshed',
  refused: 'refused',
  failed: 'failed',
  'signed-out': 'signed out',
  ended: 'ended',
  info: 'note',
};

/** Adds an entry of one of the kinds above. `request`, where one was the reason, stands before the words. */
export function log(kind, words, request) {
  const now = new Date();
  const entry = document.createElement('li');
  entry.dataset.test = 'log-entry';
  entry.dataset.kind = kind;

  const time = document.createElement('time');
  time.dateTime = now.toISOString();
  time.textContent = clockTime(now);
  const label = document.createElement('span');
  label.className = 'kind';
  label.textContent = LABELS[kind];
  const text = document.createElement('span');
  if (request) {
    const code = document.createElement('code');
    code.textContent = request;
    text.append(code, ' ');
  }
  text.append(words);
  // Spaces between, so that the entry reads as a line where it is read as text.
  entry.append(time, ' ', label, ' ', text);

  const list = entries();
  list.prepend(entry);
  while (list.children.length > ENTRIES_AT_MOST) list.lastElementChild.remove();
}

/** Empties the log. */
export function clearLog() {
  entries().replaceChildren();
}

function entries() {
  return find('log').firstElementChild;
}

/** Local time with milliseconds: several things happen within one second. */
export function clockTime(date) {
  const two = (number) => String(number).padStart(2, '0');
  const milliseconds = String(date.getMilliseconds()).padStart(3, '0');
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}.${milliseconds}`;
}
