/**
 * Writes a GPT-2 of a published size with random weights in Hugging Face form, for measuring speed and memory where no real
 * one is at hand. Values repeat from a pool, as they change neither. The tokenizer knows single bytes only.
 */
import { type FileHandle, open, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { BYTE_LETTERS } from "./byte-letters.ts";

export interface RandomShape {
  readonly layers: number;
  readonly width: number;
  readonly heads: number;
  readonly vocabulary: number;
  readonly positions: number;
}

const published = (layers: number, width: number, heads: number): RandomShape => ({
  layers,
  width,
  heads,
  vocabulary: 50_257,
  positions: 1024,
});

/** The four published GPT-2s, by their millions of parameters. */
export const GPT2_SHAPES = {
  "124m": published(12, 768, 12),
  "355m": published(24, 1024, 16),
  "774m": published(36, 1280, 20),
  "1558m": published(48, 1600, 25),
} as const;
export type Gpt2ShapeName = keyof typeof GPT2_SHAPES;

const DEVIATION = 0.02;
/** Not a multiple of any width, so that no two rows are alike. */
const POOL_VALUES = 1_048_573;
const BFLOAT16_BYTES = 2;

/**
 * Writes config.json, tokenizer.json and model.safetensors (bfloat16, normal with deviation 0.02) into `folder`, which
 * exists. `signal` is checked after each tensor.
 */
export async function writeRandomGpt2(
  folder: string,
  shape: RandomShape,
  signal?: AbortSignal,
): Promise<void> {
  const config = {
    model_type: "gpt2",
    n_layer: shape.layers,
    n_embd: shape.width,
    n_head: shape.heads,
    vocab_size: shape.vocabulary,
    n_positions: shape.positions,
    eos_token_id: shape.vocabulary - 1,
  };
  await writeFile(join(folder, "config.json"), JSON.stringify(config));
  await writeFile(join(folder, "tokenizer.json"), JSON.stringify(byteTokenizer()));
  const file = await open(join(folder, "model.safetensors"), "w");
  try {
    await writeWeights(file, [...tensorShapes(shape)], signal);
  } finally {
    await file.close();
  }
}

function byteTokenizer(): unknown {
  const vocab = Object.fromEntries(BYTE_LETTERS.map((letter, id) => [letter, id]));
  return { pre_tokenizer: { type: "ByteLevel" }, model: { type: "BPE", vocab, merges: [] } };
}

function* tensorShapes({ layers, width, vocabulary, positions }: RandomShape): Generator<[string, number[]]> {
  yield ["wte.weight", [vocabulary, width]];
  yield ["wpe.weight", [positions, width]];
  for (let layer = 0; layer < layers; layer++) {
    const linears: readonly (readonly [string, number, number])[] = [
      ["attn.c_attn", width, 3 * width],
      ["attn.c_proj", width, width],
      ["mlp.c_fc", width, 4 * width],
      ["mlp.c_proj", 4 * width, width],
    ];
    for (const norm of ["ln_1", "ln_2"])
      for (const part of ["weight", "bias"]) yield [`h.${layer}.${norm}.${part}`, [width]];
    for (const [name, inputs, outputs] of linears) {
      yield [`h.${layer}.${name}.weight`, [inputs, outputs]];
      yield [`h.${layer}.${name}.bias`, [outputs]];
    }
  }
  for (const part of ["weight", "bias"]) yield [`ln_f.${part}`, [width]];
}

async function writeWeights(
  file: FileHandle,
  shapes: readonly [string, number[]][],
  signal: AbortSignal | undefined,
): Promise<void> {
  const header: Record<string, unknown> = {};
  let offset = 0;
  for (const [name, shape] of shapes) {
    const end = offset + BFLOAT16_BYTES * countOf(shape);
    header[name] = { dtype: "BF16", shape, data_offsets: [offset, end] };
    offset = end;
  }
  const json = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.byteLength));
  await file.write(Buffer.concat([length, json]));
  const pools = { weight: createPool(0), gain: createPool(1) };
  for (const [name, shape] of shapes) {
    signal?.throwIfAborted();
    const isGain = name.includes("ln_") && name.endsWith("weight");
    await writeFromPool(file, isGain ? pools.gain : pools.weight, countOf(shape));
  }
}

function countOf(shape: readonly number[]): number {
  return shape.reduce((a, b) => a * b);
}

async function writeFromPool(file: FileHandle, pool: Uint16Array, count: number): Promise<void> {
  for (let done = 0; done < count; done += pool.length) {
    const part = pool.subarray(0, Math.min(pool.length, count - done));
    await file.write(new Uint8Array(part.buffer, part.byteOffset, part.byteLength));
  }
}

/** Numbers near normal around `mean`, as bfloat16: the upper halves of float32. Seeded, so every run measures the same. */
function createPool(mean: number): Uint16Array {
  let state = 12345;
  const uniform = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32 - 0.5;
  };
  const normal = () => (uniform() + uniform() + uniform() + uniform()) * Math.sqrt(3) * DEVIATION;
  const values = new Float32Array(POOL_VALUES).map(() => mean + normal());
  return Uint16Array.from(new Uint32Array(values.buffer), (bits) => bits >>> 16);
}
