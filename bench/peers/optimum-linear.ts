/** Matrix products of an Optimum-style export in the three precisions that transformers.js players download. */
import { blockSizeOf, quantize, type WeightMatrix } from "../../src/model/quantize.ts";
import type { InlineOnnx } from "./inline-onnx.ts";

/** Float32; dynamic int8 as onnxruntime's quantize_dynamic makes it; 4 bits in blocks. Names of transformers.js. */
export type ExportType = "fp32" | "q8" | "q4";

/** ONNX Runtime's accuracy level that multiplies int8 with int8. */
const INT8_ACCURACY = 4;

/** A product of the values called `input` with a matrix; `name` is what its tensors' names begin with. */
export interface Product {
  readonly name: string;
  readonly input: string;
  readonly matrix: WeightMatrix;
}

/** Adds a product and returns its name. */
export function addProduct(graph: InlineOnnx, type: ExportType, product: Product): string {
  if (type === "q4") return addBlocks(graph, product);
  return type === "q8" ? addDynamic(graph, product) : addPlain(graph, product);
}

function addPlain(graph: InlineOnnx, { name, input, matrix }: Product): string {
  const shape = [matrix.inputs, matrix.outputs];
  return graph.node("MatMul", [input, graph.tensor(`${name}.weight`, "float", shape, byInputs(matrix))]);
}

/** Inputs are quantised at run time with one scale for all, weights with one for each output. */
function addDynamic(graph: InlineOnnx, { name, input, matrix }: Product): string {
  const { inputs, outputs } = matrix;
  const values = byInputs(matrix);
  const scales = new Float32Array(outputs);
  for (let i = 0; i < values.length; i++)
    scales[i % outputs] = Math.max(scales[i % outputs]!, Math.abs(values[i]!) / 127);
  const quants = Int8Array.from(values, (value, i) => Math.round(value / (scales[i % outputs]! || 1)));
  const weight = graph.tensor(`${name}.quants`, "int8", [inputs, outputs], quants);
  const scale = graph.tensor(`${name}.scales`, "float", [outputs], scales);
  const [rounded, inputScale, zero] = graph.nodes("DynamicQuantizeLinear", [input], 3);
  const product = graph.node("MatMulInteger", [rounded!, weight, zero!]);
  const unit = graph.node("Mul", [inputScale!, scale]);
  return graph.node("Mul", [graph.node("Cast", [product], { to: 1 }), unit]);
}

function addBlocks(graph: InlineOnnx, { name, input, matrix }: Product): string {
  const { inputs, outputs } = matrix;
  const blockSize = blockSizeOf(inputs, 4);
  const { quants, scales } = quantize(matrix, 4);
  const blocks = inputs / blockSize;
  const weight = graph.tensor(`${name}.quants`, "uint8", [outputs, blocks, blockSize / 2], quants);
  const scale = graph.tensor(`${name}.scales`, "float", [outputs, blocks], scales);
  const size = { K: inputs, N: outputs, bits: 4, block_size: blockSize };
  return graph.node("MatMulNBits", [input, weight, scale], { ...size, accuracy_level: INT8_ACCURACY });
}

/** [inputs, outputs], the order in which ONNX multiplies. */
function byInputs({ values, inputs, outputs, inputStride, outputStride }: WeightMatrix): Float32Array {
  if (outputStride === 1) return values;
  const result = new Float32Array(values.length);
  for (let i = 0; i < inputs; i++)
    for (let o = 0; o < outputs; o++) result[i * outputs + o] = values[i * inputStride + o * outputStride]!;
  return result;
}
