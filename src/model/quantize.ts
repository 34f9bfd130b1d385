/**
 * Symmetric quantisation of weight matrices. In blocks, as ONNX Runtime's MatMulNBits and GatherBlockQuantized read them:
 * each output's weights in blocks of inputs with one float scale, zero point 128 (8 bits) or 8 (4 bits, low nibble first).
 * By outputs, for MatMulIntegerToFloat: one scale for all weights of an output.
 * Format: https://github.com/microsoft/onnxruntime/blob/main/docs/ContribOperators.md#com.microsoft.MatMulNBits
 */

export type WeightBits = 4 | 8;

/** Inputs must be a multiple of this. */
export const SMALLEST_BLOCK = 32;
/** ONNX Runtime takes powers of two; larger ones no longer divide the widths of GPT-2. */
const LARGEST_BLOCK = 64;

/** A matrix of `outputs` x `inputs` weights; weight (o, i) is `values[o * outputStride + i * inputStride]`. */
export interface WeightMatrix {
  readonly values: Float32Array;
  readonly outputs: number;
  readonly inputs: number;
  readonly outputStride: number;
  readonly inputStride: number;
}

/** Integers and what to multiply them by; shapes: see who returns them. */
export interface QuantizedMatrix {
  readonly quants: Uint8Array;
  readonly scales: Float32Array;
}

/**
 * How many weights of one output share a scale. Large blocks are smaller on disk and faster, but the activations are
 * rounded in the same blocks, and one outlier, as published GPT-2s have, spoils a whole block: 256 is 10 % faster and was
 * not proven on such weights. 4 bits need the finest scales.
 */
export function blockSizeOf(inputs: number, bits: WeightBits): number {
  let size = bits === 8 ? LARGEST_BLOCK : SMALLEST_BLOCK;
  while (inputs % size !== 0) size /= 2;
  return size;
}

/**
 * Rounds to the nearest representable weight: `quants` [outputs, inputs * bits / 8], `scales` [outputs, inputs / block
 * size]. `inputs` must be a multiple of 32.
 */
export function quantize(matrix: WeightMatrix, bits: WeightBits): QuantizedMatrix {
  const blockSize = blockSizeOf(matrix.inputs, bits);
  const blocks = matrix.inputs / blockSize;
  const quants = new Uint8Array((matrix.outputs * matrix.inputs * bits) / 8);
  const scales = new Float32Array(matrix.outputs * blocks);
  const block = new Float32Array(blockSize);
  for (let b = 0; b < blocks; b++) {
    for (let o = 0; o < matrix.outputs; o++) {
      copyBlock(matrix, o, b, block);
      const scale = bits === 8 ? scaleOf8(block) : scaleOf4(block);
      scales[o * blocks + b] = scale;
      const start = o * matrix.inputs + b * blockSize;
      if (bits === 8) write8(block, scale, quants, start);
      else write4(block, scale, quants, start / 2);
    }
  }
  return { quants, scales };
}

/**
 * Rounds a matrix [inputs, outputs] to 8 bits with one scale for each output: `quants` [inputs, outputs], zero point 128,
 * `scales` [outputs].
 */
export function quantizeOutputs(values: Float32Array, outputs: number): QuantizedMatrix {
  const scales = new Float32Array(outputs);
  for (let i = 0; i < values.length; i += outputs)
    for (let o = 0; o < outputs; o++) scales[o] = Math.max(scales[o]!, Math.abs(values[i + o]!));
  for (let o = 0; o < outputs; o++) scales[o] = scales[o]! / 127;
  const quants = new Uint8Array(values.length);
  for (let i = 0; i < values.length; i += outputs)
    for (let o = 0; o < outputs; o++) quants[i + o] = level(values[i + o]!, scales[o]!, 127) + 128;
  return { quants, scales };
}

function copyBlock(matrix: WeightMatrix, output: number, block: number, target: Float32Array): void {
  const start = output * matrix.outputStride + block * target.length * matrix.inputStride;
  for (let i = 0; i < target.length; i++) target[i] = matrix.values[start + i * matrix.inputStride]!;
}

/** The weight farthest from zero, with its sign. */
export function extremeOf(block: Float32Array): number {
  let extreme = 0;
  for (const weight of block) if (Math.abs(weight) > Math.abs(extreme)) extreme = weight;
  return extreme;
}

function scaleOf8(block: Float32Array): number {
  return Math.fround(Math.abs(extremeOf(block)) / 127);
}

/** The extreme weight becomes -8, the one end of the range that +7 cannot match. */
function scaleOf4(block: Float32Array): number {
  return Math.fround(extremeOf(block) / -8);
}

function write8(block: Float32Array, scale: number, quants: Uint8Array, start: number): void {
  for (let i = 0; i < block.length; i++) quants[start + i] = level(block[i]!, scale, 127) + 128;
}

function write4(block: Float32Array, scale: number, quants: Uint8Array, start: number): void {
  for (let i = 0; i < block.length; i += 2) {
    const low = level(block[i]!, scale, 7) + 8;
    const high = level(block[i + 1]!, scale, 7) + 8;
    quants[start + i / 2] = low | (high << 4);
  }
}

function level(weight: number, scale: number, max: number): number {
  if (scale === 0) return 0;
  return Math.max(-max - 1, Math.min(max, Math.round(weight / scale)));
}
