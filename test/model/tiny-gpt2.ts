/**
 * Writes tiny random GPT-2s in Hugging Face form for tests: 2 layers, width 64, 2 heads, a byte-level tokenizer of 260
 * tokens. All weights are multiples of 1/256 below 1/2, so float32, float16 and bfloat16 hold exactly the same numbers.
 */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

export type TinyType = "F32" | "F16" | "BF16";

export interface TinyOptions {
  readonly type?: TinyType;
  /** Put before every name but lm_head. Default "transformer.". */
  readonly prefix?: string;
  /** Default true. An untied head gets weights of its own. */
  readonly tied?: boolean;
  /** Files to spread the weights over; more than 1 writes an index. Default 1. */
  readonly shards?: number;
  /** Default 1. */
  readonly seed?: number;
  /** Makes channel 5 of what every norm gives this many times as large and its weights as small: the same model. F32 only. */
  readonly loud?: number;
  /** Makes the weights of each feed-forward part's first layer zero. */
  readonly silent?: boolean;
  /** Replaces fields of config.json, e.g. { n_embd: 48 }. */
  readonly config?: Readonly<Record<string, unknown>>;
}

const TINY_CONFIG = {
  model_type: "gpt2",
  activation_function: "gelu_new",
  n_positions: 1024,
  n_embd: 64,
  n_layer: 2,
  n_head: 2,
  vocab_size: 260,
  bos_token_id: 259,
  eos_token_id: 259,
  layer_norm_epsilon: 1e-5,
};

/** Writes config.json, tokenizer.json and the weights into `folder`, which is made if need be; returns it. */
export async function writeTinyGpt2(folder: string, options: TinyOptions = {}): Promise<string> {
  await mkdir(folder, { recursive: true });
  const config = { ...TINY_CONFIG, tie_word_embeddings: options.tied ?? true, ...options.config };
  await writeFile(join(folder, "config.json"), JSON.stringify(config));
  await writeFile(join(folder, "tokenizer.json"), JSON.stringify(tinyTokenizerJson()));
  const tensors = [...tinyTensors(config, options)];
  for (const tensor of tensors) makeLoud(tensor, options.loud ?? 1);
  if (options.silent) for (const { name, values } of tensors) if (/mlp.c_fc/.test(name)) values.fill(0);
  const shards = options.shards ?? 1;
  if (shards === 1) await writeSafetensors(join(folder, "model.safetensors"), tensors, options.type);
  else await writeShards(folder, tensors, shards, options.type);
  return folder;
}

export interface TinyTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

/** Writes a safetensors file; values must be exact in the type. */
export async function writeSafetensors(
  path: string,
  tensors: readonly TinyTensor[],
  type: TinyType = "F32",
): Promise<void> {
  const header: Record<string, unknown> = { __metadata__: { format: "pt" } };
  const parts: Uint8Array[] = [];
  let offset = 0;
  for (const { name, shape, values } of tensors) {
    const bytes = encode(values, type);
    header[name] = { dtype: type, shape, data_offsets: [offset, offset + bytes.byteLength] };
    offset += bytes.byteLength;
    parts.push(bytes);
  }
  await writeFile(path, safetensorsBytes(JSON.stringify(header), Buffer.concat(parts)));
}

/** A file of this header and data, whether they fit or not. */
export function safetensorsBytes(header: string, data: Uint8Array, claimedLength?: bigint): Buffer {
  const json = Buffer.from(header, "utf8");
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(claimedLength ?? BigInt(json.byteLength));
  return Buffer.concat([length, json, data]);
}

/** The part of a tokenizer.json that tests look into. */
export interface TokenizerJson {
  readonly model: { readonly vocab: Record<string, number>; readonly merges: readonly (string | string[])[] };
}

/** 256 bytes, three merges and <|endoftext|> (259). */
export function tinyTokenizerJson(): TokenizerJson {
  const merges = ["h e", "Ġ t", "Ġt he"];
  const merged = merges.map((merge) => merge.replace(" ", ""));
  const tokens = [...byteLetters(), ...merged, "<|endoftext|>"];
  const json = {
    added_tokens: [{ id: 259, content: "<|endoftext|>", special: true }],
    pre_tokenizer: { type: "ByteLevel", add_prefix_space: false },
    decoder: { type: "ByteLevel" },
    model: { type: "BPE", vocab: Object.fromEntries(tokens.map((token, id) => [token, id])), merges },
  };
  return json;
}

