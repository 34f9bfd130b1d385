/** A tokenizer whose tokens are the 256 bytes and an end-of-text: small enough to reason about. */
import type { Tokenizer } from "../../src/model/types.ts";

export const byteTokenizer: Tokenizer = {
  vocabularySize: 257,
  endOfText: 256,
  encode: (text) => [...Buffer.from(text, "utf8")],
  decode: (tokens) => Buffer.from(tokens.filter((token) => token < 256)).toString("utf8"),
  bytesOf: (token) => (token < 256 ? Uint8Array.of(token) : new Uint8Array()),
};
