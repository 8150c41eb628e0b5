// What the test program hands over. The only place of the stories that reads the environment.

import assert from 'node:assert/strict';

/** A variable that has to be there. */
export function required(variable) {
  const value = process.env[variable];
  assert.ok(value, `${variable} is not set: "make test" sets it`);
  return value;
}
