// The real browser.

import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { required } from './environment.mjs';

/** How long a story waits for anything that is to happen on a page. */
export const PATIENCE_MILLISECONDS = 30_000;

/** Starts one for several profiles; the caller closes it. */
export async function launch() {
  return chromium.launch(options());
}

/** Browsers, each of a new person: with a profile of its own and no past. */
export class Browsers {
  #shared;
  #own = [];

  /**
   * The next one, as a playwright context. By default browsers keep no cookies for sites other than the page's; one that is to keep them gets a
   * process of its own, because that is a setting of the person's profile.
   */
  async next({ thirdPartyCookies = false } = {}) {
    if (!thirdPartyCookies) {
      this.#shared ??= launch();
      return (await this.#shared).newContext();
    }
    const folder = await mkdtemp(join(tmpdir(), 'wayleave-profile-'));
    await mkdir(join(folder, 'Default'));
    await writeFile(join(folder, 'Default', 'Preferences'), JSON.stringify({ profile: { cookie_controls_mode: 0 } }));
    const context = await chromium.launchPersistentContext(folder, options());
    this.#own.push({ context, folder });
    return context;
  }

  async close() {
    await (await this.#shared)?.close();
    for (const { context, folder } of this.#own) {
      await context.close();
      await rm(folder, { recursive: true, force: true });
    }
  }
}

function options() {
  return {
    executablePath: required('WAYLEAVE_CHROMIUM'),
    headless: true,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  };
}
