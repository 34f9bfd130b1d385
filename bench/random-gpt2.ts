/**
 * Writes a GPT-2 of any size with random weights in Hugging Face form, for measuring speed and memory where no real one is
 * at hand. The tokenizer knows single bytes only; the other tokens have no text.
 */
import { open, writeFile } from "node:fs/promises";
import { join } from "node:path";

export interface RandomShape {
  readonly layers: number;
  readonly width: number;
  readonly heads: number;
  readonly vocabulary: number;
  readonly positions: number;
}

/** The published 124M GPT-2. */
export const GPT2_SMALL: RandomShape = {
  layers: 12,
  width: 768,
  heads: 12,
  vocabulary: 50_257,
  positions: 1024,
};

/** Writes config.json, tokenizer.json and model.safetensors (float32, normal with deviation 0.02) into `folder`. */
export async function writeRandomGpt2(folder: string, shape: RandomShape): Promise<void> {
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
  await writeWeights(join(folder, "model.safetensors"), [...tensorShapes(shape)]);
}

function byteTokenizer(): unknown {
  const isVisible = (b: number) => (b > 32 && b < 127) || (b > 160 && b !== 173);
  let hidden = 256;
  const letters = Array.from({ length: 256 }, (_, b) => String.fromCharCode(isVisible(b) ? b : hidden++));
  const vocab = Object.fromEntries(letters.map((letter, id) => [letter, id]));
  return { pre_tokenizer: { type: "ByteLevel" }, model: { type: "BPE", vocab, merges: [] } };
}

function* tensorShapes({ layers, width, vocabulary, positions }: RandomShape): Generator<[string, number[]]> {
  yield ["wte.weight", [vocabulary, width]];
  yield ["wpe.weight", [positions, width]];
  for (let layer = 0; layer < layers; layer++) {
    const linears = {
      "attn.c_attn": [1, 3],
      "attn.c_proj": [1, 1],
      "mlp.c_fc": [1, 4],
      "mlp.c_proj": [4, 1],
    };
    for (const norm of ["ln_1", "ln_2"])
      for (const part of ["weight", "bias"]) yield [`h.${layer}.${norm}.${part}`, [width]];
    for (const [name, [inputs, outputs]] of Object.entries(linears)) {
      yield [`h.${layer}.${name}.weight`, [inputs! * width, outputs! * width]];
      yield [`h.${layer}.${name}.bias`, [outputs! * width]];
    }
  }
  for (const part of ["weight", "bias"]) yield [`ln_f.${part}`, [width]];
}

async function writeWeights(path: string, shapes: readonly [string, number[]][]): Promise<void> {
  const header: Record<string, unknown> = {};
  let offset = 0;
  for (const [name, shape] of shapes) {
    const end = offset + 4 * shape.reduce((a, b) => a * b);
    header[name] = { dtype: "F32", shape, data_offsets: [offset, end] };
    offset = end;
  }
  const json = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.byteLength));
  const file = await open(path, "w");
  await file.write(Buffer.concat([length, json]));
  const normal = createNormal(0.02);
  for (const [name, shape] of shapes) {
    const isGain = name.includes("ln_") && name.endsWith("weight");
    const values = new Float32Array(shape.reduce((a, b) => a * b)).map(() => normal() + (isGain ? 1 : 0));
    await file.write(new Uint8Array(values.buffer));
  }
  await file.close();
}

/** Sums of four uniform numbers, near enough to normal. Seeded, so every run measures the same weights. */
function createNormal(deviation: number): () => number {
  let state = 12345;
  const uniform = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32 - 0.5;
  };
  return () => (uniform() + uniform() + uniform() + uniform()) * Math.sqrt(3) * deviation;
}
