// What the CommonJS form holds, in one file.

export * as express from "./express.js";
export * as index from "./index.js";
