// Sees every request that leaves the page, also those that the session client makes and repeats by itself.

/** Where the edge's own routes are: its variable AUTH_BASE_PATH. */
export const AUTH_BASE_PATH = '/auth';

/**
 * Puts an observer under `window.fetch`. It has to be there before the session client wraps `fetch`: the client hides
 * the refusals that it answers with a refresh, and those are what this page is about.
 *
 * `onCall` gets `{method, path, status, code, errType, detail, handed, milliseconds}` after each answer. Where none came, `status`
 * is 0 and `failure` is what `fetch` throws; `code`, `errType` and `detail` are the refusal's, if it was one; `handed` is the
 * `front-token` header: a token, "remove", or null.
 */
export function observeFetch(onCall) {
  const send = window.fetch.bind(window);
  window.fetch = async (input, init) => {
    const request = input instanceof Request ? input : undefined;
    const method = (init?.method ?? request?.method ?? 'GET').toUpperCase();
    const path = new URL(request?.url ?? input, location.href).pathname;
    const started = performance.now();
    let response;
    try {
      response = await send(input, init);
    } catch (failure) {
      onCall({ method, path, status: 0, failure, handed: null, milliseconds: performance.now() - started });
      throw failure;
    }
    onCall({
      method,
      path,
      status: response.status,
      ...(await refusalOf(response)),
      handed: response.headers.get('front-token'),
      milliseconds: performance.now() - started,
    });
    return response;
  };
}

/** The members of a refusal, read from a copy: the body itself belongs to the caller. */
async function refusalOf(response) {
  if (response.ok || !response.headers.get('content-type')?.includes('json')) return {};
  try {
    const { code, errType, detail } = await response.clone().json();
    return { code, errType, detail };
  } catch {
    return {};
  }
}

/**
 * Which way a request went: `{links, verified, caption, unreached}`. `verified` says that the edge let it through by its token;
 * `unreached` names the part at the end of the way, if it gave no answer.
 *
 * The browser cannot see behind the edge. What is drawn here is what each route does by its contract (docs/api.md); that the
 * contract holds is what the system tests count at the origin.
 */
export function routeOf(call) {
  const route = routeOfAnswered(call);
  // Nobody is asked further once the origin cannot work: the way ends there.
  if (call.status !== 503) return route;
  const links = route.links.filter((link) => link !== 'origin-database');
  return { ...unverified(links, 'the origin cannot be reached now'), unreached: 'origin' };
}

function routeOfAnswered(call) {
  const edge = ['browser-edge'];
  const origin = [...edge, 'edge-origin', 'origin-database'];
  const app = [...edge, 'edge-app'];
  const refresh = call.path === `${AUTH_BASE_PATH}/session/refresh`;

  if (call.status === 0) return { ...unverified(edge, 'no answer: the edge cannot be reached'), unreached: 'edge' };
  if (call.code === 'cross_site_request') return unverified(edge, 'the edge takes it for another site’s doing');
  if (call.status === 401 && !refresh) return unverified(edge, 'refused at the edge, with no origin call');

  switch (call.path) {
    case `${AUTH_BASE_PATH}/session/refresh`:
      if (call.status === 200) return unverified(origin, 'the origin rotates the tokens in the database');
      if (firstVisit(call)) return unverified(edge, 'this browser has no session yet');
      return unverified(origin, 'the origin does not go on with this session');
    case `${AUTH_BASE_PATH}/signout`:
      return unverified(origin, 'the origin ends the session in the database');
    case '/login':
      if (call.code === 'access_token_too_large') {
        return unverified([...app, 'edge-origin'], 'the origin refuses: the token would not fit into a cookie');
      }
      if (!call.handed) return unverified(app, 'the app starts no session');
      return unverified(
        [...app, 'edge-origin', 'origin-database'],
        'the app says who it is, the edge starts the session at the origin',
      );
    case `${AUTH_BASE_PATH}/session`:
      return verified(edge, 'answered from the token, with no origin call');
    case `${AUTH_BASE_PATH}/session/data`:
      if (call.status === 404) return unverified(edge, 'the edge hides session data from browsers');
      return verified(origin, 'verified at the edge, then read at the origin');
    case '/api/counter':
      return verified([...app, 'app-origin', 'origin-database'], 'verified at the edge, then the app keeps its data at the origin');
    default:
      return verified(app, 'verified at the edge with no origin call, then passed to the app');
  }
}

/** The client's one question whether HttpOnly cookies hold a session that it cannot see. Its refusal is nothing to worry about. */
export function firstVisit(call) {
  return call.path === `${AUTH_BASE_PATH}/session/refresh` && call.status === 401 && call.cookieless;
}

function verified(links, caption) {
  return { links, verified: true, caption };
}

function unverified(links, caption) {
  return { links, verified: false, caption };
}
