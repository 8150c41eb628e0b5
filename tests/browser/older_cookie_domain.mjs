// The cookie domain was changed under a live log-in: the browser carries the cookies of both domains. The older ones go, and nobody is logged out.

import assert from 'node:assert/strict';
import { Browsers } from './support/browser.mjs';
import { ClientTab } from './support/client_tab.mjs';
import { Matrix } from './support/matrix.mjs';
import { CROSS_ORIGIN, rows } from './support/rows.mjs';
import { thefts } from './support/system.mjs';

const OLDER_DOMAIN = '.wayleave.localhost';

const ROWS = rows(CROSS_ORIGIN).filter(({ transfer }) => transfer === 'cookie').map((row) => ({ ...row, name: `${row.name}, older domain` }));

const browsers = new Browsers();
const tabs = new Map();
const matrix = new Matrix(ROWS);
try {
  for (const row of ROWS) tabs.set(row, await ClientTab.open(await browsers.next(row), row));
  await matrix.play(
    async (row, step) => {
      const tab = tabs.get(row);
      await tab.logIn();
      const { session } = await tab.who();
      await step('both domains', async () => {
        await tab.keepOlderCookies(OLDER_DOMAIN);
        assert.deepEqual(await tab.serverCookies(), [...row.cookies, ...row.cookies].sort());
      });
      await step('call', async () => {
        assert.equal((await tab.who()).session, session);
        assert.deepEqual(await tab.serverCookies(), row.cookies);
        assert.equal(await tab.doesSessionExist(), true);
      });
      await step('refresh', async () => {
        await tab.untilExpired();
        assert.equal((await tab.who()).session, session);
      });
    },
    (row) => tabs.get(row).story(),
  );
  assert.equal(await thefts(), 0);
  matrix.finish();
} finally {
  await browsers.close();
}
