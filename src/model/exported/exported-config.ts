/**
 * The sizes of an exported decoder, read from its `config.json`. Model families name the same size differently
 * (`n_embd`, `hidden_size`); the graph itself is the judge of everything the runtime depends on (exported-interface.ts).
 */
import { z } from "zod";
import { AppError } from "../../shared/errors.ts";
import { firstProblem } from "../json-file.ts";

const size = (most: number) => z.int().min(1).max(most).nullish();
const tokenId = z.int().nonnegative();

const sizes = {
  vocab_size: size(2_000_000),
  n_positions: size(100_000_000),
  max_position_embeddings: size(100_000_000),
  n_ctx: size(100_000_000),
  n_embd: size(65_536),
  hidden_size: size(65_536),
  n_layer: size(512),
  num_hidden_layers: size(512),
  num_layers: size(512),
  n_head: size(1024),
  num_attention_heads: size(1024),
  num_heads: size(1024),
  num_key_value_heads: size(1024),
  head_dim: size(4096),
  n_inner: size(262_144),
  intermediate_size: size(262_144),
};

const exportedSchema = z.looseObject({
  ...sizes,
  model_type: z.string().max(64).default("gpt2"),
  is_encoder_decoder: z.boolean().default(false),
  tie_word_embeddings: z.boolean().nullish(),
  bos_token_id: tokenId.nullish(),
  eos_token_id: z.union([tokenId, z.array(tokenId)]).nullish(),
});
type ExportedJson = z.infer<typeof exportedSchema>;

/** A run copies the whole cache, so more than this is too slow to play and may not fit into memory. */
const MOST_POSITIONS = 2048;

/** Families with learned positions and a feed-forward part of two matrices; the others have three and rotate. */
const GPT_FAMILIES: readonly string[] = ["gpt2", "gpt_neo", "opt"];

export interface ExportedConfig {
  /** `model_type`: gpt2, llama, ... */
  readonly architecture: string;
  readonly vocabularySize: number;
  /** Most tokens a sequence can hold here: those of the model, but at most 2048. */
  readonly positions: number;
  /** Most tokens the model was made for. */
  readonly ownPositions: number;
  readonly width: number;
  readonly layers: number;
  readonly heads: number;
  /** Heads that have keys and values: fewer than `heads` with grouped queries. */
  readonly keyValueHeads: number;
  readonly headSize: number;
  readonly innerWidth: number;
  /** True when the output layer is the token embedding. */
  readonly tiedHead: boolean;
  readonly endOfText: number | undefined;
}

/** Reads a parsed `config.json`; `path` is for messages. Throws `model.corrupt`, `model.unsupported`. */
export function parseExportedConfig(json: unknown, path: string): ExportedConfig {
  const parsed = exportedSchema.safeParse(json);
  if (!parsed.success) throw corrupt(path, firstProblem(parsed.error));
  if (parsed.data.is_encoder_decoder)
    throw new AppError("model.unsupported", `${path}: it is an encoder-decoder, not a plain decoder.`, {
      hint: "Use a model made for text generation (GPT-2, GPT-Neo, Llama, SmolLM).",
    });
  return fromJson(parsed.data, path);
}

function fromJson(json: ExportedJson, path: string): ExportedConfig {
  const width = required(json, ["n_embd", "hidden_size"], path);
  const heads = required(json, ["n_head", "num_attention_heads", "num_heads"], path);
  const ownPositions = required(json, ["n_positions", "max_position_embeddings", "n_ctx"], path);
  const isGpt = GPT_FAMILIES.includes(json.model_type);
  if (json.head_dim == null && width % heads !== 0)
    throw corrupt(path, `its width ${width} is not a multiple of its ${heads} heads`);
  return {
    architecture: json.model_type,
    vocabularySize: required(json, ["vocab_size"], path),
    positions: Math.min(ownPositions, MOST_POSITIONS),
    ownPositions,
    width,
    layers: required(json, ["n_layer", "num_hidden_layers", "num_layers"], path),
    heads,
    keyValueHeads: json.num_key_value_heads ?? heads,
    headSize: json.head_dim ?? width / heads,
    innerWidth: json.n_inner ?? json.intermediate_size ?? 4 * width,
    tiedHead: json.tie_word_embeddings ?? isGpt,
    endOfText: endOfTextOf(json),
  };
}

function required(json: ExportedJson, names: readonly (keyof typeof sizes)[], path: string): number {
  for (const name of names) {
    const value = json[name];
    if (value != null) return value;
  }
  throw corrupt(path, `it has no ${names.join(" or ")}`);
}

function endOfTextOf(json: ExportedJson): number | undefined {
  const end = Array.isArray(json.eos_token_id) ? json.eos_token_id[0] : json.eos_token_id;
  return end ?? json.bos_token_id ?? undefined;
}

/** About how many weights the model has, by the usual shape of its family; norms and biases are left out. */
export function estimateParameters(config: ExportedConfig): number {
  const isGpt = GPT_FAMILIES.includes(config.architecture);
  const { width, heads, keyValueHeads, headSize, innerWidth } = config;
  const attention = 2 * width * headSize * (heads + keyValueHeads);
  const feedForward = (isGpt ? 2 : 3) * width * innerWidth;
  const embeddings = config.vocabularySize * (config.tiedHead ? 1 : 2) + (isGpt ? config.ownPositions : 0);
  return embeddings * width + config.layers * (attention + feedForward);
}

function corrupt(path: string, seen: string): AppError {
  return new AppError("model.corrupt", `${path} does not describe a decoder: ${seen}.`, {
    hint: "Get the file again from where the model came from.",
  });
}
