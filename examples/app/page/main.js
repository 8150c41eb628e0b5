// Joins the page, the unmodified session client, and the observer below it.
//
// The client decides alone when to refresh. This page only calls `fetch`, and shows what it sees: every request on the wire
// (wire.js), the client's own events, and the client's cookie, which also other tabs change (session.js).

import SuperTokens from 'supertokens-website';

import { showWay } from './diagram.js';
import { find } from './find.js';
import { clearLog, clockTime, log } from './log.js';
import { clientHasAsked, currentSession, userIdText } from './session.js';
import { AUTH_BASE_PATH, firstVisit, observeFetch, routeOf } from './wire.js';

const TICK_MILLISECONDS = 250;
const AUTO_CALL_MILLISECONDS = 2000;

/** The session as last seen; null while signed out. */
let session = null;
/** How long the current access token had to live when it was first seen here: the full length of the bar. */
let lifetimeMilliseconds = 1;
/** The front token whose end has been logged, so that it is logged once. */
let expiredToken = null;
/** The last refusal on the wire: the reason when the client then says that the session is over. */
let lastRefusal = null;
/** Failures of `fetch` that are in the log already. */
const loggedFailures = new WeakSet();
let edgeOnlyCount = 0;
let originCount = 0;
let refreshCount = 0;
let autoCall = null;

// --- Set-up: observer first, then the client on top of it -------------------------------------------------------------------

observeFetch(onCall);

SuperTokens.init({
  apiDomain: location.origin,
  apiBasePath: AUTH_BASE_PATH,
  onHandleEvent,
  // Has to hand on what it was given; here it is only a place to notice that a refresh begins.
  preAPIHook: async ({ action, url, requestInit }) => {
    if (action === 'REFRESH_SESSION' && session) find('expires-in').textContent = 'refreshing …';
    return { url, requestInit };
  },
});

on('log-clear', 'click', clearLog);
on('who-ask', 'click', askWho);
on('data-reload', 'click', readData);
on('counter-add', 'click', addOne);
on('call-api', 'click', callApi);
on('sign-out', 'click', () => SuperTokens.signOut());
on('auto-call', 'change', (event) => setAutoCall(event.target.checked));
document.getElementById('login').addEventListener('submit', guarded(logIn));
document.addEventListener('visibilitychange', () => follow('elsewhere'));
setInterval(tick, TICK_MILLISECONDS);
guarded(start)();

async function start() {
  follow('load');
  if (session) {
    await loadSession();
  } else if (!clientHasAsked()) {
    // Only HttpOnly cookies could hold a session now, so the client has to ask: once per browser, not once per page.
    await SuperTokens.doesSessionExist();
  }
}

// --- What the person does ---------------------------------------------------------------------------------------------------

async function logIn(event) {
  event.preventDefault();
  const error = find('login-error');
  error.textContent = '';
  let body;
  try {
    body = loginBody();
  } catch (problem) {
    error.textContent = problem.message;
    return;
  }
  const response = await fetch('/login', { method: 'POST', headers: { 'content-type': 'application/json' }, body });
  if (response.ok) {
    event.target.reset();
  } else {
    const { code, detail } = await response.json().catch(() => ({}));
    error.textContent = detail ?? code ?? `The log-in was refused with status ${response.status}.`;
  }
}

/** The JSON is sent as it was typed, not parsed and printed again: numbers and spelling arrive as they are. */
function loginBody() {
  const user = find('login-user').value;
  const asNumber = find('login-number').checked;
  if (asNumber && !/^-?\d+$/.test(user)) throw new Error('As a number, the user id can only be a whole number.');
  const members = [`"userId":${asNumber ? BigInt(user) : JSON.stringify(user)}`];
  for (const [member, field] of [['jwtPayload', 'login-payload'], ['sessionData', 'login-data']]) {
    const text = find(field).value.trim();
    if (text === '') continue;
    try {
      JSON.parse(text);
    } catch {
      throw new Error(`${member} is not valid JSON. A word alone needs quotes: "like this".`);
    }
    members.push(`"${member}":${text}`);
  }
  return `{${members.join(',')}}`;
}

