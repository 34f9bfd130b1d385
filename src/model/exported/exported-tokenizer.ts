/**
 * The tokenizers of exported decoders behind the contract in types.ts: byte-level BPE with any splitting rule (GPT-Neo,
 * Llama 3, SmolLM), and word pieces that write a space as U+2581 and rare bytes as <0x0A> (Llama 2, TinyLlama). Texts are
 * encoded as they stand in the middle of a document: nothing is put before them, and special tokens are never read from
 * them. In word pieces U+2581 itself cannot be told from a space.
 */
import { join } from "node:path";
import { z } from "zod";
import { AppError } from "../../shared/errors.ts";
import { lettersToBytes } from "../byte-letters.ts";
import {
  createByteTokenizer,
  END_OF_TEXT,
  mergesSchema,
  TokenBytes,
  tokenIdSchema,
  vocabularySchema,
} from "../byte-tokenizer.ts";
import { firstProblem } from "../json-file.ts";
import { TOKENIZER_FILE } from "../model-folder.ts";
import { readTokenizerJson } from "../tokenizer-files.ts";
import type { TokenId, Tokenizer } from "../types.ts";
import type { ExportedConfig } from "./exported-config.ts";

const SPACE_LETTER = "\u2581";
/** Steps that only cut a text; others change it, or (FixedLength 0) never end. */
const CUTTING_STEPS: readonly string[] = ["ByteLevel", "Digits", "Metaspace", "Punctuation", "Split"];
const MOST_STEPS = 16;
/** Texts that every tokenizer must give back, and one in letters that it may not know but must have some token for. */
const PLAIN_PROBE = "The lamp's  12 oil cans,\n\n> look";
const RARE_PROBE = "\u00e9 \u{1f9ca}";

const kind = z.string().max(64);
const stepSchema = z.looseObject({ type: kind });
const innerSchema = z.array(stepSchema).max(MOST_STEPS).optional();
/** A step of a tokenizer, or several in order. */
const stepsSchema = stepSchema.extend({ pretokenizers: innerSchema, decoders: innerSchema }).nullish();
type Step = z.infer<typeof stepSchema>;
/** [text, log probability] by id. */
const scoredVocabularySchema = z.custom<[string, number][]>(
  (value) =>
    Array.isArray(value) &&
    value.every((pair) => Array.isArray(pair) && typeof pair[0] === "string" && typeof pair[1] === "number"),
  "expected a text and a number for every token",
);
const tokenizerSchema = z.looseObject({
  added_tokens: z
    .array(z.looseObject({ id: tokenIdSchema, content: z.string(), special: z.boolean().default(false) }))
    .default([]),
  pre_tokenizer: stepsSchema,
  decoder: stepsSchema,
  model: z.looseObject({
    type: kind.default("BPE"),
    vocab: z.union([vocabularySchema, scoredVocabularySchema]),
    merges: mergesSchema.default([]),
    unk_token: z.string().nullish(),
  }),
});
type TokenizerJson = z.infer<typeof tokenizerSchema>;
type Model = TokenizerJson["model"];

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
  const refuse = (seen: string) => unsupported(path, seen);
  const parsed = tokenizerSchema.safeParse(json);
  if (!parsed.success) throw refuse(firstProblem(parsed.error));
  const steps = stepsOf(parsed.data.pre_tokenizer);
  const isByteLevel = [...steps, ...stepsOf(parsed.data.decoder)].some((step) => step.type === "ByteLevel");
  const problem = problemOf(parsed.data.model, steps, isByteLevel);
  if (problem !== undefined) throw refuse(problem);
  const endOfText = endOfTextOf(parsed.data, config);
  if (endOfText === undefined) throw refuse(`it has no ${END_OF_TEXT}, and config.json no eos_token_id`);
  const bytes = new TokenBytes(config.vocabularySize, path);
  bytes.check(endOfText);
  const added = sortAdded(parsed.data, endOfText, config.vocabularySize);
  fillBytes(bytes, parsed.data.model, added, isByteLevel ? lettersToBytes : pieceToBytes);
  const definition = plainJson(parsed.data.model, steps, isByteLevel, added);
  const tokenizer = createByteTokenizer(definition, bytes, endOfText, refuse);
  if (!givesBackTexts(tokenizer)) throw refuse("texts that it encodes do not come back");
  return tokenizer;
}

/** The tokenizer without what would add to a text or change it. */
function plainJson(
  model: Model,
  steps: readonly Step[],
  isByteLevel: boolean,
  { special, plain }: AddedTokens,
): Record<string, unknown> {
  const spaces = { type: "Replace", pattern: { String: " " }, content: SPACE_LETTER };
  return {
    added_tokens: plain.map(({ id, content }) => ({ id, content, special: false, normalized: false })),
    normalizer: isByteLevel ? null : spaces,
    pre_tokenizer: steps.length === 0 ? null : { type: "Sequence", pretokenizers: steps.map(withoutPrefix) },
    model: withoutSpecial(model, special),
  };
}

