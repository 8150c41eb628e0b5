// Writes the seeds of the fuzz targets into fuzz/corpus, from the test vectors: tokens as they are, and their headers and claims,
// which the target signs again.

import { mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const root = join(import.meta.dirname, "..");
const vectors = join(root, "tests/vectors");

function write(target, seeds) {
  const folder = join(root, "fuzz/corpus", target);
  mkdirSync(folder, { recursive: true });
  for (const [name, seed] of seeds.entries()) writeFileSync(join(folder, `seed-${name}`), seed);
}

const files = readdirSync(vectors).map((name) => JSON.parse(readFileSync(join(vectors, name), "utf8")));
const tokens = files.flatMap((file) => file.vectors.map((vector) => vector.token));

const decoded = tokens
  .filter((token) => token.split(".").length === 3)
  .map((token) => token.split(".").slice(0, 2).map((part) => Buffer.from(part, "base64url")))
  // A line feed parts the two, so the header has none.
  .filter(([header]) => !header.includes(10))
  .map(([header, claims]) => Buffer.concat([header, Buffer.from("\n"), claims]));

write("token", [...tokens.filter((token) => !token.includes("\n")), ...decoded]);
write("key_set", files.flatMap((file) => [file.keySet, ...file.keySet.keys.map((key) => ({ keys: [key] }))]).map((set) => JSON.stringify(set)));
write("cookie", [
  "",
  "sAccessToken=a.b.c",
  "theme=dark; sAccessToken=a.b.c; sRefreshToken=r; sIdRefreshToken=i",
  "sAccessToken=; sAccessToken=a",
  "sAccessToken=a; sAccessToken=a",
  " sAccessToken = a=b ;\tsRefreshToken=\"r\"",
]);
const cursor = "AAAAAAAAAAAAAAAAAAAAAA.1";
const page = { iss: "https://id.example", iat: 1700000000, cursor, restart: true, more: false, sessions: [], users: [], keys: [] };
write("feed", [JSON.stringify(page), JSON.stringify({ ...page, since: cursor }), tokens[0]]);