function byteLetters(): string[] {
  const isVisible = (b: number) => (b > 32 && b < 127) || (b > 160 && b < 256 && b !== 173);
  let hidden = 256;
  return Array.from({ length: 256 }, (_, byte) => String.fromCharCode(isVisible(byte) ? byte : hidden++));
}

function* tinyTensors(config: typeof TINY_CONFIG, options: TinyOptions): Generator<TinyTensor> {
  const { n_embd: width, n_layer: layers, n_positions: positions, vocab_size: vocabulary } = config;
  const inner = (config as { n_inner?: number }).n_inner ?? 4 * width;
  const random = createRandom(options.seed ?? 1);
  const prefix = options.prefix ?? "transformer.";
  const tensor = (name: string, ...shape: number[]) => ({
    name: prefix + name,
    shape,
    values: random(shape),
  });
  yield tensor("wte.weight", vocabulary, width);
  yield tensor("wpe.weight", positions, width);
  for (let layer = 0; layer < layers; layer++) {
    for (const norm of ["ln_1", "ln_2"]) yield* normTensors(`h.${layer}.${norm}`, width, tensor);
    yield* linearTensors(`h.${layer}.attn.c_attn`, width, 3 * width, tensor);
    yield* linearTensors(`h.${layer}.attn.c_proj`, width, width, tensor);
    yield* linearTensors(`h.${layer}.mlp.c_fc`, width, inner, tensor);
    yield* linearTensors(`h.${layer}.mlp.c_proj`, inner, width, tensor);
    // A causal mask that older checkpoints store as if it were a weight.
    yield tensor(`h.${layer}.attn.bias`, 1, 1, 4, 4);
  }
  yield* normTensors("ln_f", width, tensor);
  if (options.tied === false) yield { ...tensor("", vocabulary, width), name: "lm_head.weight" };
}

const LOUD_CHANNEL = 5;

function makeLoud({ name, shape, values }: TinyTensor, times: number): void {
  if (/ln_[12]\.(weight|bias)$/.test(name)) values[LOUD_CHANNEL]! *= times;
  if (!/(c_attn|c_fc)\.weight$/.test(name)) return;
  const columns = shape[1]!;
  for (let i = 0; i < columns; i++) values[LOUD_CHANNEL * columns + i]! /= times;
}

type MakeTensor = (name: string, ...shape: number[]) => TinyTensor;

function* normTensors(name: string, width: number, tensor: MakeTensor): Generator<TinyTensor> {
  const gain = tensor(`${name}.weight`, width);
  yield { ...gain, values: gain.values.map((value) => 1 + Math.round(value * 64) / 64) };
  yield tensor(`${name}.bias`, width);
}

function* linearTensors(
  name: string,
  inputs: number,
  outputs: number,
  tensor: MakeTensor,
): Generator<TinyTensor> {
  yield tensor(`${name}.weight`, inputs, outputs);
  yield tensor(`${name}.bias`, outputs);
}

/** Multiples of 1/256, roughly normal with a deviation of 0.1. */
function createRandom(seed: number): (shape: readonly number[]) => Float32Array {
  let state = seed;
  const next = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32 - 0.5;
  };
  return (shape) => {
    const count = shape.reduce((a, b) => a * b, 1);
    return new Float32Array(count).map(() => Math.round((next() + next() + next()) * 0.2 * 256) / 256);
  };
}

async function writeShards(
  folder: string,
  tensors: readonly TinyTensor[],
  shards: number,
  type: TinyType | undefined,
): Promise<void> {
  const nameOf = (shard: number) => `model-${shard + 1}-of-${shards}.safetensors`;
  const map: Record<string, string> = {};
  for (let shard = 0; shard < shards; shard++) {
    const part = tensors.filter((_, i) => i % shards === shard);
    for (const { name } of part) map[name] = nameOf(shard);
    await writeSafetensors(join(folder, nameOf(shard)), part, type);
  }
  await writeFile(join(folder, "model.safetensors.index.json"), JSON.stringify({ weight_map: map }));
}

function encode(values: Float32Array, type: TinyType): Uint8Array {
  if (type === "F32") return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  const halves = Uint16Array.from(bits, type === "BF16" ? (b) => b >>> 16 : toFloat16Bits);
  return new Uint8Array(halves.buffer);
}

/** Of a normal number with few fraction bits, or zero. */
function toFloat16Bits(float32Bits: number): number {
  const sign = (float32Bits >>> 16) & 0x8000;
  const exponent = (float32Bits >>> 23) & 0xff;
  if (exponent === 0) return sign;
  return sign | ((exponent - 112) << 10) | ((float32Bits >>> 13) & 0x3ff);
}
