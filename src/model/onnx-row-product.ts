/**
 * Products of 8-bit integers, input row by input row: each row of activations is rounded with a scale of its own, as wide as
 * the row needs it, and each output's weights with theirs. What a row gives does not depend on the rows beside it, so tokens
 * may be evaluated in slices and branches. Known as vector-wise quantisation; the zero point at the least value of a
 * lopsided input is from the same paper: Dettmers et al. 2022, "LLM.int8()".
 *
 * MatMulIntegerToFloat is documented for a scale of all inputs or one for each column. ONNX Runtime multiplies the product
 * by a scale of any shape that fits (ScaleOutput in matmul_integer_to_float's kernel), here [1, T, 1]: tested, as it is no
 * promise.
 */
import type { GraphContext } from "./graph-context.ts";
import { quantizeOutputs } from "./quantize.ts";

interface RowProduct {
  readonly name: string;
  readonly input: string;
  readonly inputs: number;
  readonly outputs: number;
  readonly least?: number;
}

const WEIGHT_ZERO = 128;

/** Adds input x `weight` ([inputs, outputs]) and returns the name of the product. */
export async function addRowProduct(
  { writer }: GraphContext,
  { name, input, inputs, outputs, least }: RowProduct,
  weight: Float32Array,
): Promise<string> {
  const { quants, scales } = quantizeOutputs(weight, outputs);
  const stored = await writer.tensor(`${name}.quants`, "uint8", [inputs, outputs], [quants]);
  // From the least value on all 256 steps are of use, otherwise 127 on each side of zero.
  const range = least === undefined ? { zero: 128, steps: 127 } : { zero: 0, steps: 255 };
  const raised = least ? writer.node({ op: "Add", inputs: [input, writer.scalar("float", -least)] }) : input;
  const sizes = least === undefined ? writer.node({ op: "Abs", inputs: [input] }) : raised;
  const attributes = { keepdims: 1 };
  const widest = writer.node({ op: "ReduceMax", inputs: [sizes, writer.integers([-1])], attributes });
  // In a row of zeros 0 / 0 is rounded to some step or other and multiplied by its scale, 0.
  const parts = writer.node({ op: "Div", inputs: [raised, widest] });
  const zero = writer.scalar("uint8", range.zero);
  const rounded = writer.node({
    op: "QuantizeLinear",
    inputs: [parts, writer.scalar("float", 1 / range.steps), zero],
  });
  const steps = scales.map((scale) => scale / range.steps);
  const outputScales = await writer.floats(`${name}.scales`, [outputs], steps);
  const product = writer.node({
    op: "MatMulIntegerToFloat",
    inputs: [rounded, stored, widest, outputScales, zero, writer.scalar("uint8", WEIGHT_ZERO)],
    microsoft: true,
  });
  if (!least) return product;
  const lowered = await writer.floats(`${name}.least`, [outputs], productOf(least, quants, scales));
  return writer.node({ op: "Add", inputs: [product, lowered] });
}

/** What an input of `value` throughout gives. */
function productOf(value: number, quants: Uint8Array, scales: Float32Array): Float32Array {
  const sums = new Float32Array(scales.length);
  for (let i = 0; i < quants.length; i += sums.length)
    for (let o = 0; o < sums.length; o++) sums[o]! += quants[i + o]! - WEIGHT_ZERO;
  return sums.map((sum, o) => sum * scales[o]! * value);
}
