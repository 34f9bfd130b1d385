/** What the parts of the GPT-2 graph share, and the names by which the runtime feeds and fetches it. */
import type { Gpt2Config } from "./gpt2-config.ts";
import type { Gpt2Weights } from "./gpt2-weights.ts";
import type { OnnxWriter } from "./onnx-writer.ts";
import type { WeightBits } from "./quantize.ts";

/** Bits per weight; 32 means plain float32. */
export type LinearBits = WeightBits | 32;

export interface GraphContext {
  readonly writer: OnnxWriter;
  readonly config: Gpt2Config;
  readonly weights: Gpt2Weights;
  /** Bits of the layers' weights, and of the embedding and output layer. */
  readonly precision: { readonly body: LinearBits; readonly head: LinearBits };
  /** 8-bit matrices of at least so many weights are multiplied row by row, smaller ones in blocks. */
  readonly rowProductWeights: number;
}

/**
 * Names of the graph's inputs and outputs. Shape letters: see types.ts; N is the number of positions whose logits are
 * wanted, C the capacity of the cache (C >= P).
 */
export const GRAPH_NAMES = {
  /** int64 [1, T] */
  tokens: "input_ids",
  /** int64 [1, T], absolute */
  positions: "position_ids",
  /** float32 [1, 1, T, C + T]: 0 where visible, -1e30 elsewhere */
  attentionBias: "attn_bias",
  /** int64 [1]: the first of the T positions to return logits for; negative counts from the end */
  logitsFrom: "logits_from",
  /** float32 [1, H, C, D] */
  pastKey: (layer: number) => `past_key_values.${layer}.key`,
  pastValue: (layer: number) => `past_key_values.${layer}.value`,
  /** float32 [1, N, V] */
  logits: "logits",
  /** float32 [1, 2H, T, D]: the heads' keys, then their values */
  newRows: (layer: number) => `new_kv.${layer}`,
} as const;
