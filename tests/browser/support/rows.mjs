// Which clients, and where their pages come from: the rows of every table.

import { required } from './environment.mjs';

/** The version to which frontends move on. */
export const NEWEST = '20.1.6';

// The older two know no refresh without a session; the newest asks once whether there is one. The oldest does not know who is logged in.
const CLIENTS = [
  { version: '4.2.0', transfer: 'cookie', anonymousRefreshes: 0, tellsUser: false },
  { version: '5.1.1', transfer: 'cookie', anonymousRefreshes: 0, tellsUser: true },
  { version: NEWEST, transfer: 'cookie', anonymousRefreshes: 1, tellsUser: true },
  { version: NEWEST, transfer: 'header', anonymousRefreshes: 1, tellsUser: true },
];

/** What holds unless a deployment says otherwise. */
const USUAL = { expiredStatus: 401, refreshPath: '/auth/session/refresh', cookies: ['sAccessToken', 'sIdRefreshToken', 'sRefreshToken'] };

/** Pages of the edge's own origin. `fetchSite` is how a browser calls the relation of page and API. */
export const SAME_ORIGIN = { place: 'same origin', page: required('WAYLEAVE_URL'), api: required('WAYLEAVE_URL'), fetchSite: 'same-origin' };

/** Pages of a host beside that of the API. */
export const CROSS_ORIGIN = { place: 'cross origin', page: required('WAYLEAVE_PAGE_ORIGIN'), api: required('WAYLEAVE_SIBLING_URL'), fetchSite: 'same-site' };

/** Pages of another site. */
export const CROSS_SITE = { place: 'cross site', page: required('WAYLEAVE_PAGE_ORIGIN'), api: required('WAYLEAVE_URL'), fetchSite: 'cross-site' };

/**
 * Every client with pages from each of the places: `{ name, user, version, transfer, anonymousRefreshes, tellsUser, place, page, api,
 * fetchSite, thirdPartyCookies, expiredStatus, refreshPath, cookies }`.
 */
export function rows(...places) {
  return CLIENTS.flatMap((client) =>
    places.map((place) => {
      const name = `${client.version} ${client.transfer}, ${place.place}`;
      // Cookies at another site are what most browsers refuse unless they are told otherwise. Headers pass everywhere.
      const thirdPartyCookies = place === CROSS_SITE && client.transfer === 'cookie';
      return { ...client, ...place, ...USUAL, name, user: `Zoë with ${name}`, thirdPartyCookies };
    }),
  );
}

/** The same rows at a deployment that is set up as one of the documented system was: other names, another status, and a refresh route that the app named. */
export function asDocumented(rows) {
  return rows.map((row) => {
    // Only the oldest client is told where to refresh; the others know.
    const refreshPath = row.version === '4.2.0' ? '/renew' : USUAL.refreshPath;
    return { ...row, name: `${row.name}, 440`, expiredStatus: 440, refreshPath, cookies: ['app-access', 'app-mark', 'app-refresh'] };
  });
}
