// A page of the example app in a real browser, by the data-test names of examples/app/page/index.html.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { PATIENCE_MILLISECONDS, launch } from './browser.mjs';
import { required } from './environment.mjs';

/**
 * Plays a story in a browser of its own: `story(open)`, where `open()` gives a {@link Page} of a new profile. Fails if the story does,
 * or if a page reported a fault of its script while it ran.
 */
export async function play(name, story) {
  const browser = await launch();
  const pages = [];
  try {
    await story(async () => {
      const page = await Page.open(browser, `${name}-${pages.length + 1}`);
      pages.push(page);
      return page;
    });
    for (const page of pages) assert.deepEqual(page.faults, [], 'the page reported no fault');
  } catch (failure) {
    // What the person would have seen explains more than any message. The failure itself goes on.
    for (const page of pages) {
      await page.picture('failed').catch(() => {});
      console.error(`${page.name} said:\n${await page.events().catch(String)}\nfaults: ${JSON.stringify(page.faults)}`);
    }
    throw failure;
  } finally {
    await browser.close();
  }
}

/** One tab of one profile. */
export class Page {
  /** Faults of the page's own script. Refused requests are none: the browser logs those too, and the stories expect them. */
  faults = [];
  #page;
  #pictures = 0;

  constructor(page, name) {
    this.#page = page;
    this.name = name;
    page.setDefaultTimeout(PATIENCE_MILLISECONDS);
    page.on('pageerror', (fault) => this.faults.push(String(fault)));
  }

  static async open(browser, name) {
    const context = await browser.newContext({ viewport: { width: 1280, height: 1000 } });
    const page = new Page(await context.newPage(), name);
    await page.go();
    return page;
  }

  /** Another tab of the same profile. */
  async newTab() {
    const tab = new Page(await this.#page.context().newPage(), `${this.name}-tab`);
    tab.faults = this.faults;
    await tab.go();
    return tab;
  }

  async go() {
    const response = await this.#page.goto(required('WAYLEAVE_URL'));
    assert.equal(response.status(), 200);
  }

  async reload() {
    await this.#page.reload();
  }

  /** Fills in the form and sends it. */
  async logIn(user) {
    await this.#element('login-user').fill(user);
    await this.click('login-submit');
  }

  async click(name) {
    await this.#element(name).click();
  }

  async fill(name, text) {
    await this.#element(name).fill(text);
  }

  async text(name) {
    return (await this.#element(name).textContent()).trim();
  }

  async number(name) {
    return Number(await this.text(name));
  }

  async attribute(name, attribute) {
    return this.#element(name).getAttribute(attribute);
  }

  async isVisible(name) {
    return this.#element(name).isVisible();
  }

  /** Waits until the text of an element satisfies `wanted`, a string (the whole text), a regular expression or a function. */
  async until(name, wanted) {
    const matches =
      typeof wanted === 'function' ? wanted : wanted instanceof RegExp ? (text) => wanted.test(text) : (text) => text === wanted;
    await this.#poll(async () => matches(await this.text(name)), async () => `${name} becomes ${wanted}, but it is ${await this.text(name)}`);
  }

  /** Waits until an attribute of an element has this value. */
  async untilAttribute(name, attribute, wanted) {
    await this.#poll(
      async () => (await this.attribute(name, attribute)) === wanted,
      async () => `${attribute} of ${name} becomes ${wanted}, but it is ${await this.attribute(name, attribute)}`,
    );
  }

  /** Waits until the event log has an entry of this kind. */
  async untilLogged(kind) {
    await this.#page.locator(`[data-test="log-entry"][data-kind="${kind}"]`).first().waitFor({ state: 'attached' });
  }

  /** The event log, oldest first, one line each. */
  async events() {
    const entries = await this.#page.locator('[data-test="log-entry"]').evaluateAll((all) => all.map((entry) => `${entry.dataset.kind}: ${entry.textContent}`));
    return entries.reverse().join('\n');
  }

  /** The cookies that the browser holds, by name. */
  async cookies() {
    const all = await this.#page.context().cookies([required('WAYLEAVE_URL'), `${required('WAYLEAVE_URL')}/auth/session/refresh`]);
    return Object.fromEntries(all.map((cookie) => [cookie.name, cookie]));
  }

  /** What any script on the page could read. */
  async scriptCookies() {
    return this.#page.evaluate(() => document.cookie);
  }

  /** Calls the app as another script of the page would, past the page's own buttons. */
  async fetchStatus(path, options) {
    return this.#page.evaluate(async ([path, options]) => (await fetch(path, options)).status, [path, options]);
  }

  async picture(what) {
    this.#pictures += 1;
    const file = `${this.name}-${String(this.#pictures).padStart(2, '0')}-${what}.png`;
    await this.#page.screenshot({ path: join(required('WAYLEAVE_PICTURES'), file), fullPage: true });
  }

  #element(name) {
    return this.#page.locator(`[data-test="${name}"]`);
  }

  async #poll(isTrue, complaint) {
    const end = performance.now() + PATIENCE_MILLISECONDS;
    while (!(await isTrue())) {
      if (performance.now() > end) assert.fail(`waited in vain until ${await complaint()}`);
      await this.#page.waitForTimeout(50);
    }
  }
}
