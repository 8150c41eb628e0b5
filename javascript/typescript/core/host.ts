import type { LogLevel, Options } from "./options.js";

/** What the verifier needs of the platform. Called from Wasm, which must not be left by an exception: none of these throws. */
export interface Host {
  /** Unix milliseconds. */
  now(): number;
  /** A line of the log as JSON. */
  log(level: LogLevel, line: string): void;
  /** Work that no answer waits for. Never rejects. */
  waitUntil(work: Promise<unknown>): void;
  /** Waits. */
  sleep(ms: number): Promise<void>;
  /** Asks the origin. The headers are names and values in turn. Never rejects. */
  fetch(
    method: string,
    url: string,
    headers: string[],
    body: Uint8Array<ArrayBuffer> | undefined,
    timeoutMs: number,
    maxBytes: number,
  ): Promise<OriginAnswer>;
}

/** An answer of the origin, or why there is none: `timeout`, `too_large`, or the reason in words. */
export type OriginAnswer =
  | { failure?: undefined; status: number; contentType: string | undefined; body: Uint8Array }
  | { failure: string };

/** The platform that the options ask for. */
export function hostOf(options: Options): Host {
  const { log = logToConsole, waitUntil } = options;
  const ask = options.origin?.fetch ?? ((url: string, init: RequestInit) => globalThis.fetch(url, init));
  return {
    now: () => Date.now(),
    log: (level, line) => quietly(() => log(level, JSON.parse(line) as Record<string, string>)),
    waitUntil: (work) => quietly(() => waitUntil?.(work)),
    sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
    async fetch(method, url, headers, body, timeoutMs, maxBytes) {
      const abort = new AbortController();
      const timer = setTimeout(() => abort.abort(), timeoutMs);
      try {
        const pairs: [string, string][] = [];
        for (let at = 0; at + 1 < headers.length; at += 2) pairs.push([headers[at]!, headers[at + 1]!]);
        // The service key goes where it was sent, and nowhere else.
        const init: RequestInit = { method, headers: pairs, redirect: "manual", signal: abort.signal };
        if (body !== undefined) init.body = body;
        return await read(await ask(url, init), maxBytes);
      } catch (error) {
        return { failure: abort.signal.aborted ? "timeout" : reasonOf(error) };
      } finally {
        clearTimeout(timer);
      }
    },
  };
}

function quietly(act: () => void): void {
  try {
    act();
  } catch (error) {
    console.error("wayleave: a function of the options threw", error);
  }
}

function logToConsole(level: LogLevel, line: Record<string, string>): void {
  const text = `wayleave: ${JSON.stringify(line)}`;
  if (level === "error") console.error(text);
  else console.warn(text);
}

async function read(response: Response, maxBytes: number): Promise<OriginAnswer> {
  const { status, headers } = response;
  const reader = response.body?.getReader();
  const chunks: Uint8Array[] = [];
  let length = 0;
  while (reader !== undefined) {
    const { done, value } = await reader.read();
    if (done) break;
    length += value.byteLength;
    if (length > maxBytes) {
      await reader.cancel();
      return { failure: "too_large" };
    }
    chunks.push(value);
  }
  const body = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    body.set(chunk, at);
    at += chunk.byteLength;
  }
  return { status, contentType: headers.get("content-type") ?? undefined, body };
}

/** Of a failed connection Node says only in the cause what it was. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return "the connection failed";
  const cause = error.cause instanceof Error ? error.cause.message || (error.cause as { code?: string }).code : undefined;
  return cause ? `${error.message}: ${cause}` : error.message;
}
