// Headers in one crossing each way. A name or value cannot hold a line feed (Fetch standard, section 2.2).

/** All names, each once. */
export function names(headers) {
  return [...headers.keys()].join("\n");
}

/** Removes and sets, in this order: what is removed as lines of names, what is set as lines of name and value in turn. */
export function edit(headers, removed, set) {
  if (removed !== "") for (const name of removed.split("\n")) headers.delete(name);
  const lines = set.split("\n");
  for (let at = 0; at + 1 < lines.length; at += 2) headers.set(lines[at], lines[at + 1]);
}
