// Every vector in Node.

import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { wrongVerdicts } from "./judge.mjs";

const folder = process.env.WAYLEAVE_VECTORS;
let count = 0;
for (const file of readdirSync(folder)) {
  const vectors = JSON.parse(readFileSync(join(folder, file), "utf8"));
  const wrong = await wrongVerdicts({ name: file, ...vectors });
  if (wrong.length > 0) throw new Error(wrong.join("\n"));
  count += vectors.vectors.length;
}
console.log(count);
