// Two tabs share one log-in while twenty access tokens expire, both calling at the same moments: nobody is ever logged out, and no refresh token
// counts as stolen. Every client, with its pages at the edge's own origin and elsewhere.

import assert from 'node:assert/strict';
import { Browsers } from './support/browser.mjs';
import { ClientTab } from './support/client_tab.mjs';
import { Matrix } from './support/matrix.mjs';
import { CROSS_ORIGIN, SAME_ORIGIN, rows } from './support/rows.mjs';
import { thefts } from './support/system.mjs';

const EXPIRIES = 20;
const STEP_MILLISECONDS = 250;
const ROUND_MILLISECONDS = 2000;

const ROWS = rows(SAME_ORIGIN, CROSS_ORIGIN);

const browsers = new Browsers();
const pairs = new Map();
const matrix = new Matrix(ROWS);
try {
  for (const row of ROWS) {
    const context = await browsers.next(row);
    pairs.set(row, [await ClientTab.open(context, row), await ClientTab.open(context, row)]);
  }
  await matrix.play(
    async (row, step) => {
      const pair = pairs.get(row);
      const [first, second] = pair;
      await first.logIn();
      for (const tab of pair) tab.refreshes = [];
      const { session } = await second.who();
      const expiries = () => new Set(pair.flatMap((tab) => tab.accessTokenEnds)).size - 1;
      await step('calls', async () => {
        let calls = 0;
        while (expiries() < EXPIRIES) {
          const told = await Promise.all(pair.map((tab) => tab.callInStep(STEP_MILLISECONDS, ROUND_MILLISECONDS)));
          assert.deepEqual(told.flatMap(({ others }) => others), []);
          calls += told[0].calls + told[1].calls;
        }
        return String(calls);
      });
      await step('expiries', async () => String(expiries()));
      await step('refreshes', async () => {
        const refreshes = pair.flatMap((tab) => tab.refreshes);
        assert.deepEqual(refreshes.filter((status) => status !== 200), []);
        return String(refreshes.length);
      });
      await step('log-outs', async () => {
        for (const tab of pair) {
          assert.equal((await tab.who()).session, session);
          assert.equal(await tab.doesSessionExist(), true);
        }
        return '0';
      });
    },
    async (row) => (await Promise.all(pairs.get(row).map((tab) => tab.story()))).join('\n      and the other tab\n'),
  );
  await matrix.play(async (row, step) => {
    await step('thefts', async () => {
      assert.equal(await thefts(), 0);
      return '0';
    });
  });
  matrix.finish();
} finally {
  await browsers.close();
}
