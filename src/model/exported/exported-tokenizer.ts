/**
 * The tokenizers of exported decoders behind the contract in types.ts: byte-level BPE with any splitting rule (GPT-Neo,
 * Llama 3, SmolLM), and word pieces that write a space as U+2581 and rare bytes as <0x0A> (Llama 2, TinyLlama). Texts are
 * encoded as they stand in the middle of a document: nothing is put before them, and special tokens are never read from
 * them. In word pieces U+2581 itself cannot be told from a space.
 */
import { join } from "node:path";
import { Tokenizer as LibraryTokenizer } from "@huggingface/tokenizers";
import { z } from "zod";
import { AppError, messageOf } from "../../shared/errors.ts";
import { TOKENIZER_FILE } from "../model-folder.ts";
import { lettersToBytes } from "../tokenizer.ts";
import { readTokenizerJson } from "../tokenizer-files.ts";
import type { TokenId, Tokenizer } from "../types.ts";
import type { ExportedConfig } from "./exported-config.ts";

const END_OF_TEXT = "<|endoftext|>";
const SPACE_LETTER = "\u2581";
const MAX_TOKENS = 2_000_000;

const tokenId = z.int().min(0).max(MAX_TOKENS);
/** A step of a tokenizer, or several in order. */
const stepSchema = z.looseObject({ type: z.string() });
const tokenizerSchema = z.looseObject({
  added_tokens: z
    .array(z.looseObject({ id: tokenId, content: z.string(), special: z.boolean().default(false) }))
    .default([]),
  pre_tokenizer: stepSchema.nullish(),
  decoder: stepSchema.nullish(),
  model: z.looseObject({
    type: z.string().default("BPE"),
    vocab: z.union([z.record(z.string(), tokenId), z.array(z.tuple([z.string(), z.number()]))]),
  }),
});
type TokenizerJson = z.infer<typeof tokenizerSchema>;
type Step = { readonly type: string; readonly [key: string]: unknown };

/** Loads the tokenizer of a folder. Throws `model.missing`, `model.corrupt`, `model.unsupported`. */
export async function loadExportedTokenizer(dir: string, config: ExportedConfig): Promise<Tokenizer> {
  return createExportedTokenizer(await readTokenizerJson(dir), config, join(dir, TOKENIZER_FILE));
}

/** Makes a tokenizer of a parsed `tokenizer.json`; `path` is for messages. Throws `model.unsupported`, `model.corrupt`. */
export function createExportedTokenizer(
  json: unknown,
  config: Pick<ExportedConfig, "vocabularySize" | "endOfText">,
  path: string,
): Tokenizer {
  const parsed = tokenizerSchema.safeParse(json);
  if (!parsed.success) throw unsupported(path, z.prettifyError(parsed.error));
  const isByteLevel = usesByteLevel(parsed.data);
  if (!isByteLevel && !usesPieces(parsed.data))
    throw unsupported(path, "its tokens are neither bytes nor word pieces with U+2581 for a space");
  const encoder = createEncoder(plainJson(parsed.data, isByteLevel), path);
  const endOfText = endOfTextOf(parsed.data, config, path);
  const bytes = tokenBytes(parsed.data, isByteLevel ? lettersToBytes : pieceToBytes, config, path);
  bytes[endOfText] = NO_BYTES;
  return new ExportedTokenizer(encoder, bytes, endOfText);
}

const NO_BYTES = new Uint8Array(0);

class ExportedTokenizer implements Tokenizer {
  readonly vocabularySize: number;
  readonly endOfText: TokenId;
  readonly #encoder: LibraryTokenizer;
  readonly #bytes: readonly Uint8Array[];

