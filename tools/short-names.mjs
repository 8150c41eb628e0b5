// Gives what a Wasm and its glue call each other the short names that wasm-opt chose: the long ones are read by nobody, and make up a fortieth of the worker.
//
//   wasm-opt … --minify-imports-and-exports-and-modules … | node tools/short-names.mjs FOLDER
//
// The mapping comes on standard input; FOLDER holds the scripts that wasm-bindgen wrote and those that use them.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const [folder] = process.argv.slice(2);
const { imports, exports } = JSON.parse(readFileSync(0, 'utf8'));
// The one module of which all imports are.
const MODULE = 'a';

const short = { imports: new Map(imports.map(([, name, to]) => [name, to])), exports: new Map(exports) };
const found = new Set();
const renamed = (names, name, before, after = '') => {
  const to = names.get(name);
  if (to === undefined) return undefined;
  found.add(name);
  return `${before}${to}${after}`;
};

for (const file of readdirSync(folder, { recursive: true }).filter((name) => name.endsWith('.js'))) {
  const path = join(folder, file);
  const text = readFileSync(path, 'utf8')
    .replaceAll(/^( +)(\w+)(: (?:async )?function\()/gm, (all, before, name, after) => renamed(short.imports, name, before, after) ?? all)
    .replaceAll(/^( +)(\w+)(: [\w.$]+,)$/gm, (all, before, name, after) => renamed(short.imports, name, before, after) ?? all)
    .replaceAll(/\b(wasm\.)(\w+)\b/g, (all, before, name) => renamed(short.exports, name, before) ?? all)
    .replaceAll(/"\.\/\w+_bg\.js"(?=: import0)/g, `"${MODULE}"`);
  writeFileSync(path, text);
}

// An import that was not renamed would be missing when the Wasm is loaded, and be found out only then.
const missed = [...short.imports.keys()].filter((name) => !found.has(name));
if (missed.length > 0) throw new Error(`short-names: the glue has no ${missed.join(', ')}`);