/** Why the tokenizer cannot be used; undefined when nothing speaks against trying it. */
function problemOf(model: Model, steps: readonly Step[], isByteLevel: boolean): string | undefined {
  const isKnownModel = model.type === (Array.isArray(model.vocab) ? "Unigram" : "BPE");
  const hasPieces = isKnownModel && entriesOf(model).some(([token]) => token.startsWith(SPACE_LETTER));
  if (!isByteLevel && !hasPieces)
    return "its tokens are neither bytes nor word pieces with U+2581 for a space";
  if (!isKnownModel) return `its model is ${model.type}, not BPE or Unigram`;
  const unknown = steps.find((step) => !CUTTING_STEPS.includes(step.type));
  return unknown && `it has a step of the unknown type ${unknown.type}`;
}

function stepsOf(step: z.infer<typeof stepsSchema>): readonly Step[] {
  if (step == null) return [];
  return (step.type === "Sequence" && (step.pretokenizers ?? step.decoders)) || [step];
}

function withoutPrefix(step: Step): Step {
  if (step.type === "ByteLevel") return { ...step, add_prefix_space: false };
  if (step.type === "Metaspace") return { ...step, add_prefix_space: false, prepend_scheme: "never" };
  return step;
}

/** `<|endoftext|>` where there is one, for chat models name the end of a turn in config.json; else what that says. */
function endOfTextOf(
  json: TokenizerJson,
  config: { readonly endOfText: TokenId | undefined },
): TokenId | undefined {
  return json.added_tokens.find((token) => token.content === END_OF_TEXT)?.id ?? config.endOfText;
}

interface AddedTokens {
  /** Never read from texts. */
  readonly special: ReadonlySet<TokenId>;
  /** Read from texts as whole words. */
  readonly plain: readonly { readonly id: TokenId; readonly content: string }[];
}

/** Some models leave their last added tokens out of the embedding; these are neither. */
function sortAdded({ added_tokens }: TokenizerJson, endOfText: TokenId, vocabularySize: number): AddedTokens {
  const own = added_tokens.filter(({ id }) => id < vocabularySize);
  const special = new Set([endOfText, ...own.filter((token) => token.special).map((token) => token.id)]);
  return { special, plain: own.filter(({ id }) => !special.has(id)) };
}

function fillBytes(
  bytes: TokenBytes,
  model: Model,
  { special, plain }: AddedTokens,
  toBytes: (token: string) => Uint8Array,
): void {
  for (const [token, id] of entriesOf(model)) bytes.set(id, toBytes(token));
  for (const { id, content } of plain) bytes.set(id, new TextEncoder().encode(content));
  bytes.clear(special);
}

function pieceToBytes(piece: string): Uint8Array {
  const byte = /^<0x([0-9A-F]{2})>$/.exec(piece)?.[1];
  if (byte !== undefined) return Uint8Array.of(Number.parseInt(byte, 16));
  return new TextEncoder().encode(piece.replaceAll(SPACE_LETTER, " "));
}

function entriesOf({ vocab }: Model): (readonly [token: string, id: TokenId])[] {
  return Array.isArray(vocab) ? vocab.map(([token], id) => [token, id] as const) : Object.entries(vocab);
}

/** The model that cannot find special tokens in a text, whatever is written there. The one for unknown letters must stay. */
function withoutSpecial(model: Model, special: ReadonlySet<TokenId>): Record<string, unknown> {
  const { vocab, unk_token: unknown } = model;
  if (!Array.isArray(vocab)) {
    const kept = Object.entries(vocab).filter(([token, id]) => token === unknown || !special.has(id));
    return { ...model, vocab: Object.fromEntries(kept) };
  }
  // Ids are places here, so a special token is renamed: no well-formed text has half a surrogate pair.
  const rename = ([token, score]: [string, number], id: TokenId) => [
    special.has(id) ? `\ud800${id}` : token,
    score,
  ];
  return { ...model, vocab: vocab.map(rename) };
}

/** Tries out what no look at the definition can promise. */
function givesBackTexts(tokenizer: Tokenizer): boolean {
  const isToken = (id: TokenId) => Number.isInteger(id) && id >= 0 && id < tokenizer.vocabularySize;
  return (
    tokenizer.decode(tokenizer.encode(PLAIN_PROBE)) === PLAIN_PROBE &&
    tokenizer.encode(RARE_PROBE).every(isToken)
  );
}

function unsupported(path: string, seen: string): AppError {
  return new AppError("model.unsupported", `${path} is not a tokenizer this program can use: ${seen}.`, {
    hint: "Use the tokenizer.json of a GPT-2, GPT-Neo, Llama or SmolLM model.",
  });
}
