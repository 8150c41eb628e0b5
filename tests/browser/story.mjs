// The whole story in a real browser: log in, see who, count, let the token expire, go on without noticing, reload, sign out.

import assert from 'node:assert/strict';
import { play } from './support/page.mjs';

await play('story', async (open) => {
  const page = await open();
  await page.until('state', 'signed-out');
  await page.picture('signed-out');

  // Nobody is let in before the log-in.
  await page.click('call-api');
  await page.untilAttribute('api-answer', 'data-status', '401');

  await page.click('login-more');
  await page.fill('login-payload', '{"role": "admin"}');
  await page.logIn('alice');
  await page.until('state', 'signed-in');
  await page.until('who-user', 'alice');
  await page.until('who-payload', /"role": "admin"/);
  await page.until('data-version', '0');
  const handle = await page.text('who-handle');
  assert.match(handle, /^[\w-]{22}$/);
  await page.picture('signed-in');

  // The tokens are out of reach of every script; the browser holds them.
  const first = await page.cookies();
  for (const name of ['sAccessToken', 'sRefreshToken']) assert.ok(first[name].httpOnly, `${name} is HttpOnly`);
  assert.doesNotMatch(await page.scriptCookies(), /sAccessToken|sRefreshToken/);

  await page.click('counter-add');
  await page.until('counter-value', '1');
  await page.click('counter-add');
  await page.until('counter-value', '2');
  await page.until('session-data', /"counter": 2/);

  await page.click('call-api');
  await page.untilAttribute('api-answer', 'data-status', '200');
  assert.match(await page.text('api-answer'), /"userId": "alice"/);

  // The access token expires; nothing happens until the next call, and that refreshes without a word.
  const refreshes = await page.number('refresh-count');
  await page.until('expires-in', /^expired/);
  await page.picture('expired');
  assert.equal(await page.text('state'), 'signed-in');
  await page.click('call-api');
  await page.until('refresh-count', String(refreshes + 1));
  await page.untilAttribute('api-answer', 'data-status', '200');
  await page.untilLogged('refreshed');
  assert.equal(await page.text('state'), 'signed-in');
  const second = await page.cookies();
  for (const name of ['sAccessToken', 'sRefreshToken', 'sIdRefreshToken']) {
    assert.notEqual(second[name].value, first[name].value, `${name} is new`);
  }
  await page.picture('refreshed');

  // What is in the session is in the database, not in the page.
  await page.reload();
  await page.until('state', 'signed-in');
  await page.until('who-user', 'alice');
  await page.until('who-handle', handle);
  await page.until('counter-value', '2');
  await page.click('counter-add');
  await page.until('counter-value', '3');

  await page.click('sign-out');
  await page.until('state', 'signed-out');
  const left = await page.cookies();
  for (const name of ['sAccessToken', 'sRefreshToken', 'sIdRefreshToken']) assert.equal(left[name], undefined, `${name} is gone`);
  await page.click('call-api');
  await page.untilAttribute('api-answer', 'data-status', '401');
  await page.picture('signed-out-again');

  // A new log-in is a new session: nothing of the old one comes back.
  await page.logIn('alice');
  await page.until('state', 'signed-in');
  await page.until('who-handle', (text) => text !== '' && text !== handle);
  await page.until('counter-value', '0');
});