  constructor(encoder: LibraryTokenizer, bytes: readonly Uint8Array[], endOfText: TokenId) {
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

function usesByteLevel(json: TokenizerJson): boolean {
  return [...stepsOf(json.pre_tokenizer), ...stepsOf(json.decoder)].some((step) => step.type === "ByteLevel");
}

function usesPieces(json: TokenizerJson): boolean {
  const isKnownModel = ["BPE", "Unigram"].includes(json.model.type);
  return isKnownModel && vocabularyOf(json).some(([token]) => token.startsWith(SPACE_LETTER));
}

/** The tokenizer without what would add to a text or change it. */
function plainJson(json: TokenizerJson, isByteLevel: boolean): Record<string, unknown> {
  const spaces = { type: "Replace", pattern: { String: " " }, content: SPACE_LETTER };
  const splitting = stepsOf(json.pre_tokenizer).map(withoutPrefix);
  return {
    ...json,
    added_tokens: json.added_tokens.filter((token) => !token.special),
    normalizer: isByteLevel ? null : spaces,
    pre_tokenizer: splitting.length === 0 ? null : { type: "Sequence", pretokenizers: splitting },
    post_processor: null,
    decoder: null,
  };
}

function withoutPrefix(step: Step): Step {
  if (step.type === "ByteLevel") return { ...step, add_prefix_space: false };
  if (step.type === "Metaspace") return { ...step, add_prefix_space: false, prepend_scheme: "never" };
  return step;
}

/** A step, or the steps of a sequence, in order. */
function stepsOf(step: Step | null | undefined): Step[] {
  if (step == null) return [];
  const inner = step.pretokenizers ?? step.decoders;
  return step.type === "Sequence" && Array.isArray(inner) ? (inner as Step[]).flatMap(stepsOf) : [step];
}

function createEncoder(json: Record<string, unknown>, path: string): LibraryTokenizer {
  try {
    // The library's type lists each kind of step; what it cannot run it throws for.
    const definition = json as unknown as ConstructorParameters<typeof LibraryTokenizer>[0];
    return new LibraryTokenizer(definition, { clean_up_tokenization_spaces: false });
  } catch (error) {
    throw unsupported(path, messageOf(error));
  }
}

function vocabularyOf(json: TokenizerJson): (readonly [token: string, id: TokenId])[] {
  const { vocab } = json.model;
  return Array.isArray(vocab) ? vocab.map(([token], id) => [token, id] as const) : Object.entries(vocab);
}

/** The bytes of every token of the model's vocabulary; special tokens have none. */
function tokenBytes(
  json: TokenizerJson,
  toBytes: (token: string) => Uint8Array,
  { vocabularySize }: { readonly vocabularySize: number },
  path: string,
): Uint8Array[] {
  const bytes = new Array<Uint8Array>(vocabularySize).fill(NO_BYTES);
  for (const [token, id] of vocabularyOf(json)) {
    if (id >= vocabularySize) throw tooManyTokens(path, id, vocabularySize);
    bytes[id] = toBytes(token);
  }
  // Some models leave their last added tokens out of the embedding; nothing can produce those.
  for (const { id, content, special } of json.added_tokens)
    if (id < vocabularySize) bytes[id] = special ? NO_BYTES : new TextEncoder().encode(content);
  return bytes;
}

function pieceToBytes(piece: string): Uint8Array {
  const byte = /^<0x([0-9A-F]{2})>$/.exec(piece)?.[1];
  if (byte !== undefined) return Uint8Array.of(Number.parseInt(byte, 16));
  return new TextEncoder().encode(piece.replaceAll(SPACE_LETTER, " "));
}

/** `<|endoftext|>` where there is one, for chat models name the end of a turn in config.json; else what that says. */
function endOfTextOf(
  json: TokenizerJson,
  config: Pick<ExportedConfig, "vocabularySize" | "endOfText">,
  path: string,
): TokenId {
  const added = json.added_tokens.find((token) => token.content === END_OF_TEXT);
  const id = added?.id ?? config.endOfText;
  if (id === undefined) throw unsupported(path, `it has no ${END_OF_TEXT}, and config.json no eos_token_id`);
  if (id >= config.vocabularySize) throw tooManyTokens(path, id, config.vocabularySize);
  return id;
}

function unsupported(path: string, seen: string): AppError {
  return new AppError("model.unsupported", `${path} is not a tokenizer this program can use: ${seen}.`, {
    hint: "Use the tokenizer.json of a GPT-2, GPT-Neo, Llama or SmolLM model.",
  });
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
