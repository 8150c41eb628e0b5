// User ids as people type them: the number 1 and the string "1" are two users, and any writing will do.

import assert from 'node:assert/strict';
import { play } from './support/page.mjs';

await play('user-ids', async (open) => {
  for (const [user, asNumber, shown] of [
    ['1', true, '1'],
    ['1', false, '"1"'],
    ['Zoë 🦀', false, '"Zoë 🦀"'],
    ['алиса', false, 'алиса'],
  ]) {
    const page = await open();
    if (asNumber) {
      await page.click('login-more');
      await page.click('login-number');
    }
    await page.logIn(user);
    await page.until('state', 'signed-in');
    await page.until('who-user', shown);

    await page.click('call-api');
    await page.untilAttribute('api-answer', 'data-status', '200');
    const answer = await page.text('api-answer');
    assert.deepEqual(JSON.parse(answer.slice(answer.indexOf('{'))).userId, asNumber ? Number(user) : user);
  }

  // A log-in that cannot work says why, and leaves everybody signed out.
  const page = await open();
  await page.click('login-more');
  await page.fill('login-payload', '{"role": ');
  await page.logIn('alice');
  await page.until('login-error', /not valid JSON/);
  await page.fill('login-payload', JSON.stringify('x'.repeat(4000)));
  await page.click('login-submit');
  await page.until('login-error', /at most \d+ fit/);
  assert.equal(await page.text('state'), 'signed-out');
});
