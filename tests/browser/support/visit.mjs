// The story that every client plays: all that it was made for.

import assert from 'node:assert/strict';
import { Browsers } from './browser.mjs';
import { ClientTab, assertStatus } from './client_tab.mjs';
import { Matrix } from './matrix.mjs';
import { NEWEST } from './rows.mjs';
import { originRequests, revokeSessionsOf, startOrigin, stopOrigin, thefts } from './system.mjs';

const HOUR_MILLISECONDS = 3_600_000;

/** Plays it in every row at once, each in a browser of its own, and prints the table. Throws if anything went wrong. */
export async function visitAll(rows) {
  const browsers = new Browsers();
  const tabs = new Map();
  const matrix = new Matrix(rows);
  const play = (scene) => matrix.play((row, step) => scene(tabs.get(row), step, row), (row) => tabs.get(row).story());
  try {
    for (const row of rows) tabs.set(row, await ClientTab.open(await browsers.next(row), row));

    // Somebody comes for the first time. The newest client asks once whether there is a session; no client asks for ever, and the origin is not asked.
    await play(async (tab, step, row) => {
      await step('anonymous', async () => {
        for (let visit = 1; visit <= 2; visit += 1) {
          assertStatus(row.expiredStatus, await tab.call());
          assert.equal(await tab.doesSessionExist(), false);
        }
        assert.deepEqual(tab.refreshes, Array(row.anonymousRefreshes).fill(row.expiredStatus));
      });
    });
    await play(async (tab, step) => {
      await step('anonymous', async () => assert.deepEqual(await originRequests(), []));
    });

    await play(async (tab, step, row) => {
      await step('log in', async () => {
        await tab.logIn();
        assert.equal(await tab.doesSessionExist(), true);
        assert.deepEqual(await tab.serverCookies(), row.transfer === 'cookie' ? row.cookies : []);
      });
      await step('call', async () => {
        assert.equal((await tab.who()).userId, row.user);
        assert.equal(await tab.userId(), row.tellsUser ? row.user : undefined);
      });
      // Refused without the anti-CSRF token where cookies prove the session.
      await step('POST', async () => assert.deepEqual(await tab.call('POST', '/api/counter'), { status: 200, body: { counter: 1 } }));

      await step('5 calls, 1 refresh', async () => {
        await tab.untilExpired();
        tab.refreshes = [];
        const statuses = (await tab.callTogether(5)).map(({ status }) => status);
        assert.deepEqual([statuses, tab.refreshes], [[200, 200, 200, 200, 200], [200]]);
      });
      await step('POST again', async () => assert.deepEqual(await tab.call('POST', '/api/counter'), { status: 200, body: { counter: 2 } }));

      await step('page reloaded', async () => {
        await tab.load();
        assert.equal(await tab.doesSessionExist(), true);
        assert.deepEqual(await tab.call('POST', '/api/counter'), { status: 200, body: { counter: 3 } });
      });

      await step('refresh', async () => {
        tab.refreshes = [];
        assert.equal(await tab.refresh(), true);
        assert.deepEqual(tab.refreshes, [200]);
        assert.equal((await tab.who()).userId, row.user);
      });

      await step('sign out', async () => {
        await tab.signOut();
        assert.equal(await tab.doesSessionExist(), false);
        assert.deepEqual(await tab.serverCookies(), []);
      });
      await step('refused', async () => {
        tab.refreshes = [];
        assertStatus(row.expiredStatus, await tab.call());
        assert.deepEqual(tab.refreshes, []);
      });

      await step('sign out, expired', async () => {
        await tab.logIn();
        await tab.untilExpired();
        await tab.signOut();
        assert.equal(await tab.doesSessionExist(), false);
        assertStatus(row.expiredStatus, await tab.call());
      });

      await step('revoked elsewhere', async () => {
        await tab.logIn();
        await tab.who();
        assert.equal(await revokeSessionsOf(row.user), 1);
        assertStatus(row.expiredStatus, await tab.untilRefused());
        assert.equal(await tab.doesSessionExist(), false);
      });

      await step('lost reply', async () => {
        await tab.logIn();
        const { session } = await tab.who();
        await tab.untilExpired();
        const lost = await tab.loseNextRefreshReply();
        // The caller is told that the network failed, as it did.
        assert.match((await tab.call()).failure, /Failed to fetch/);
        assert.equal(await lost(), 200);
        // The next call recovers: the token whose successor never arrived is answered with that successor.
        assert.equal((await tab.who()).session, session);
        assertStatus(200, await tab.call('POST', '/api/counter'));
      });

      // The frontend moves on to the newest client, under a log-in of its former one.
      await step('upgraded', async () => {
        if (row.version === NEWEST) return 'newest';
        const { session } = await tab.who();
        const upgraded = await tab.beside({ ...row, version: NEWEST });
        assert.equal((await upgraded.who()).session, session);
        assert.equal(await upgraded.doesSessionExist(), true);
        assertStatus(200, await upgraded.call('POST', '/api/counter'));
        await upgraded.signOut();
        assertStatus(row.expiredStatus, await upgraded.call());
      });
    });

    assert.ok((await originRequests()).includes('POST /v1/sessions'), 'what the edge asks the origin is seen');

    // A computer whose clock is an hour ahead takes no token for expired that is good.
    await play(async (_, step, row) => {
      await step('clock ahead', async () => {
        const tab = await ClientTab.open(await browsers.next(row), row, { clock: Date.now() + HOUR_MILLISECONDS });
        await tab.logIn();
        tab.refreshes = [];
        assert.equal((await tab.who()).userId, row.user);
        assert.equal(await tab.doesSessionExist(), true);
        assert.deepEqual(tab.refreshes, []);
        await tab.close();
      });
    });

    // The origin goes away while tokens expire, and comes back: refreshes fail meanwhile, and nobody is logged out.
    const sessions = new Map();
    await play(async (tab, step) => {
      await step('restart', async () => {
        await tab.logIn();
        sessions.set(tab, (await tab.who()).session);
        await tab.untilExpired();
      });
    });
    assert.equal(await thefts(), 0);
    await stopOrigin();
    try {
      await play(async (tab, step) => {
        await step('restart', async () => {
          const { status, failure } = await tab.call();
          assert.match(failure ?? `response ${status}`, /^response 503$/);
        });
      });
    } finally {
      await startOrigin();
    }
    await play(async (tab, step) => {
      await step('restart', async () => {
        assert.equal((await tab.who()).session, sessions.get(tab));
        assert.equal(await tab.doesSessionExist(), true);
      });
    });
    assert.equal(await thefts(), 0);
    matrix.finish();
  } finally {
    await browsers.close();
  }
}
