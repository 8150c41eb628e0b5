// Every vector in workerd.

import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { serve } from "./workerd.mjs";

const worker = await serve(`import { wrongVerdicts } from "./judge.mjs";
export default { fetch: async (request) => Response.json(await wrongVerdicts(await request.json())) };`);
try {
  const folder = process.env.WAYLEAVE_VECTORS;
  let count = 0;
  for (const file of readdirSync(folder)) {
    const vectors = JSON.parse(readFileSync(join(folder, file), "utf8"));
    const response = await fetch(worker.url, { method: "POST", body: JSON.stringify({ name: file, ...vectors }) });
    const text = await response.text();
    if (text !== "[]") throw new Error(text);
    count += vectors.vectors.length;
  }
  console.log(count);
} finally {
  worker.stop();
}
