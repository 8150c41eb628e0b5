// Calls the built verifier inside workerd. What is tried stands here too where it is too much to send.

import { Verifier } from "./index.js";

const { verifyAccessToken } = Verifier.prototype;

export default {
  async fetch(request) {
    const body = await request.json();
    const answers = { "/verdicts": verdicts, "/mutations": mutations, "/arguments": oddArguments };
    return Response.json(answers[new URL(request.url).pathname](body));
  },
};

// The verdict of one token: `accepted`, or the refusal's name.
function judge({ keySet, issuer, maxValiditySeconds, now }) {
  const keys = JSON.stringify(keySet);
  return (token) => verdict(() => verifyAccessToken(token, keys, issuer, maxValiditySeconds, now));
}

function verdict(verify) {
  try {
    const claims = JSON.parse(verify());
    return claims.sub === undefined ? "accepted without claims" : "accepted";
  } catch (error) {
    // A panic of Rust would come as a RuntimeError, with another message.
    return error.message;
  }
}

function verdicts(body) {
  return body.tokens.map(judge(body));
}

// Every bit flip, and every edit, insertion and deletion of one character of ASCII.
function mutations(body) {
  const say = judge(body);
  const { token } = body;
  const told = {};
  const accepted = [];
  const attempt = (mutation) => {
    const name = say(mutation);
    told[name] = (told[name] ?? 0) + 1;
    if (name === "accepted" && accepted.length < 10) accepted.push(mutation);
  };
  if (say(token) !== "accepted") throw new Error("the token itself is refused");

  const parts = token.split(".").map((part) => Uint8Array.fromBase64(part, { alphabet: "base64url" }));
  for (const [place, bytes] of parts.entries()) {
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const flipped = bytes.slice();
      flipped[bit >> 3] ^= 1 << (bit & 7);
      const spelled = parts.map((part, index) => (index === place ? flipped : part).toBase64({ alphabet: "base64url", omitPadding: true }));
      attempt(spelled.join("."));
    }
  }
  for (let index = 0; index <= token.length; index++) {
    const [before, after] = [token.slice(0, index), token.slice(index)];
    for (let code = 0; code < 128; code++) {
      const character = String.fromCharCode(code);
      attempt(before + character + after);
      if (after !== "" && after[0] !== character) attempt(before + character + after.slice(1));
    }
    if (after !== "") attempt(before + after.slice(1));
  }
  // Half a character of UTF-16, which Rust never sees as such.
  for (const half of ["\ud800", "\udc00"]) {
    attempt(token + half);
    attempt(half + token);
  }
  return { told, accepted };
}

// Arguments that no caller should give.
function oddArguments({ keySet, issuer, maxValiditySeconds, now, token }) {
  const keys = JSON.stringify(keySet);
  return [
    [token, keys, issuer, NaN, now],
    [token, keys, issuer, maxValiditySeconds, -1],
    [token, keys, issuer, maxValiditySeconds, now + 0.5],
    [token, keys, issuer, maxValiditySeconds, Infinity],
    [token, keys, issuer, maxValiditySeconds, 2 ** 53],
    [token, "", issuer, maxValiditySeconds, now],
    [token, "{}", issuer, maxValiditySeconds, now],
    [token, "[]", issuer, maxValiditySeconds, now],
    [token, '{"keys":[]}', issuer, maxValiditySeconds, now],
    [token, keys, "", maxValiditySeconds, now],
    [token, keys, issuer, 0, now],
    ["", keys, issuer, maxValiditySeconds, now],
    [token, keys, issuer, maxValiditySeconds, now],
  ].map((given) => verdict(() => verifyAccessToken(...given)));
}
