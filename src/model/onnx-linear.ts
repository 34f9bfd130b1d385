/**
 * Matrix products and float tensors of the GPT-2 graph, at 32, 8 or 4 bits per weight. Hugging Face stores GPT-2's linear
 * weights as [inputs, outputs] (Conv1D), the other way round than most models.
 */
import type { GraphContext, LinearBits } from "./graph-context.ts";
import { addRowProduct } from "./onnx-row-product.ts";
import { blockSizeOf, quantize, type WeightBits, type WeightMatrix } from "./quantize.ts";

/** ONNX Runtime's accuracy level that multiplies int8 with int8; the others have no fast kernel for 8 bits. */
export const INT8_ACCURACY = 4;

interface Linear {
  /** `<name>.weight` is the tensor [inputs, outputs]. */
  readonly name: string;
  readonly input: string;
  readonly inputs: number;
  readonly outputs: number;
  readonly bits: LinearBits;
  readonly withBias?: boolean;
  /** Multiplies the first `count` outputs, bias included, by `factor`. */
  readonly scaledOutputs?: { readonly count: number; readonly factor: number };
  /** A number that no input is below, where one is known. */
  readonly least?: number;
}

/** Adds input x weight (+ bias) and returns the name of the product. */
export async function addLinear(context: GraphContext, linear: Linear): Promise<string> {
  const { name, inputs, outputs } = linear;
  const weight = await context.weights.read(`${name}.weight`, [inputs, outputs]);
  scaleColumns(weight, linear);
  const bias = linear.withBias ? await addBias(context, linear) : undefined;
  if (linear.bits === 32) return addPlain(context, linear, weight, bias);
  if (linear.bits === 8 && inputs * outputs >= context.rowProductWeights) {
    const product = await addRowProduct(context, linear, weight);
    return bias === undefined ? product : context.writer.node({ op: "Add", inputs: [product, bias] });
  }
  const matrix = { values: weight, outputs, inputs, outputStride: 1, inputStride: outputs };
  return addQuantized(context, linear, linear.bits, matrix, bias);
}

/** Stores a float tensor as it is and returns its name. */
export async function addFloats(
  context: GraphContext,
  name: string,
  shape: readonly number[],
): Promise<string> {
  const values = await context.weights.read(name, shape);
  return context.writer.floats(name, shape, values);
}

function scaleColumns(weight: Float32Array, { outputs, scaledOutputs }: Linear): void {
  if (scaledOutputs === undefined) return;
  for (let start = 0; start < weight.length; start += outputs)
    for (let o = 0; o < scaledOutputs.count; o++) weight[start + o]! *= scaledOutputs.factor;
}

async function addBias({ writer, weights }: GraphContext, linear: Linear): Promise<string> {
  const name = `${linear.name}.bias`;
  const bias = await weights.read(name, [linear.outputs]);
  scaleColumns(bias, linear);
  return writer.floats(name, [linear.outputs], bias);
}

async function addPlain(
  { writer }: GraphContext,
  { name, input, inputs, outputs }: Linear,
  weight: Float32Array,
  bias: string | undefined,
): Promise<string> {
  const stored = await writer.floats(`${name}.weight`, [inputs, outputs], weight);
  const product = writer.node({ op: "MatMul", inputs: [input, stored] });
  return bias === undefined ? product : writer.node({ op: "Add", inputs: [product, bias] });
}

async function addQuantized(
  { writer }: GraphContext,
  { name, input, inputs, outputs }: Linear,
  bits: WeightBits,
  matrix: WeightMatrix,
  bias: string | undefined,
): Promise<string> {
  const { quants, scales } = quantize(matrix, bits);
  const blockSize = blockSizeOf(inputs, bits);
  const blocks = inputs / blockSize;
  const quantShape = [outputs, blocks, (blockSize * bits) / 8];
  const quantName = await writer.tensor(`${name}.quants`, "uint8", quantShape, [quants]);
  const scaleName = await writer.floats(`${name}.scales`, [outputs, blocks], scales);
  const weights = [input, quantName, scaleName];
  return writer.node({
    op: "MatMulNBits",
    inputs: bias === undefined ? weights : [...weights, "", "", bias],
    attributes: { K: inputs, N: outputs, bits, block_size: blockSize, accuracy_level: INT8_ACCURACY },
    microsoft: true,
  });
}
