// The least that a worker can do: an answer that it knows beforehand. Also the app behind the gateways.

export default {
  fetch(_request, env) {
    return new Response(env.ANSWER, { headers: { "content-type": "application/json" } });
  },
};
