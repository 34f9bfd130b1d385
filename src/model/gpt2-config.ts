/**
 * The shape of a GPT-2, read from a Hugging Face `config.json` and checked. Refuses what the graph does not compute, rather
 * than computing something else.
 * Field names: https://huggingface.co/docs/transformers/model_doc/gpt2#transformers.GPT2Config
 */
import { z } from "zod";
import { AppError } from "../shared/errors.ts";
import { firstProblem } from "./json-file.ts";

const size = (most: number) => z.int().min(1).max(most);

const gpt2Schema = z
  .object({
    model_type: z.string().default("gpt2"),
    vocab_size: size(2_000_000),
    n_positions: size(131_072),
    n_embd: size(65_536),
    n_layer: size(512),
    n_head: size(1024),
    n_inner: size(262_144).nullish(),
    activation_function: z.string().default("gelu_new"),
    layer_norm_epsilon: z.number().positive().max(1).default(1e-5),
    scale_attn_weights: z.boolean().default(true),
    scale_attn_by_inverse_layer_idx: z.boolean().default(false),
    add_cross_attention: z.boolean().default(false),
    tie_word_embeddings: z.boolean().default(true),
    bos_token_id: z.int().nonnegative().nullish(),
    eos_token_id: z.union([z.int().nonnegative(), z.array(z.int().nonnegative())]).nullish(),
  })
  .refine((config) => config.n_embd % config.n_head === 0, "n_embd is not a multiple of n_head");

type Gpt2Json = z.infer<typeof gpt2Schema>;

type Activation = "gelu-tanh" | "gelu" | "relu";

const ACTIVATIONS: Readonly<Record<string, Activation>> = {
  gelu_new: "gelu-tanh",
  gelu_pytorch_tanh: "gelu-tanh",
  gelu_fast: "gelu-tanh",
  gelu: "gelu",
  relu: "relu",
};

/** Sizes and choices of one GPT-2. */
export interface Gpt2Config {
  readonly vocabularySize: number;
  readonly positions: number;
  readonly width: number;
  readonly layers: number;
  readonly heads: number;
  /** Width of the hidden layer of each block's feed-forward part. */
  readonly innerWidth: number;
  readonly activation: Activation;
  readonly layerNormEpsilon: number;
  /** What q x k is multiplied by in each layer: 1 / sqrt(D) as a rule. */
  readonly attentionScales: readonly number[];
  /** True when the output layer is the token embedding. */
  readonly tiedHead: boolean;
  readonly endOfText: number | undefined;
}

/** Reads a parsed `config.json`; `path` is for messages. Throws `model.corrupt`, `model.unsupported`. */
export function parseGpt2Config(json: unknown, path: string): Gpt2Config {
  if (modelTypeOf(json) !== "gpt2")
    throw unsupported(path, `it is a model of type "${String(modelTypeOf(json)).slice(0, 64)}", not gpt2`);
  const parsed = gpt2Schema.safeParse(json);
  if (!parsed.success) throw corrupt(path, firstProblem(parsed.error));
  const config = parsed.data;
  if (config.add_cross_attention) throw unsupported(path, "add_cross_attention is true");
  return fromJson(config, activationOf(config.activation_function, path));
}

/** How many weights the model has; a tied output layer counts once. */
export function countParameters(config: Gpt2Config): number {
  const { width: w, innerWidth } = config;
  const attention = 4 * w * w + 4 * w;
  const feedForward = 2 * w * innerWidth + innerWidth + w;
  const norms = 4 * w;
  const embeddings = (config.vocabularySize * (config.tiedHead ? 1 : 2) + config.positions) * w;
  return embeddings + config.layers * (attention + feedForward + norms) + 2 * w;
}

function modelTypeOf(json: unknown): unknown {
  if (typeof json !== "object" || json === null || !("model_type" in json)) return "gpt2";
  return json.model_type;
}

function fromJson(json: Gpt2Json, activation: Activation): Gpt2Config {
  const endOfText = Array.isArray(json.eos_token_id) ? json.eos_token_id[0] : json.eos_token_id;
  return {
    vocabularySize: json.vocab_size,
    positions: json.n_positions,
    width: json.n_embd,
    layers: json.n_layer,
    heads: json.n_head,
    innerWidth: json.n_inner ?? 4 * json.n_embd,
    activation,
    layerNormEpsilon: json.layer_norm_epsilon,
    attentionScales: attentionScalesOf(json),
    tiedHead: json.tie_word_embeddings,
    endOfText: endOfText ?? json.bos_token_id ?? undefined,
  };
}

function attentionScalesOf(json: Gpt2Json): number[] {
  const scale = json.scale_attn_weights ? 1 / Math.sqrt(json.n_embd / json.n_head) : 1;
  const divisorOf = (layer: number) => (json.scale_attn_by_inverse_layer_idx ? layer + 1 : 1);
  return Array.from({ length: json.n_layer }, (_, layer) => scale / divisorOf(layer));
}

function activationOf(name: string, path: string): Activation {
  const activation = ACTIVATIONS[name];
  if (activation !== undefined) return activation;
  throw unsupported(
    path,
    `activation_function is "${name}", not one of ${Object.keys(ACTIVATIONS).join(", ")}`,
  );
}

function unsupported(path: string, seen: string): AppError {
  return new AppError("model.unsupported", `${path}: ${seen}.`, {
    hint: "Only plain GPT-2 models (GPT2LMHeadModel) can be imported.",
  });
}

function corrupt(path: string, seen: string): AppError {
  return new AppError("model.corrupt", `${path} does not describe a GPT-2: ${seen}`, {
    hint: "Get the file again from where the model came from.",
  });
}
