/**
 * The token embedding and the output layer of the GPT-2 graph, [V, W] each and by far the largest tensors: read, quantised
 * and written a few thousand rows at a time, and stored once when they are tied.
 */
import type { GraphContext } from "./graph-context.ts";
import { INT8_ACCURACY } from "./onnx-linear.ts";
import { blockSizeOf, quantize, type WeightBits } from "./quantize.ts";

/** Rows read at a time. */
const CHUNK_ROWS = 2048;

const EMBEDDING = "wte.weight";
const HEAD = "lm_head.weight";

/** Adds the look-up of each token's row and returns its name. */
export async function addEmbedding(context: GraphContext, tokens: string): Promise<string> {
  const { writer, config, precision } = context;
  if (precision.head === 32) {
    const table = await addPlainTable(context, EMBEDDING);
    return writer.node({ op: "Gather", inputs: [table, tokens] });
  }
  const bits = precision.head;
  const { quants, scales } = await addQuantizedTable(context, EMBEDDING, bits);
  const flatShape = [config.vocabularySize, (config.width * bits) / 8];
  const flat = writer.alias(`${EMBEDDING}.rows`, quants, "uint8", flatShape);
  return writer.node({
    op: "GatherBlockQuantized",
    inputs: [flat, tokens, scales],
    attributes: { bits, block_size: blockSizeOf(config.width, bits), gather_axis: 0, quantize_axis: 1 },
    microsoft: true,
  });
}

/** Adds the logits of every remaining position as the graph output `output`. */
export async function addHead(context: GraphContext, input: string, output: string): Promise<void> {
  const { writer, config, precision } = context;
  if (precision.head === 32) {
    const table = config.tiedHead ? EMBEDDING : await addPlainTable(context, HEAD);
    const attributes = { transB: 1 };
    writer.node({
      op: "FusedMatMul",
      inputs: [input, table],
      outputs: [output],
      attributes,
      microsoft: true,
    });
    return;
  }
  const bits = precision.head;
  const { quants, scales } = config.tiedHead
    ? tableNames(EMBEDDING)
    : await addQuantizedTable(context, HEAD, bits);
  writer.node({
    op: "MatMulNBits",
    inputs: [input, quants, scales],
    outputs: [output],
    attributes: {
      K: config.width,
      N: config.vocabularySize,
      bits,
      block_size: blockSizeOf(config.width, bits),
      accuracy_level: INT8_ACCURACY,
    },
    microsoft: true,
  });
}

function tableNames(name: string): { quants: string; scales: string } {
  return { quants: `${name}.quants`, scales: `${name}.scales` };
}

async function addPlainTable(context: GraphContext, name: string): Promise<string> {
  const { vocabularySize, width } = context.config;
  return context.writer.tensor(name, "float", [vocabularySize, width], plainChunks(context, name));
}

async function* plainChunks(context: GraphContext, name: string): AsyncGenerator<Uint8Array> {
  for await (const rows of rowChunks(context, name)) yield bytesOf(rows);
}

async function addQuantizedTable(
  context: GraphContext,
  name: string,
  bits: WeightBits,
): Promise<{ quants: string; scales: string }> {
  const { vocabularySize, width } = context.config;
  const names = tableNames(name);
  const blockSize = blockSizeOf(width, bits);
  const blocks = width / blockSize;
  const scales: Float32Array[] = [];
  const quantShape = [vocabularySize, blocks, (blockSize * bits) / 8];
  await context.writer.tensor(names.quants, "uint8", quantShape, quantChunks(context, name, bits, scales));
  await context.writer.tensor(names.scales, "float", [vocabularySize, blocks], scales.map(bytesOf));
  return names;
}

/** Yields the quants and leaves the scales, at most a thirty-second of the weights, in `scales`. */
async function* quantChunks(
  context: GraphContext,
  name: string,
  bits: WeightBits,
  scales: Float32Array[],
): AsyncGenerator<Uint8Array> {
  const { width } = context.config;
  for await (const values of rowChunks(context, name)) {
    const outputs = values.length / width;
    const chunk = quantize({ values, outputs, inputs: width, outputStride: width, inputStride: 1 }, bits);
    scales.push(chunk.scales);
    yield chunk.quants;
  }
}

async function* rowChunks({ config, weights }: GraphContext, name: string): AsyncGenerator<Float32Array> {
  const { vocabularySize, width } = config;
  for (let first = 0; first < vocabularySize; first += CHUNK_ROWS) {
    const count = Math.min(CHUNK_ROWS, vocabularySize - first);
    yield await weights.readRows(name, [vocabularySize, width], first, count);
  }
}

function bytesOf(values: Float32Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}
