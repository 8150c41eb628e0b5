// The least that a gateway can do: it passes the request on as it is.

export default {
  fetch(request, env) {
    return env.UPSTREAM.fetch(request);
  },
};
