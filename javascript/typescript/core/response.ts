import { generalError, wrongArgument } from "./error.js";
import { isHeaders, isObject } from "./request.js";

/** Where headers are put, whatever the framework. */
export interface HeaderSink {
  /** Every value of this name. */
  get(name: string): string[];
  /** Exactly these values of this name. */
  set(name: string, values: string[]): void;
  /** Why nothing can be put any more, if so. */
  closed(): string | undefined;
}

/** What headers are put on: `Headers`, a `Response`, or anything that has `headers`, such as `c.res` of Hono. */
export type FetchResponse = Headers | { readonly headers: Headers };

/** A response of `node:http`, as Express and Connect have it. */
export interface NodeResponse {
  getHeader(name: string): number | string | string[] | undefined;
  setHeader(name: string, value: string | readonly string[]): unknown;
}

/** A reply of Fastify. */
export interface FastifyReply {
  getHeader(name: string): number | string | string[] | undefined;
  header(name: string, value: string | string[]): unknown;
  removeHeader(name: string): unknown;
}

/** A response of the Fetch standard. */
export function ofFetch(res: unknown): HeaderSink {
  const headersOf = (): unknown => (isObject(res) && !isHeaders(res) ? res["headers"] : res);
  if (!isHeaders(headersOf())) throw wrongArgument("res", "Headers, a Response, or an object with headers: Headers", res);
  // Asked for each time: a framework may have put another response in the place of the first.
  const headers = (): Headers => headersOf() as Headers;
  return {
    get(name) {
      if (name === "set-cookie") return headers().getSetCookie();
      const value = headers().get(name);
      return value === null ? [] : [value];
    },
    set(name, values) {
      headers().delete(name);
      for (const value of values) headers().append(name, value);
    },
    closed() {
      try {
        headers().delete("x-wayleave-probe");
        return undefined;
      } catch {
        return "its headers are immutable: make a new Response of it first";
      }
    },
  };
}

/** A response of `node:http`, or a reply of Fastify. */
export function ofNode(res: unknown): HeaderSink {
  const response = res as Partial<NodeResponse & FastifyReply> & { headersSent?: boolean; sent?: boolean };
  const has = (method: string): boolean => isObject(res) && typeof res[method] === "function";
  const isFastify = has("getHeader") && has("header") && has("removeHeader") && isObject((res as { raw?: unknown }).raw);
  if (!isFastify && !(has("getHeader") && has("setHeader"))) {
    throw wrongArgument("res", "a response of node:http, Express or Connect, or a reply of Fastify", res);
  }
  return {
    get(name) {
      const value = response.getHeader!(name);
      return value === undefined ? [] : Array.isArray(value) ? value.map(String) : [String(value)];
    },
    set(name, values) {
      const value = name === "set-cookie" ? values : values.join(", ");
      if (isFastify) {
        // Fastify adds cookies to those that are there.
        response.removeHeader!(name);
        response.header!(name, value);
      } else {
        response.setHeader!(name, value);
      }
    },
    closed: () => (response.headersSent || response.sent ? "it has been sent already" : undefined),
  };
}

/** Refuses a response that could not take what would be put on it. */
export function mustBeOpen(sink: HeaderSink): void {
  const reason = sink.closed();
  if (reason !== undefined) throw generalError("response_sent", `res cannot be changed: ${reason}`);
}
