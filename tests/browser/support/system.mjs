// What operators and the app's backend do while a story is played: asked of the test program, which runs the system.

import assert from 'node:assert/strict';
import { required } from './environment.mjs';

async function ask(method, path) {
  const response = await fetch(required('WAYLEAVE_CONTROL') + path, { method });
  const text = await response.text();
  assert.equal(response.status, 200, `${method} ${path}: ${text}`);
  return text;
}

/** Stops the origin, and waits until it has ended. */
export const stopOrigin = () => ask('POST', '/origin/stop');

/** Starts it again, and waits until it answers. */
export const startOrigin = () => ask('POST', '/origin/start');

/** What the edge has asked the origin for somebody since the story began. */
export const originRequests = async () => JSON.parse(await ask('GET', '/origin/requests'));

/** Ends all sessions of a user, as the app's backend does. Tells how many there were. */
export async function revokeSessionsOf(user) {
  return JSON.parse(await ask('DELETE', `/backend/v1/users/${encodeURIComponent(textForm(user))}/sessions`)).revoked.length;
}

// docs/api.md, "User ids": a name with spaces or letters beyond ASCII stands as a JSON string in a path.
function textForm(user) {
  return JSON.stringify(user).replace(/[^ -~]/gu, (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** How many thefts the origin has seen since it was started. */
export async function thefts() {
  const lines = (await ask('GET', '/backend/metrics')).split('\n').filter((line) => line.startsWith('wayleave_thefts_total'));
  assert.notEqual(lines.length, 0, 'the origin counts thefts');
  return lines.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
}
