/**
 * GPT-2's byte-level BPE behind the contract in types.ts, over @huggingface/tokenizers (imported here only). Special tokens
 * are never read from text, and decoding goes through bytes, so that any well-formed text comes back exactly.
 * Byte alphabet: https://github.com/openai/gpt-2/blob/master/src/encoder.py (bytes_to_unicode).
 */
import { Tokenizer as BpeTokenizer } from "@huggingface/tokenizers";
import { z } from "zod";
import { AppError, messageOf } from "../shared/errors.ts";
import { readJsonFile } from "./json-file.ts";
import type { TokenId, Tokenizer } from "./types.ts";

const END_OF_TEXT = "<|endoftext|>";
const MAX_TOKENS = 2_000_000;

const tokenId = z.int().min(0).max(MAX_TOKENS);
const tokenizerSchema = z.looseObject({
  added_tokens: z.array(z.looseObject({ id: tokenId, content: z.string() })).default([]),
  normalizer: z.null().optional(),
  pre_tokenizer: z.looseObject({ type: z.literal("ByteLevel") }),
  model: z.looseObject({
    type: z.literal("BPE").default("BPE"),
    // By hand: zod takes a fifth of a second for 50,000 entries, in the thread that draws the screen.
    vocab: z.custom<Record<string, TokenId>>(isVocabulary, "expected a token id for every text"),
    merges: z.custom<(string | [string, string])[]>(isMerges, "expected pairs of texts"),
  }),
});
type TokenizerJson = z.infer<typeof tokenizerSchema>;

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

/** What the model says about its tokens. */
export interface TokenizerOptions {
  readonly vocabularySize: number;
  /** Default: the id of `<|endoftext|>`. */
  readonly endOfText?: TokenId | undefined;
}

/** Loads a `tokenizer.json`. Throws `model.missing`, `model.corrupt`, `model.unsupported`. */
export async function loadTokenizer(path: string, options: TokenizerOptions): Promise<Tokenizer> {
  return createTokenizer(await readJsonFile(path), options, path);
}

/** Makes a tokenizer of a parsed `tokenizer.json`; `path` is for messages. Throws `model.unsupported`, `model.corrupt`. */
export function createTokenizer(json: unknown, options: TokenizerOptions, path: string): Tokenizer {
  const parsed = tokenizerSchema.safeParse(json);
  if (!parsed.success) throw notByteLevel(path, z.prettifyError(parsed.error));
  const endOfText = endOfTextOf(parsed.data, options, path);
  const special = new Set([endOfText, ...parsed.data.added_tokens.map((token) => token.id)]);
  const bytes = readTokenBytes(parsed.data, special, options.vocabularySize, path);
  return new ByteLevelTokenizer(createEncoder(parsed.data, path), bytes, endOfText);
}

const NO_BYTES = new Uint8Array(0);

class ByteLevelTokenizer implements Tokenizer {
  readonly vocabularySize: number;
  readonly endOfText: TokenId;
  readonly #encoder: BpeTokenizer;
  readonly #bytes: readonly Uint8Array[];

  constructor(encoder: BpeTokenizer, bytes: readonly Uint8Array[], endOfText: TokenId) {
    this.#encoder = encoder;
    this.#bytes = bytes;
    this.vocabularySize = bytes.length;
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
    return this.#bytes[token] ?? NO_BYTES;
  }
}

/** The library's encoder without added tokens, so that `<|endoftext|>` in a text stays text. */
function createEncoder(json: TokenizerJson, path: string): BpeTokenizer {
  const byteLevel = { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: true };
  const plain = {
    added_tokens: [],
    normalizer: null,
    pre_tokenizer: byteLevel,
    post_processor: null,
    decoder: byteLevel,
    model: { type: "BPE", vocab: json.model.vocab, merges: json.model.merges },
  };
  try {
    return new BpeTokenizer(plain, { clean_up_tokenization_spaces: false });
  } catch (error) {
    throw notByteLevel(path, messageOf(error));
  }
}

/** The bytes of every token of the model's vocabulary; special tokens and tokens without text have none. */
function readTokenBytes(
  json: TokenizerJson,
  special: ReadonlySet<TokenId>,
  vocabularySize: number,
  path: string,
): Uint8Array[] {
  const bytes = new Array<Uint8Array>(vocabularySize).fill(NO_BYTES);
  const missing = new Set(BYTE_OF_LETTER.values());
  for (const [token, id] of Object.entries(json.model.vocab)) {
    if (id >= vocabularySize) throw tooManyTokens(path, id, vocabularySize);
    if (special.has(id)) continue;
    const tokenBytes = lettersToBytes(token);
    bytes[id] = tokenBytes;
    if (tokenBytes.length === 1) missing.delete(tokenBytes[0]!);
  }
  if (missing.size > 0) throw notByteLevel(path, `${missing.size} of 256 bytes have no token`);
  return bytes;
}

/** The bytes that a token of the byte alphabet stands for. */
export function lettersToBytes(token: string): Uint8Array {
  const bytes: number[] = [];
  for (const letter of token) {
    const byte = BYTE_OF_LETTER.get(letter);
    if (byte !== undefined) bytes.push(byte);
  }
  return Uint8Array.from(bytes);
}

function endOfTextOf(json: TokenizerJson, options: TokenizerOptions, path: string): TokenId {
  const added = json.added_tokens.find((token) => token.content === END_OF_TEXT);
  const id = options.endOfText ?? added?.id ?? json.model.vocab[END_OF_TEXT];
  if (id === undefined) throw notByteLevel(path, `it has no ${END_OF_TEXT}`);
  if (id >= options.vocabularySize) throw tooManyTokens(path, id, options.vocabularySize);
  return id;
}

/** GPT-2 writes each byte as one visible letter: itself where it is printable Latin-1, else U+0100 and up in order. */
function byteAlphabet(): Map<string, number> {
  const isPrintable = (byte: number) =>
    (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174;
  const alphabet = new Map<string, number>();
  let others = 0;
  for (let byte = 0; byte < 256; byte++)
    alphabet.set(String.fromCharCode(isPrintable(byte) ? byte : 256 + others++), byte);
  return alphabet;
}

const BYTE_OF_LETTER = byteAlphabet();

function notByteLevel(path: string, seen: string): AppError {
  return new AppError(
    "model.unsupported",
    `${path} is not a byte-level BPE tokenizer like GPT-2's: ${seen}.`,
    {
      hint: "Use the tokenizer.json that belongs to a GPT-2 model.",
    },
  );
}

function tooManyTokens(path: string, id: TokenId, vocabularySize: number): AppError {
  return new AppError(
    "model.corrupt",
    `${path} has token ${id}, but the model has ${vocabularySize} tokens.`,
    {
      hint: "tokenizer.json and config.json must come from the same model.",
    },
  );
}