async function loadSession() {
  await askWho();
  if (session) await readData();
}

async function askWho() {
  const response = await fetch(`${AUTH_BASE_PATH}/session`);
  if (!response.ok) return;
  const who = await response.json();
  find('who-user').textContent = userIdText(who.userId);
  find('who-handle').textContent = who.handle;
  find('who-payload').textContent = 'jwtPayload' in who ? pretty(who.jwtPayload) : 'none';
}

async function readData() {
  const response = await fetch(`${AUTH_BASE_PATH}/session/data`);
  if (response.ok) {
    const { data, version } = await response.json();
    find('session-data').textContent = data === undefined ? 'nothing stored yet' : pretty(data);
    find('data-version').textContent = version;
    find('counter-value').textContent = Number.isInteger(data?.counter) ? data.counter : 0;
  } else if (response.status === 404) {
    // SESSION_DATA_ACCESS is "off": the browser may not see the data, but the app may.
    find('session-data').textContent = 'hidden from browsers by the edge';
    const answer = await fetch('/api/counter');
    if (answer.ok) find('counter-value').textContent = (await answer.json()).counter;
  }
}

async function addOne() {
  const response = await fetch('/api/counter', { method: 'POST' });
  if (!response.ok) return;
  find('counter-value').textContent = (await response.json()).counter;
  await readData();
}

async function callApi() {
  const response = await fetch('/api/me');
  const text = await response.text();
  const answer = find('api-answer');
  answer.dataset.status = response.status;
  answer.textContent = `HTTP ${response.status}\n${prettyText(text)}`;
}

function setAutoCall(wanted) {
  clearInterval(autoCall);
  find('auto-call').checked = wanted;
  if (!wanted) return;
  const call = guarded(callApi);
  autoCall = setInterval(call, AUTO_CALL_MILLISECONDS);
  call();
}

// --- What is seen -----------------------------------------------------------------------------------------------------------

function onCall(answered) {
  // The client has not touched its cookies yet: did this browser hold a session when it asked?
  const call = { ...answered, cookieless: !session };
  const { links, verified, caption, unreached } = routeOf(call);
  const request = `${call.method} ${call.path}`;
  const welcome = firstVisit(call);
  const refused = !welcome && (call.status === 0 || call.status >= 400);

  showWay({ links, title: `${request}:`, caption, refused, unreached });
  const reachedOrigin = links.includes('origin-database');
  if (reachedOrigin) find('origin-count').textContent = originCount += 1;
  if (verified && !reachedOrigin && !refused) find('verified-count').textContent = edgeOnlyCount += 1;

  if (call.status === 0) {
    loggedFailures.add(call.failure);
    log('failed', 'no answer. Is the edge running?', request);
  } else if (welcome) {
    log('info', `→ 401 ${call.code}: the client asks once whether this browser has a session; it has none yet`, request);
  } else if (refused) {
    lastRefusal = call;
    log(call.status >= 500 ? 'failed' : 'refused', `→ ${call.status} ${reasonOf(call)}`, request);
  } else if (verified) {
    // What hands a token out, or takes it back, is logged as what it means: by the client's events.
    log('verified', `→ ${call.status}, ${caption} (${Math.max(1, Math.round(call.milliseconds))} ms)`, request);
  }
}

function onHandleEvent({ action }) {
  switch (action) {
    case 'SESSION_CREATED':
      follow('created');
      break;
    case 'REFRESH_SESSION':
      find('refresh-count').textContent = refreshCount += 1;
      follow('refreshed');
      break;
    case 'SIGN_OUT':
      follow('signed-out');
      break;
    case 'UNAUTHORISED':
      follow('ended');
      break;
  }
}

