/**
 * Float weights as llama.cpp stores them: plain, or in blocks of 32 with a half-precision scale.
 * Format: https://github.com/ggml-org/llama.cpp/blob/master/ggml/src/ggml-common.h (block_q8_0, block_q4_0)
 */
import { extremeOf } from "../../src/model/quantize.ts";

export type GgufType = "f32" | "q8_0" | "q4_0";

const BLOCK = 32;

/** A number for tensors and one for whole files (`general.file_type`), and the bytes of 32 weights. */
export const GGUF_TYPES = {
  f32: { tensor: 0, file: 0, blockBytes: 4 * BLOCK },
  q8_0: { tensor: 8, file: 7, blockBytes: 2 + BLOCK },
  q4_0: { tensor: 2, file: 2, blockBytes: 2 + BLOCK / 2 },
} as const satisfies Readonly<Record<GgufType, object>>;

/** Bytes of `count` weights, a multiple of 32. */
export function encodedBytes(count: number, type: GgufType): number {
  return (count / BLOCK) * GGUF_TYPES[type].blockBytes;
}

export function encodeWeights(weights: Float32Array, type: GgufType): Buffer {
  if (type === "f32") return Buffer.from(weights.buffer, weights.byteOffset, weights.byteLength);
  const encoded = Buffer.alloc(encodedBytes(weights.length, type));
  const write = type === "q8_0" ? writeBlock8 : writeBlock4;
  for (let start = 0, at = 0; start < weights.length; start += BLOCK, at += GGUF_TYPES[type].blockBytes)
    write(weights.subarray(start, start + BLOCK), encoded, at);
  return encoded;
}

function writeBlock8(block: Float32Array, target: Buffer, at: number): void {
  const scale = Math.abs(extremeOf(block)) / 127;
  target.writeUInt16LE(toFloat16(scale), at);
  for (let i = 0; i < BLOCK; i++)
    target.writeInt8(scale === 0 ? 0 : Math.round(block[i]! / scale), at + 2 + i);
}

/** The first half of a block goes to the low four bits, the second half to the high ones. */
function writeBlock4(block: Float32Array, target: Buffer, at: number): void {
  const scale = extremeOf(block) / -8;
  const level = (i: number) => (scale === 0 ? 8 : Math.min(15, Math.floor(block[i]! / scale + 8.5)));
  target.writeUInt16LE(toFloat16(scale), at);
  for (let i = 0; i < BLOCK / 2; i++) target[at + 2 + i] = level(i) | (level(i + BLOCK / 2) << 4);
}

const float = new Float32Array(1);
const bits = new Uint32Array(float.buffer);

/** IEEE 754 binary16 of a scale, rounded to nearest; scales are far from infinity, tiny ones become subnormal. */
function toFloat16(value: number): number {
  float[0] = value;
  const sign = (bits[0]! >>> 16) & 0x8000;
  const exponent = ((bits[0]! >>> 23) & 0xff) - 112;
  const fraction = bits[0]! & 0x7fffff;
  if (exponent > 0) return sign | (((exponent << 23) + fraction + 0x1000) >>> 13);
  if (exponent < -10) return sign;
  const shift = 14 - exponent;
  return sign | (((fraction | 0x800000) + (1 << (shift - 1))) >>> shift);
}
