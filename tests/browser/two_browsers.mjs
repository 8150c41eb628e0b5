// Two browsers of one user are two sessions; two tabs of one browser share one.

import assert from 'node:assert/strict';
import { play } from './support/page.mjs';

await play('two-browsers', async (open) => {
  const desk = await open();
  const phone = await open();
  for (const page of [desk, phone]) {
    await page.logIn('alice');
    await page.until('state', 'signed-in');
    await page.until('who-handle', /^[\w-]{22}$/);
  }
  assert.notEqual(await desk.text('who-handle'), await phone.text('who-handle'));

  await desk.click('counter-add');
  await desk.until('counter-value', '1');
  await phone.click('data-reload');
  await phone.until('data-version', '0');
  assert.equal(await phone.text('counter-value'), '0');

  const tab = await desk.newTab();
  await tab.until('state', 'signed-in');
  await tab.until('who-handle', await desk.text('who-handle'));
  await tab.until('counter-value', '1');

  // Signed out in one tab is signed out in the other, and in no other browser.
  await tab.click('sign-out');
  await tab.until('state', 'signed-out');
  await desk.until('state', 'signed-out');
  await phone.click('call-api');
  await phone.untilAttribute('api-answer', 'data-status', '200');
  assert.equal(await phone.text('state'), 'signed-in');
  await phone.picture('still-signed-in');
});
