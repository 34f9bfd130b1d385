/**
 * Writes a GPT-2 as the GGUF file that llama.cpp loads. The vocabulary has the right size and bytes only, as tokens are
 * given to the programs as numbers.
 * Format: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md
 */
import { type FileHandle, open } from "node:fs/promises";
import { BYTE_LETTERS } from "../../src/model/byte-letters.ts";
import { type Checkpoint, type LinearName, linearShape, transposed, withCheckpoint } from "./checkpoint.ts";
import { encodedBytes, encodeWeights, GGUF_TYPES, type GgufType } from "./gguf-blocks.ts";

const VERSION = 3;
const ALIGNMENT = 32;
/** Numbers of the format for the types of metadata. */
const UINT32 = 4;
const INT32 = 5;
const FLOAT32 = 6;
const STRING = 8;
const ARRAY = 9;
/** llama.cpp's token types. */
const NORMAL_TOKEN = 1;
const CONTROL_TOKEN = 3;

/** `dimensions` are inner first, as GGUF has them: the other way round than everywhere else here. */
interface Tensor {
  readonly name: string;
  readonly dimensions: readonly number[];
  readonly type: GgufType;
  readonly read: () => Promise<Float32Array>;
}

/** Matrices as `type`; positions, norms and biases stay float32, as in llama.cpp's own conversion. */
export async function writeGguf(sourceDir: string, path: string, type: GgufType): Promise<void> {
  await withCheckpoint(sourceDir, async (checkpoint) => {
    const tensors = [...tensorsOf(checkpoint, type)];
    const file = await open(path, "w");
    try {
      await writeAll(file, padded(header(checkpoint, tensors, type)));
      for (const tensor of tensors)
        await writeAll(file, padded(encodeWeights(await tensor.read(), tensor.type)));
    } finally {
      await file.close();
    }
  });
}

function* tensorsOf({ config, weights }: Checkpoint, type: GgufType): Generator<Tensor> {
  const { width, layers, vocabularySize, positions } = config;
  const plain = (name: string, source: string, count: number): Tensor => ({
    name,
    dimensions: [count],
    type: "f32",
    read: () => weights.read(source, [count]),
  });
  const table = (name: string, source: string, rows: number, stored: GgufType): Tensor => ({
    name,
    dimensions: [width, rows],
    type: stored,
    read: () => weights.read(source, [rows, width]),
  });
  yield table("token_embd.weight", "wte.weight", vocabularySize, type);
  yield table("position_embd.weight", "wpe.weight", positions, "f32");
  for (const part of ["weight", "bias"]) yield plain(`output_norm.${part}`, `ln_f.${part}`, width);
  for (let layer = 0; layer < layers; layer++) {
    for (const part of ["weight", "bias"]) {
      yield plain(`blk.${layer}.attn_norm.${part}`, `h.${layer}.ln_1.${part}`, width);
      yield plain(`blk.${layer}.ffn_norm.${part}`, `h.${layer}.ln_2.${part}`, width);
    }
    for (const [name, linear] of LINEARS) {
      const source = `h.${layer}.${linear}`;
      const shape = linearShape(config, linear);
      const read = async () => transposed(await weights.read(`${source}.weight`, shape), shape);
      yield { name: `blk.${layer}.${name}.weight`, dimensions: shape, type, read };
      yield plain(`blk.${layer}.${name}.bias`, `${source}.bias`, shape[1]);
    }
  }
}

const LINEARS: readonly (readonly [string, LinearName])[] = [
  ["attn_qkv", "attn.c_attn"],
  ["attn_output", "attn.c_proj"],
  ["ffn_up", "mlp.c_fc"],
  ["ffn_down", "mlp.c_proj"],
];

function header({ config }: Checkpoint, tensors: readonly Tensor[], type: GgufType): Buffer {
  const endOfText = config.vocabularySize - 1;
  const tokens = Array.from({ length: config.vocabularySize }, (_, id) => tokenText(id));
  const kinds = tokens.map((_, id) => int32(id === endOfText ? CONTROL_TOKEN : NORMAL_TOKEN));
  const metadata: readonly Buffer[] = [
    entry("general.architecture", STRING, text("gpt2")),
    entry("general.file_type", UINT32, uint32(GGUF_TYPES[type].file)),
    entry("gpt2.context_length", UINT32, uint32(config.positions)),
    entry("gpt2.embedding_length", UINT32, uint32(config.width)),
    entry("gpt2.feed_forward_length", UINT32, uint32(config.innerWidth)),
    entry("gpt2.block_count", UINT32, uint32(config.layers)),
    entry("gpt2.attention.head_count", UINT32, uint32(config.heads)),
    entry("gpt2.attention.layer_norm_epsilon", FLOAT32, float32(config.layerNormEpsilon)),
    entry("tokenizer.ggml.model", STRING, text("gpt2")),
    entry("tokenizer.ggml.pre", STRING, text("gpt-2")),
    entry("tokenizer.ggml.tokens", ARRAY, array(STRING, tokens.map(text))),
    entry("tokenizer.ggml.token_type", ARRAY, array(INT32, kinds)),
    entry("tokenizer.ggml.merges", ARRAY, array(STRING, [text("e t")])),
    entry("tokenizer.ggml.bos_token_id", UINT32, uint32(endOfText)),
    entry("tokenizer.ggml.eos_token_id", UINT32, uint32(endOfText)),
  ];
  const counts = [uint32(VERSION), uint64(tensors.length), uint64(metadata.length)];
  return Buffer.concat([Buffer.from("GGUF"), ...counts, ...metadata, ...describe(tensors)]);
}

function describe(tensors: readonly Tensor[]): Buffer[] {
  let offset = 0;
  return tensors.map(({ name, dimensions, type }) => {
    const place = [uint32(GGUF_TYPES[type].tensor), uint64(offset)];
    offset += aligned(
      encodedBytes(
        dimensions.reduce((a, b) => a * b),
        type,
      ),
    );
    return Buffer.concat([text(name), uint32(dimensions.length), ...dimensions.map(uint64), ...place]);
  });
}

/** The 256 bytes as GPT-2 writes them, then one merged pair (tables without any are refused), then names without meaning. */
function tokenText(id: number): string {
  return BYTE_LETTERS[id] ?? (id === 256 ? "et" : `<${id}>`);
}

const entry = (key: string, type: number, value: Buffer) => Buffer.concat([text(key), uint32(type), value]);
const array = (type: number, items: readonly Buffer[]) =>
  Buffer.concat([uint32(type), uint64(items.length), ...items]);

function text(value: string): Buffer {
  const bytes = Buffer.from(value);
  return Buffer.concat([uint64(bytes.length), bytes]);
}

function uint32(value: number): Buffer {
  return Buffer.from(Uint32Array.of(value).buffer);
}

function int32(value: number): Buffer {
  return Buffer.from(Int32Array.of(value).buffer);
}

function uint64(value: number): Buffer {
  return Buffer.from(BigUint64Array.of(BigInt(value)).buffer);
}

function float32(value: number): Buffer {
  return Buffer.from(Float32Array.of(value).buffer);
}

function aligned(bytes: number): number {
  return Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;
}

function padded(bytes: Buffer): Buffer {
  const missing = aligned(bytes.length) - bytes.length;
  return missing === 0 ? bytes : Buffer.concat([bytes, Buffer.alloc(missing)]);
}

async function writeAll(file: FileHandle, bytes: Buffer): Promise<void> {
  for (let done = 0; done < bytes.length; ) done += (await file.write(bytes, done)).bytesWritten;
}
