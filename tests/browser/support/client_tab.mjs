// A tab with a page on which one of the clients runs (tests/browser/clients/).

import assert from 'node:assert/strict';
import { request as httpRequest } from 'node:http';
import { join } from 'node:path';
import { PATIENCE_MILLISECONDS } from './browser.mjs';
import { required } from './environment.mjs';


/** One tab. All tabs of one playwright context are one browser: they share cookies and storage. */
export class ClientTab {
  /** The statuses of the refreshes that this tab has asked for, in order; `lost` for one without an answer. */
  refreshes = [];
  /** When the access tokens that this tab was told of end, in milliseconds. */
  accessTokenEnds = [];
  #page;
  #row;
  #log = [];

  constructor(page, row) {
    this.#page = page;
    this.#row = row;
    page.setDefaultTimeout(PATIENCE_MILLISECONDS);
    page.on('pageerror', (fault) => this.#log.push(`fault: ${fault}`));
    // The browser's own words about refused requests say less than what is noted below.
    page.on('console', (message) => message.location().url.startsWith('http') || this.#log.push(`console: ${message.text()}`));
    page.on('response', (response) => this.#note(response));
    page.on('requestfailed', (request) => {
      this.#log.push(`${request.method()} ${request.url()}: ${request.failure()?.errorText}`);
      if (this.#isRefresh(request)) this.refreshes.push('lost');
    });
  }

  /** Opens a page of the row, with its client on it; `clock` is what the page takes for the time, in milliseconds. */
  static async open(context, row, { clock } = {}) {
    const page = await context.newPage();
    if (clock !== undefined) await page.clock.install({ time: clock });
    const tab = new ClientTab(page, row);
    await tab.load();
    return tab;
  }

  /** Another tab of the same browser, with the page of this row. */
  async beside(row) {
    return ClientTab.open(this.#page.context(), row);
  }

  async close() {
    await this.#page.close();
  }

  /** Loads the page, or loads it again. */
  async load() {
    const url = `${this.#row.page}/page-with-a-client`;
    // At the edge's own origin this one file is put there; nothing else is kept from the edge.
    const puts = this.#row.page === this.#row.api;
    if (puts) await this.#page.route(url, (route) => route.fulfill({ contentType: 'text/html', body: '<!doctype html><title>A page</title>' }));
    await this.#page.goto(url);
    // A driver that watches for requests to answer also answers pre-flights.
    if (puts) await this.#page.unroute(url);
    await this.#page.addScriptTag({ path: join(required('WAYLEAVE_CLIENT_PAGES'), `${this.#row.version}.js`) });
    await this.#page.evaluate((settings) => window.client.init(settings), settingsOf(this.#row));
  }

  async logIn(user = this.#row.user) {
    assertStatus(200, await this.call('POST', '/login', { userId: user }));
  }

  /** Calls the app through the client: `{ status, body }`, or `{ failure }` in words where the client throws. */
  async call(method = 'GET', path = '/api/me', body) {
    return this.#page.evaluate(([method, path, body]) => window.client.call(method, path, body ?? undefined), [method, path, body]);
  }

  /** Calls, and tells who the app says it is. */
  async who() {
    const answer = await this.call();
    assertStatus(200, answer);
    return answer.body;
  }

  async callTogether(count) {
    return this.#page.evaluate((count) => window.client.callTogether(count, 'GET', '/api/me'), count);
  }

  /** Calls at every multiple of `step` of the clock, for so many milliseconds: `{ calls, others }`, others being all answers but 200. */
  async callInStep(step, milliseconds) {
    return this.#page.evaluate(([step, end]) => window.client.callInStep('GET', '/api/me', step, end), [step, Date.now() + milliseconds]);
  }

  async signOut() {
    return this.#page.evaluate(() => window.client.signOut());
  }

  async doesSessionExist() {
    return this.#page.evaluate(() => window.client.doesSessionExist());
  }

  /** Refreshes as a page asks for it, and tells whether that worked. */
  async refresh() {
    return this.#page.evaluate(() => window.client.refresh());
  }

  /** Who is logged in, as the client says; nothing where it does not know. */
  async userId() {
    return this.#page.evaluate(() => window.client.userId());
  }

  /** The names of the server's own cookies that the browser holds, in order. */
  async serverCookies() {
    const cookies = await this.#page.context().cookies(this.#row.api + this.#row.refreshPath);
    return cookies.map(({ name }) => name).filter((name) => this.#row.cookies.includes(name)).sort();
  }

  /** Gives the browser cookies of another domain beside the server's own, as an earlier deployment left them. */
  async keepOlderCookies(domain) {
    const context = this.#page.context();
    const cookies = await context.cookies(this.#row.api + this.#row.refreshPath);
    const older = cookies.filter(({ name }) => this.#row.cookies.includes(name)).map((cookie) => ({ ...cookie, domain, value: `older-${cookie.name}` }));
    await context.addCookies(older);
  }

  /** Waits until the newest access token is no longer valid. */
  async untilExpired() {
    assert.ok(this.accessTokenEnds.length > 0, 'the page was told when its access token ends');
    await this.#page.waitForTimeout(Math.max(0, this.accessTokenEnds.at(-1) - Date.now()) + 100);
  }

  /** Calls until the app refuses, and tells how. */
  async untilRefused() {
    const end = performance.now() + PATIENCE_MILLISECONDS;
    for (;;) {
      const answer = await this.call();
      if (answer.status !== 200) return answer;
      assert.ok(performance.now() < end, 'waited in vain until the app refuses');
      await this.#page.waitForTimeout(100);
    }
  }

  /**
   * From now on: the server answers the next refresh, and the answer is lost on its way. Gives a function that waits until that has happened, and
   * tells the status that was lost. The request goes past the browser, which would otherwise keep the cookies of the answer.
   */
  async loseNextRefreshReply() {
    const url = this.#row.api + this.#row.refreshPath;
    let lost;
    const status = new Promise((resolve) => {
      lost = resolve;
    });
    await this.#page.route(
      url,
      async (route) => {
        const answered = await this.#send(route.request()).catch(String);
        await route.abort('connectionreset');
        lost(answered);
      },
      { times: 1 },
    );
    return () => status;
  }

  /** What the tab has seen, for whoever has to find out what went wrong. */
  async story() {
    const events = await this.#page.evaluate(() => window.client.events.join(', ')).catch(String);
    return [...this.#log, `events of the client: ${events}`].map((line) => `      ${line}`).join('\n');
  }

  #isRefresh(request) {
    return request.method() === 'POST' && new URL(request.url()).pathname === this.#row.refreshPath;
  }

  async #send(request) {
    const url = new URL(request.url());
    const cookies = (await this.#page.context().cookies(url.href)).map(({ name, value }) => `${name}=${value}`).join('; ');
    const headers = { ...request.headers(), host: url.host, cookie: cookies, 'sec-fetch-site': this.#row.fetchSite };
    return new Promise((resolve, reject) => {
      const sent = httpRequest({ host: '127.0.0.1', port: url.port, path: url.pathname, method: request.method(), headers }, (response) => {
        response.resume().on('end', () => resolve(response.statusCode)).on('error', reject);
      });
      sent.on('error', reject).end();
    });
  }

  #note(response) {
    const request = response.request();
    const frontToken = response.headers()['front-token'];
    this.#log.push(`${request.method()} ${request.url()}: ${response.status()}${frontToken === 'remove' ? ', session over' : ''}`);
    if (this.#isRefresh(request)) this.refreshes.push(response.status());
    if (frontToken && frontToken !== 'remove') this.accessTokenEnds.push(JSON.parse(Buffer.from(frontToken, 'base64')).ate);
  }
}

/** Asserts the status of what {@link ClientTab#call} gave. */
export function assertStatus(expected, { status, body, failure }) {
  assert.equal(status, expected, `${status ?? 'failed'} instead of ${expected}: ${failure ?? JSON.stringify(body)}`);
}

function settingsOf({ api, transfer, expiredStatus, refreshPath }) {
  return { api, transfer, expiredStatus, refreshPath };
}
