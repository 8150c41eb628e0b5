import { wrongArgument } from "./error.js";

/** What the verifier asks of a request, whatever it came with. */
export interface RequestSource {
  /** The method, in upper case. */
  readonly method: string;
  /** The absolute URL, as far as it is known. */
  readonly url: string;
  /** A header by its name in lower case; one that stands several times joined by `, `. */
  header(name: string): string | undefined;
}

/** A request of the Fetch standard: a `Request`, or anything with its method and headers. */
export interface FetchRequest {
  /** The method. */
  readonly method: string;
  /** The headers. */
  readonly headers: Headers;
  /** The absolute URL. Only `refreshSession` looks at it, where a browser does not say from which site a request comes. */
  readonly url?: string;
}

/** A request of `node:http` and of the frameworks upon it: Express, Connect, Fastify. */
export interface NodeRequest {
  /** The method. */
  readonly method?: string | undefined;
  /** The headers, by names in lower case. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Path and query. */
  readonly url?: string | undefined;
}

/** Reads a request of the Fetch standard. */
export function fromFetch(req: unknown): RequestSource {
  // Hono's request holds the real one.
  const request = (isObject(req) && isObject(req["raw"]) ? req["raw"] : req) as Partial<FetchRequest>;
  if (!isObject(request) || typeof request.method !== "string" || !isHeaders(request.headers)) {
    throw wrongArgument("req", "a Request, or an object with method and headers: Headers", req);
  }
  const { headers, url } = request;
  return {
    method: request.method.toUpperCase(),
    url: typeof url === "string" ? url : "",
    header: (name) => headers.get(name) ?? undefined,
  };
}

/** Reads a request of `node:http`. */
export function fromNode(req: unknown): RequestSource {
  const request = req as NodeRequest & Partial<NodeExtras>;
  if (!isObject(request) || typeof request.method !== "string" || !isObject(request.headers) || isHeaders(request.headers)) {
    throw wrongArgument("req", "a request of node:http, Express, Connect or Fastify", req);
  }
  return { method: request.method.toUpperCase(), url: urlOf(request), header: (name) => headerOf(request, name) };
}

interface NodeExtras {
  protocol: unknown;
  originalUrl: unknown;
  socket: { encrypted?: boolean } | null;
  headersDistinct: Record<string, string[] | undefined>;
  raw: NodeExtras;
}

/** Frameworks know whether a proxy in front may be believed about the scheme. */
function urlOf(request: NodeRequest & Partial<NodeExtras>): string {
  const host = request.headers["host"];
  if (typeof host !== "string") return "";
  const scheme = typeof request.protocol === "string" ? request.protocol : request.socket?.encrypted ? "https" : "http";
  const path = typeof request.originalUrl === "string" ? request.originalUrl : (request.url ?? "/");
  return `${scheme}://${host}${path.startsWith("/") ? path : "/"}`;
}

/** Of a header that must not stand twice Node keeps the first and says nothing; the others are here. */
function headerOf(request: NodeRequest & Partial<NodeExtras>, name: string): string | undefined {
  const distinct = (request.headersDistinct ?? request.raw?.headersDistinct)?.[name];
  if (name !== "cookie" && distinct !== undefined) return distinct.join(", ");
  const value = request.headers[name];
  return Array.isArray(value) ? value.join(", ") : value;
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

/** By its name, for there may be several classes of it. */
export function isHeaders(value: unknown): value is Headers {
  return Object.prototype.toString.call(value) === "[object Headers]";
}
