/** Block quantisation: what the integers and scales stand for is as near to the weights as the format allows. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { blockSizeOf, quantize, type WeightBits } from "../../src/model/quantize.ts";

const weights = fc.float32Array({ minLength: 128, maxLength: 128, noNaN: true, min: -4, max: 4 });

describe.each([8, 4] as const)("%i bits", (bits) => {
  it("keeps every weight within half a step, a whole one at the far end", () => {
    fc.assert(
      fc.property(weights, (values) => {
        const { quants, scales } = quantize(
          { values, outputs: 2, inputs: 64, outputStride: 64, inputStride: 1 },
          bits,
        );
        const blockSize = blockSizeOf(64, bits);
        for (let i = 0; i < values.length; i++) {
          const step = Math.abs(scales[Math.floor(i / blockSize)]!);
          const error = Math.abs(
            dequantized(quants, scales[Math.floor(i / blockSize)]!, i, bits) - values[i]!,
          );
          expect(error).toBeLessThanOrEqual(step * (bits === 8 ? 0.51 : 1.01));
        }
      }),
    );
  });

  it("reads a transposed matrix alike", () => {
    const values = Float32Array.from({ length: 128 }, (_, i) => Math.sin(i * i));
    const turned = Float32Array.from({ length: 128 }, (_, i) => values[(i % 2) * 64 + Math.floor(i / 2)]!);
    const straight = { values, outputs: 2, inputs: 64, outputStride: 64, inputStride: 1 };
    const transposed = { values: turned, outputs: 2, inputs: 64, outputStride: 1, inputStride: 2 };
    expect(quantize(transposed, bits)).toEqual(quantize(straight, bits));
  });

  it("keeps zero as zero", () => {
    const values = new Float32Array(32);
    const { quants, scales } = quantize(
      { values, outputs: 1, inputs: 32, outputStride: 32, inputStride: 1 },
      bits,
    );
    for (let i = 0; i < 32; i++) expect(Math.abs(dequantized(quants, scales[0]!, i, bits))).toBe(0);
  });
});

it("takes the largest block that divides the inputs at 8 bits, the smallest at 4", () => {
  const widths = [768, 1024, 1280, 1600, 96];
  expect(widths.map((width) => blockSizeOf(width, 8))).toEqual([64, 64, 64, 64, 32]);
  expect(widths.map((width) => blockSizeOf(width, 4))).toEqual([32, 32, 32, 32, 32]);
});

function dequantized(quants: Uint8Array, scale: number, i: number, bits: WeightBits): number {
  if (bits === 8) return (quants[i]! - 128) * scale;
  const pair = quants[Math.floor(i / 2)]!;
  return ((i % 2 === 0 ? pair & 15 : pair >> 4) - 8) * scale;
}
