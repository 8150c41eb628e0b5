// What the driver of a story finds on a page: the client's own functions under one set of names, and `window.fetch` as the client has replaced it.
// Everything that is told has to be JSON, because it goes to another process.

/**
 * Puts `window.client` there. `client` has the functions that differ from client to client: `init(settings)`, `signOut()`, `doesSessionExist()`,
 * `refresh()` and, where it knows, `userId()`. Events that a client reports go to `note`.
 */
export function expose(client) {
  let api;

  // An app on the API's own origin asks by path alone, one elsewhere by the whole URL: clients treat the two differently.
  const url = (path) => (api === location.origin ? path : api + path);

  const call = async (method, path, body) => {
    const options = { method };
    if (body !== undefined) Object.assign(options, { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } });
    try {
      const response = await fetch(url(path), options);
      return { status: response.status, body: await response.json().catch(() => null) };
    } catch (failure) {
      return { failure: words(failure) };
    }
  };

  window.client = {
    events: [],
    init(settings) {
      api = settings.api;
      client.init({ ...settings, url, call, note: (event) => this.events.push(event) });
    },
    call,
    callTogether: (count, method, path) => Promise.all(Array.from({ length: count }, () => call(method, path))),
    signOut: () => client.signOut(),
    refresh: () => client.refresh(),
    async userId() {
      return client.userId?.();
    },
    async doesSessionExist() {
      return client.doesSessionExist();
    },
    /** Calls at every multiple of `stepMs` of the clock, so that several tabs do at the same moments, until `endMs`. Tells every answer but 200. */
    async callInStep(method, path, stepMs, endMs) {
      const told = { calls: 0, others: [] };
      while (Date.now() < endMs) {
        await new Promise((resolve) => setTimeout(resolve, stepMs - (Date.now() % stepMs)));
        const answer = await call(method, path);
        told.calls += 1;
        if (answer.status !== 200) told.others.push(answer);
      }
      return told;
    },
  };
}

// Some clients throw the response of a refresh that failed.
function words(failure) {
  return failure instanceof Response ? `response ${failure.status}` : String(failure);
}