/**
 * Looks at what the browser holds now, and shows and logs the difference to before. `cause` is why we look; for `elsewhere`
 * nothing happened in this page, so a difference is another tab's doing.
 */
function follow(cause) {
  const before = session;
  const now = currentSession();
  if (before?.token === now?.token) return;
  session = now;
  if (now) lifetimeMilliseconds = Math.max(1, now.expiresAt - Date.now());
  showState();

  if (now && !before) {
    if (cause === 'elsewhere') log('logged-in', `in another tab, as ${userIdText(now.userId)}; ${validity(now)}`);
    else if (cause === 'created') log('logged-in', `as ${userIdText(now.userId)}; ${validity(now)}`);
    else if (cause === 'load') log('info', `this browser holds a session of ${userIdText(now.userId)}`);
    if (cause !== 'load') guarded(loadSession)();
  } else if (now) {
    const who = now.userId === before.userId ? '' : ` as ${userIdText(now.userId)}`;
    log('refreshed', `${cause === 'elsewhere' ? 'by another tab' : 'silently'}${who}; ${validity(now)}`);
    if (cause === 'elsewhere' && who) guarded(loadSession)();
  } else if (cause === 'ended') {
    log('ended', `the session is over: ${lastRefusal ? reasonOf(lastRefusal) : 'the server no longer knows it'}`);
  } else {
    log('signed-out', cause === 'elsewhere' ? 'in another tab' : 'the session is deleted and the cookies are cleared');
  }
}

function tick() {
  follow('elsewhere');
  if (!session) return;
  const left = session.expiresAt - Date.now();
  const expired = left <= 0;
  document.getElementById('expires-label').textContent = expired ? 'access token' : 'access token expires in';
  find('expires-in').textContent = expired ? 'expired: the next call refreshes silently' : `${Math.ceil(left / 1000)} s`;
  document.getElementById('countdown').classList.toggle('expired', expired);
  document.getElementById('bar').style.inlineSize = `${Math.max(0, (100 * left) / lifetimeMilliseconds)}%`;
  if (expired && expiredToken !== session.token) {
    expiredToken = session.token;
    log('expired', 'the access token is past its end: the next call refreshes silently');
  }
}

function showState() {
  const signedIn = session !== null;
  find('state').textContent = signedIn ? 'signed-in' : 'signed-out';
  document.body.classList.toggle('signed-in', signedIn);
  document.getElementById('login').hidden = signedIn;
  document.getElementById('who').hidden = !signedIn;
  document.getElementById('data').hidden = !signedIn;
  if (signedIn) {
    find('who-user').textContent = userIdText(session.userId);
    tick();
    return;
  }
  setAutoCall(false);
  for (const name of ['who-user', 'who-handle', 'who-payload', 'expires-in']) find(name).textContent = '';
  find('counter-value').textContent = '0';
  find('session-data').textContent = 'nothing stored yet';
  find('data-version').textContent = '?';
}

// --- Words ------------------------------------------------------------------------------------------------------------------

function reasonOf({ status, code, errType, detail }) {
  const number = errType === undefined ? '' : ` (${errType})`;
  return code === undefined ? `status ${status}` : `${code}${number}${detail ? `: ${detail}` : ''}`;
}

function validity({ expiresAt }) {
  return `the access token is good until ${clockTime(new Date(expiresAt))}`;
}

function pretty(value) {
  return JSON.stringify(value, null, 2);
}

function prettyText(text) {
  try {
    return pretty(JSON.parse(text));
  } catch {
    return text;
  }
}

// --- Plumbing ---------------------------------------------------------------------------------------------------------------

function on(name, event, action) {
  find(name).addEventListener(event, guarded(action));
}

/** A failed call is in the log already: the observer put it there. Anything else is a fault of this page, and must be seen. */
function guarded(action) {
  return async (event) => {
    try {
      await action(event);
    } catch (failure) {
      if (failure instanceof Response || loggedFailures.has(failure)) return;
      log('failed', failure.message);
      throw failure;
    }
  };
}
