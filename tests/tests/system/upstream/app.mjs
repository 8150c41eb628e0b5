// An app behind the gateway that does what the tests ask for.

// Always the same one, so that what the process holds is not what the app left behind.
const piece = new Uint8Array(64 * 1024).fill(120);

let pulled = 0;
let sockets = 0;

export default {
  async fetch(request) {
    const url = new URL(request.url);
    const route = url.pathname.split("/").pop();
    return (routes[route] ?? notFound)(request, url);
  },
};

const notFound = () => new Response("no such route of the app", { status: 404 });

const routes = {
  // Tells what it sees.
  seen: (request) => Response.json(seen(request)),

  // Answers with these headers, a list of names and values.
  answer: (_, url) => {
    const headers = new Headers(JSON.parse(url.searchParams.get("headers")));
    return new Response("made by the app", { status: Number(url.searchParams.get("status") ?? 200), headers });
  },

  // Gives back each piece of the body as it comes.
  mirror: (request) => new Response(request.body),

  // Counts the body.
  count: async (request) => {
    let bytes = 0;
    for await (const piece of request.body) bytes += piece.length;
    return Response.json({ bytes });
  },

  // A body of so many bytes, a multiple of a piece, made as it is wanted.
  stream: (_, url) => {
    let left = Number(url.searchParams.get("bytes"));
    const body = new ReadableStream({
      pull(controller) {
        left -= piece.length;
        pulled += piece.length;
        controller.enqueue(piece);
        if (left === 0) controller.close();
      },
    });
    return new Response(body);
  },
  pulled: () => Response.json({ pulled }),

  // One event at once, the next when the page has nothing more to wait for: never.
  events: () => {
    const first = new TextEncoder().encode("data: first\n\n");
    const body = new ReadableStream({ start: (controller) => controller.enqueue(first) });
    return new Response(body, { headers: { "content-type": "text/event-stream" } });
  },

  // Begins to answer after so many milliseconds.
  late: async (_, url) => {
    await scheduler.wait(Number(url.searchParams.get("ms")));
    return new Response("at last");
  },

  // Answers at once, and ends after so many milliseconds.
  slow: (_, url) => {
    const { readable, writable } = new TransformStream();
    const write = async () => {
      const writer = writable.getWriter();
      await writer.write(new TextEncoder().encode("begun, "));
      await scheduler.wait(Number(url.searchParams.get("ms")));
      await writer.write(new TextEncoder().encode("done"));
      await writer.close();
    };
    write();
    return new Response(readable);
  },

  // Tells what it sees of the request that opens it, then says everything again.
  socket: (request, url) => {
    if (request.headers.get("upgrade") !== "websocket") return new Response("no socket", { status: 426 });
    sockets += 1;
    const [client, server] = Object.values(new WebSocketPair());
    server.accept();
    server.send(JSON.stringify(seen(request)));
    server.addEventListener("message", ({ data }) => server.send(data));
    const headers = new Headers(JSON.parse(url.searchParams.get("headers") ?? "[]"));
    return new Response(null, { status: 101, webSocket: client, headers });
  },
  sockets: () => Response.json({ sockets }),
};

const seen = (request) => ({
  method: request.method,
  url: request.url,
  headers: Object.fromEntries(request.headers),
});
