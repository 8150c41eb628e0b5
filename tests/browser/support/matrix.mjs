// A table of rows and steps. What is printed begins with `clients: `, which is what the end of `make test` shows.

import { setTimeout } from 'node:timers/promises';

const OK = 'ok';
const FAILED = 'FAILED';

// Far more than any step takes on a slow machine, and less than a whole story may.
const LIMIT_MILLISECONDS = 100_000;

async function tooLong() {
  await setTimeout(LIMIT_MILLISECONDS, undefined, { ref: false });
  throw new Error(`not done after ${LIMIT_MILLISECONDS} ms`);
}

/** Plays all rows, and remembers which of their steps succeeded. */
export class Matrix {
  #rows;
  #cells = new Map();
  #columns = [];
  #failures = [];

  constructor(rows) {
    this.#rows = rows;
  }

  /**
   * Plays `scene(row, step)` for every row at once, and ends when all have ended. In it `step(name, act)` does one step; after a failed one the
   * row does no more, in this scene and in the next ones. `whenFailed(row)` tells more about a failure.
   */
  async play(scene, whenFailed = async () => '') {
    const stillWell = this.#rows.filter((row) => !this.#failures.some((failure) => failure.row === row));
    await Promise.all(stillWell.map((row) => this.#playRow(row, scene, whenFailed)));
  }

  async #playRow(row, scene, whenFailed) {
    let current = 'the beginning';
    const step = async (name, act) => {
      current = name;
      if (!this.#columns.includes(name)) this.#columns.push(name);
      this.#set(row, name, FAILED);
      const told = await Promise.race([act(), tooLong()]);
      this.#set(row, name, told ?? OK);
    };
    try {
      await scene(row, step);
    } catch (failure) {
      this.#failures.push({ row, text: `${row.name}: ${current}: ${failure.stack}\n${await whenFailed(row)}` });
    }
  }

  #set(row, column, outcome) {
    this.#cells.set(`${row.name}/${column}`, outcome);
  }

  /** The table, a line each. */
  lines() {
    const table = [['', ...this.#columns], ...this.#rows.map((row) => [row.name, ...this.#columns.map((name) => this.#cells.get(`${row.name}/${name}`) ?? '-')])];
    const widths = table[0].map((_, column) => Math.max(...table.map((line) => line[column].length)));
    return table.map((line) => `clients: ${line.map((cell, column) => cell.padEnd(widths[column])).join('  ')}`.trimEnd());
  }

  /** Prints the table, and throws if any step of any row failed. */
  finish() {
    console.log(this.lines().join('\n'));
    if (this.#failures.length > 0) throw new Error(this.#failures.map(({ text }) => text).join('\n\n'));
  }
}
