/**
 * A slow, plain GPT-2 in float64 that shares no code with src/model: reads a float32 safetensors file itself and computes
 * every position anew, without a cache. What the real one is measured against.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";

interface ReferenceConfig {
  n_embd: number;
  n_head: number;
  n_layer: number;
  n_inner?: number;
  vocab_size: number;
  activation_function?: string;
  layer_norm_epsilon?: number;
  scale_attn_weights?: boolean;
  scale_attn_by_inverse_layer_idx?: boolean;
  tie_word_embeddings?: boolean;
}

/** Rows of numbers, one per token. */
type Rows = Float64Array[];

export class ReferenceGpt2 {
  readonly #config: ReferenceConfig;
  readonly #tensors: ReadonlyMap<string, Float32Array>;

  constructor(folder: string) {
    this.#config = JSON.parse(readFileSync(join(folder, "config.json"), "utf8"));
    this.#tensors = readTensors(join(folder, "model.safetensors"));
  }

  /** Logits [V] after each of the positions asked for. */
  logits(tokens: readonly number[], positions: readonly number[]): Float64Array[] {
    const hidden = this.#forward(tokens);
    const isUntied = this.#config.tie_word_embeddings === false;
    const head = isUntied ? this.#tensors.get("lm_head.weight")! : this.#tensor("wte.weight");
    return positions.map((position) => timesTransposed(hidden[position]!, head, this.#config.vocab_size));
  }

  #forward(tokens: readonly number[]): Rows {
    const width = this.#config.n_embd;
    const wte = this.#tensor("wte.weight");
    const wpe = this.#tensor("wpe.weight");
    const x = tokens.map((token, t) =>
      new Float64Array(width).map((_, i) => wte[token * width + i]! + wpe[t * width + i]!),
    );
    for (let layer = 0; layer < this.#config.n_layer; layer++) {
      addTo(x, this.#attention(layer, this.#norm(x, `h.${layer}.ln_1`)));
      addTo(x, this.#feedForward(`h.${layer}.mlp.`, this.#norm(x, `h.${layer}.ln_2`)));
    }
    return this.#norm(x, "ln_f");
  }

  #attention(layer: number, x: Rows): Rows {
    const {
      n_embd: width,
      n_head: heads,
      scale_attn_weights,
      scale_attn_by_inverse_layer_idx,
    } = this.#config;
    const size = width / heads;
    const prefix = `h.${layer}.`;
    const scale = scale_attn_weights === false ? 1 : 1 / Math.sqrt(size);
    const layerScale = scale_attn_by_inverse_layer_idx ? scale / (layer + 1) : scale;
    const qkv = this.#linear(x, `${prefix}attn.c_attn`, 3 * width);
    const mixed = x.map(() => new Float64Array(width));
    for (let head = 0; head < heads; head++)
      for (let t = 0; t < x.length; t++)
        mixOneHead({ qkv, start: head * size, size, width, scale: layerScale }, mixed[t]!, t);
    return this.#linear(mixed, `${prefix}attn.c_proj`, width);
  }

  #feedForward(prefix: string, x: Rows): Rows {
    const { n_embd: width, n_inner, activation_function = "gelu_new" } = this.#config;
    const activate = ACTIVATIONS[activation_function]!;
    const inner = this.#linear(x, `${prefix}c_fc`, n_inner ?? 4 * width).map((row) => row.map(activate));
    return this.#linear(inner, `${prefix}c_proj`, width);
  }

  #norm(x: Rows, name: string): Rows {
    const gain = this.#tensor(`${name}.weight`);
    const shift = this.#tensor(`${name}.bias`);
    const epsilon = this.#config.layer_norm_epsilon ?? 1e-5;
    return x.map((row) => {
      const mean = row.reduce((a, b) => a + b) / row.length;
      const variance = row.reduce((sum, value) => sum + (value - mean) ** 2, 0) / row.length;
      return row.map((value, i) => ((value - mean) / Math.sqrt(variance + epsilon)) * gain[i]! + shift[i]!);
    });
  }

  #linear(x: Rows, name: string, outputs: number): Rows {
    const weight = this.#tensor(`${name}.weight`);
    const bias = this.#tensor(`${name}.bias`);
    return x.map((row) => {
      const out = Float64Array.from(bias);
      for (let k = 0; k < row.length; k++) {
        const value = row[k]!;
        const start = k * outputs;
        for (let n = 0; n < outputs; n++) out[n]! += value * weight[start + n]!;
      }
      return out;
    });
  }

  #tensor(name: string): Float32Array {
    return this.#tensors.get(name) ?? this.#tensors.get(`transformer.${name}`)!;
  }
}

const ACTIVATIONS: Record<string, (x: number) => number> = {
  gelu_new: (x) => 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3))),
  gelu: (x) => 0.5 * x * (1 + erf(x / Math.SQRT2)),
  relu: (x) => Math.max(0, x),
};

/** The error function by its Taylor series, exact enough for |x| < 4; beyond that it is 1. */
function erf(x: number): number {
  if (Math.abs(x) > 4) return Math.sign(x);
  let term = x;
  let sum = x;
  for (let n = 1; n < 80; n++) {
    term *= (-x * x) / n;
    sum += term / (2 * n + 1);
  }
  return (2 / Math.sqrt(Math.PI)) * sum;
}

interface Head {
  readonly qkv: Rows;
  /** Where the head's numbers begin, and how many they are. */
  readonly start: number;
  readonly size: number;
  readonly width: number;
  readonly scale: number;
}

function mixOneHead({ qkv, start, size, width, scale }: Head, out: Float64Array, t: number): void {
  const query = qkv[t]!.subarray(start, start + size);
  const scores = new Float64Array(t + 1);
  for (let past = 0; past <= t; past++) {
    const row = qkv[past]!;
    let dot = 0;
    for (let i = 0; i < size; i++) dot += query[i]! * row[width + start + i]!;
    scores[past] = dot * scale;
  }
  const max = scores.reduce((a, b) => Math.max(a, b));
  const shares = scores.map((score) => Math.exp(score - max));
  const total = shares.reduce((a, b) => a + b);
  for (let past = 0; past <= t; past++) {
    const share = shares[past]! / total;
    const row = qkv[past]!;
    for (let i = 0; i < size; i++) out[start + i]! += share * row[2 * width + start + i]!;
  }
}

function timesTransposed(row: Float64Array, matrix: Float32Array, outputs: number): Float64Array {
  return new Float64Array(outputs).map((_, n) => {
    let sum = 0;
    for (let i = 0; i < row.length; i++) sum += row[i]! * matrix[n * row.length + i]!;
    return sum;
  });
}

function addTo(x: Rows, y: Rows): void {
  for (const [t, row] of x.entries()) for (let i = 0; i < row.length; i++) row[i]! += y[t]![i]!;
}

function readTensors(path: string): Map<string, Float32Array> {
  const bytes = readFileSync(path);
  const headerLength = Number(bytes.readBigUInt64LE(0));
  const header: Record<string, { data_offsets?: [number, number] }> = JSON.parse(
    bytes.subarray(8, 8 + headerLength).toString("utf8"),
  );
  const tensors = new Map<string, Float32Array>();
  for (const [name, { data_offsets: place }] of Object.entries(header)) {
    if (place === undefined) continue;
    const start = bytes.byteOffset + 8 + headerLength + place[0];
    tensors.set(name, new Float32Array(bytes.buffer.slice(start, start + place[1] - place[0])));
  }
  return tensors;
}
