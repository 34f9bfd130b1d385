/**
 * What all tokenizers here have in common, over @huggingface/tokenizers (imported here only): checks of a `tokenizer.json`
 * and a table of the bytes of every token. Decoding goes through the bytes, so that texts come back exactly.
 */
import { Tokenizer as LibraryTokenizer } from "@huggingface/tokenizers";
import { z } from "zod";
import { AppError, messageOf } from "../shared/errors.ts";
import type { TokenId, Tokenizer } from "./types.ts";

export const END_OF_TEXT = "<|endoftext|>";
const MAX_TOKENS = 2_000_000;
/** The library quotes whole rules in its complaints. */
const LONGEST_COMPLAINT = 200;
const NO_BYTES = new Uint8Array(0);

export const tokenIdSchema = z.int().min(0).max(MAX_TOKENS);
// By hand: zod takes a fifth of a second for 50,000 entries, in the thread that draws the screen.
export const vocabularySchema = z.custom<Record<string, TokenId>>(
  isVocabulary,
  "expected a token id for every text",
);
export const mergesSchema = z.custom<(string | [string, string])[]>(isMerges, "expected pairs of texts");

function isVocabulary(value: unknown): boolean {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  return Object.values(value).every((id) => Number.isInteger(id) && id >= 0 && id <= MAX_TOKENS);
}

function isMerges(value: unknown): boolean {
  if (!Array.isArray(value)) return false;
  const isText = (part: unknown) => typeof part === "string";
  return value.every(
    (merge) => isText(merge) || (Array.isArray(merge) && merge.length === 2 && merge.every(isText)),
  );
}

/** The bytes of each of a model's tokens. */
export class TokenBytes {
  readonly #bytes: Uint8Array[];
  readonly #path: string;

  /** Tokens have no bytes until they are given some; `path` is for messages. */
  constructor(vocabularySize: number, path: string) {
    this.#bytes = new Array<Uint8Array>(vocabularySize).fill(NO_BYTES);
    this.#path = path;
  }

  get size(): number {
    return this.#bytes.length;
  }

  /** Empty for special tokens and for numbers that are none. */
  of(token: TokenId): Uint8Array {
    return this.#bytes[token] ?? NO_BYTES;
  }

  /** Throws `model.corrupt` for a token that the model does not have. */
  set(token: TokenId, bytes: Uint8Array): void {
    this.check(token);
    this.#bytes[token] = bytes;
  }

  clear(tokens: Iterable<TokenId>): void {
    for (const token of tokens) if (token < this.size) this.#bytes[token] = NO_BYTES;
  }

  /** Throws `model.corrupt` unless the model has the token. */
  check(token: TokenId): void {
    if (token < this.size) return;
    throw new AppError(
      "model.corrupt",
      `${this.#path} has token ${token}, but the model has ${this.size} tokens.`,
      {
        hint: "tokenizer.json and config.json must come from the same model.",
      },
    );
  }

  /** How many of the 256 bytes no token stands for. */
  countMissing(): number {
    return 256 - new Set(this.#bytes.filter(({ length }) => length === 1).map(([byte]) => byte)).size;
  }
}

/** Makes a tokenizer of a definition as the library takes it. Throws what `refuse` makes of the library's complaint. */
export function createByteTokenizer(
  definition: Readonly<Record<string, unknown>>,
  bytes: TokenBytes,
  endOfText: TokenId,
  refuse: (seen: string) => AppError,
): Tokenizer {
  try {
    return new ByteTokenizer(definition, bytes, endOfText);
  } catch (error) {
    throw refuse(messageOf(error).slice(0, LONGEST_COMPLAINT));
  }
}

class ByteTokenizer implements Tokenizer {
  readonly vocabularySize: number;
  readonly endOfText: TokenId;
  readonly #encoder: LibraryTokenizer;
  readonly #bytes: TokenBytes;

  constructor(definition: Readonly<Record<string, unknown>>, bytes: TokenBytes, endOfText: TokenId) {
    const unused = { normalizer: null, post_processor: null, decoder: null };
    // The library's type lists each kind of step; what it cannot run it throws for.
    const typed = { ...unused, ...definition } as ConstructorParameters<typeof LibraryTokenizer>[0];
    this.#encoder = new LibraryTokenizer(typed, { clean_up_tokenization_spaces: false });
    this.#bytes = bytes;
    this.vocabularySize = bytes.size;
    this.endOfText = endOfText;
  }

  encode(text: string): TokenId[] {
    return text === "" ? [] : this.#encoder.encode(text.toWellFormed(), { add_special_tokens: false }).ids;
  }

  decode(tokens: readonly TokenId[]): string {
    const bytes = Buffer.concat(tokens.map((token) => this.bytesOf(token)));
    return new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
  }

  bytesOf(token: TokenId): Uint8Array {
    return this.#bytes.of(token);
  }
}
