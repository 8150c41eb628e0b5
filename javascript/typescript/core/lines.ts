import { mustBeOpen, type HeaderSink } from "./response.js";

/** Finished header lines for the browser, as the origin makes them. */
export interface BrowserLines {
  /** One `Set-Cookie` header each. */
  setCookie: string[];
  /** Other headers by name. */
  headers: Record<string, string>;
}

/** Puts lines on a response, in one go. What it says already stays, but for our own cookies and headers of before. */
export function putLines(sink: HeaderSink, lines: BrowserLines | undefined): void {
  if (lines === undefined) return;
  const headers = Object.entries(lines.headers);
  if (lines.setCookie.length + headers.length === 0) return;
  mustBeOpen(sink);
  if (lines.setCookie.length > 0) {
    const replaced = new Set(lines.setCookie.map(identity));
    const others = sink.get("set-cookie").filter((line) => !replaced.has(identity(line)));
    sink.set("set-cookie", [...others, ...lines.setCookie]);
  }
  for (const [name, value] of headers) {
    if (LISTS.has(name.toLowerCase())) addWords(sink, name.toLowerCase(), value.split(","));
    else sink.set(name.toLowerCase(), [value]);
  }
  // What gives or takes tokens is for one browser alone.
  sink.set("cache-control", ["no-store"]);
}

/** Adds words to a header that is a list, each at most once. */
export function addWords(sink: HeaderSink, name: string, words: readonly string[]): void {
  const all = [...sink.get(name).flatMap((value) => value.split(",")), ...words].map((word) => word.trim());
  const once = new Map<string, string>();
  for (const word of all) if (word !== "" && !once.has(word.toLowerCase())) once.set(word.toLowerCase(), word);
  sink.set(name, [[...once.values()].join(", ")]);
}

/** What tells one cookie from another (RFC 6265 section 5.3): name, domain and path. */
function identity(line: string): string {
  const [pair = "", ...attributes] = line.split(";").map((part) => part.trim());
  const attribute = (name: string): string =>
    attributes.find((text) => text.toLowerCase().startsWith(`${name}=`))?.slice(name.length + 1) ?? "";
  return [pair.split("=")[0], attribute("domain").toLowerCase(), attribute("path")].join(";");
}

const LISTS = new Set(["access-control-expose-headers", "vary"]);
