// What the browser knows about its session without asking anybody.

/**
 * The session that this browser holds: `{token, userId, expiresAt}`, or `null`.
 *
 * Read afresh each time from the cookie in which the session client keeps the `front-token` header, because another tab may have
 * logged in, refreshed or signed out meanwhile. `expiresAt` is the access token's end in Unix milliseconds. The tokens
 * themselves are out of reach of any script: their cookies are HttpOnly.
 */
export function currentSession() {
  const token = cookie('sFrontToken');
  if (!token) return null;
  try {
    const bytes = Uint8Array.from(atob(token), (character) => character.charCodeAt(0));
    const { uid, ate } = JSON.parse(new TextDecoder().decode(bytes));
    return { token, userId: uid, expiresAt: ate };
  } catch {
    // Not written by the client, or by another version of it: as good as none.
    return null;
  }
}

/** False only before the session client has asked the server for the first time. */
export function clientHasAsked() {
  return Boolean(cookie('st-last-access-token-update'));
}

/** A user id as people can read it, so that the number 1 and the string "1" look different. */
export function userIdText(userId) {
  const plain = typeof userId === 'number' || (/^[^\s"\p{C}][^\s\p{C}]*$/u.test(userId) && !/^(0|-?[1-9]\d*)$/.test(userId));
  return plain ? String(userId) : JSON.stringify(userId);
}

function cookie(name) {
  const start = `${name}=`;
  return document.cookie
    .split('; ')
    .find((pair) => pair.startsWith(start))
    ?.slice(start.length);
}
