// Asks `jose` about tokens. Reads one JSON document, a list of settings with tokens, and prints for each a list of verdicts:
// `accepted`, or the code of jose's error. jose is told all that it can be told about our tokens.

import { createLocalJWKSet, jwtVerify } from "jose";
import { text } from "node:stream/consumers";

const answers = [];
for (const { keySet, issuer, now, tokens } of JSON.parse(await text(process.stdin))) {
  const keys = createLocalJWKSet(keySet);
  const options = {
    algorithms: ["EdDSA"],
    typ: "at+jwt",
    issuer,
    requiredClaims: ["sub", "sid", "iat", "exp", "rth", "gen"],
    currentDate: new Date(now * 1000),
  };
  const verdicts = [];
  for (const token of tokens) {
    try {
      await jwtVerify(token, keys, options);
      verdicts.push("accepted");
    } catch (error) {
      verdicts.push(typeof error.code === "string" ? error.code : error.name);
    }
  }
  answers.push(verdicts);
}
process.stdout.write(JSON.stringify(answers));
