/** GPT-2's byte-level BPE behind the contract in types.ts. Special tokens are never read from text. */
import { z } from "zod";
import { AppError } from "../shared/errors.ts";
import { lettersToBytes } from "./byte-letters.ts";
import {
  createByteTokenizer,
  END_OF_TEXT,
  mergesSchema,
  TokenBytes,
  tokenIdSchema,
  vocabularySchema,
} from "./byte-tokenizer.ts";
import { firstProblem, MOST_TOKENIZER_BYTES, readJsonFile } from "./json-file.ts";
import type { TokenId, Tokenizer } from "./types.ts";

const tokenizerSchema = z.looseObject({
  added_tokens: z.array(z.looseObject({ id: tokenIdSchema, content: z.string() })).default([]),
  normalizer: z.null().optional(),
  pre_tokenizer: z.looseObject({ type: z.literal("ByteLevel") }),
  model: z.looseObject({
    type: z.literal("BPE").default("BPE"),
    vocab: vocabularySchema,
    merges: mergesSchema,
  }),
});
type TokenizerJson = z.infer<typeof tokenizerSchema>;

/** What the model says about its tokens. */
export interface TokenizerOptions {
  readonly vocabularySize: number;
  /** Default: the id of `<|endoftext|>`. */
  readonly endOfText?: TokenId | undefined;
}

/** Loads a `tokenizer.json`. Throws `model.missing`, `model.corrupt`, `model.unsupported`. */
export async function loadTokenizer(path: string, options: TokenizerOptions): Promise<Tokenizer> {
  return createTokenizer(await readJsonFile(path, MOST_TOKENIZER_BYTES), options, path);
}

/** Makes a tokenizer of a parsed `tokenizer.json`; `path` is for messages. Throws `model.unsupported`, `model.corrupt`. */
export function createTokenizer(json: unknown, options: TokenizerOptions, path: string): Tokenizer {
  const refuse = (seen: string) => notByteLevel(path, seen);
  const parsed = tokenizerSchema.safeParse(json);
  if (!parsed.success) throw refuse(firstProblem(parsed.error));
  const endOfText = options.endOfText ?? endOfTextOf(parsed.data);
  if (endOfText === undefined) throw refuse(`it has no ${END_OF_TEXT}`);
  const bytes = tokenBytes(parsed.data, endOfText, options.vocabularySize, path);
  if (bytes.countMissing() > 0) throw refuse(`${bytes.countMissing()} of 256 bytes have no token`);
  return createByteTokenizer(plainJson(parsed.data), bytes, endOfText, refuse);
}

/** The tokenizer without added tokens, so that `<|endoftext|>` in a text stays text. */
function plainJson({ model }: TokenizerJson): Record<string, unknown> {
  return {
    added_tokens: [],
    pre_tokenizer: { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: true },
    model: { type: "BPE", vocab: model.vocab, merges: model.merges },
  };
}

function tokenBytes(
  json: TokenizerJson,
  endOfText: TokenId,
  vocabularySize: number,
  path: string,
): TokenBytes {
  const bytes = new TokenBytes(vocabularySize, path);
  bytes.check(endOfText);
  for (const [token, id] of Object.entries(json.model.vocab)) bytes.set(id, lettersToBytes(token));
  bytes.clear([endOfText, ...json.added_tokens.map((token) => token.id)]);
  return bytes;
}

function endOfTextOf({ added_tokens, model }: TokenizerJson): TokenId | undefined {
  return added_tokens.find((token) => token.content === END_OF_TEXT)?.id ?? model.vocab[END_OF_TEXT];
}

function notByteLevel(path: string, seen: string): AppError {
  return new AppError(
    "model.unsupported",
    `${path} is not a byte-level BPE tokenizer like GPT-2's: ${seen}.`,
    {
      hint: "Use the tokenizer.json that belongs to a GPT-2 model.",
    },
  );
}
