// node bench/peers/verifier-node.mjs INPUT [SECONDS]: microseconds of one verification by each in Node, as JSON.

import { readFileSync } from "node:fs";
import { loops } from "./verifier.mjs";

const [input, seconds = "1"] = process.argv.slice(2);
const wasm = new WebAssembly.Module(readFileSync(new URL("../../target/wasm/bench/verifier_bg.wasm", import.meta.url)));
const result = {};
for (const [side, run] of Object.entries(await loops(JSON.parse(readFileSync(input, "utf8")), wasm))) {
  const timed = async (times) => {
    const begun = performance.now();
    const good = await run(times);
    if (good !== times) throw new Error(`${side} refuses ${times - good} of ${times} good tokens`);
    return ((performance.now() - begun) * 1000) / times;
  };
  // Long enough for V8 to have compiled it a second time.
  await timed(3000);
  result[side] = await timed(Math.ceil((Number(seconds) * 1e6) / (await timed(1000))));
}
console.log(JSON.stringify(result));
