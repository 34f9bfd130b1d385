/**
 * GPT-2 as an ONNX graph whose cached keys and values are inputs only: a run returns the logits and the new rows, because
 * onnxruntime-node copies everything that is fetched. How weights are stored: onnx-linear.ts.
 * Model: Radford et al. 2019, "Language Models are Unsupervised Multitask Learners".
 */
import { GRAPH_NAMES, type GraphContext } from "./graph-context.ts";
import { addEmbedding, addHead } from "./onnx-embedding.ts";
import { addFloats, addLinear } from "./onnx-linear.ts";
import type { OnnxWriter } from "./onnx-writer.ts";

/** Numbers that the activation functions never go below. */
const LEAST_ACTIVATION = { "gelu-tanh": -0.1701, gelu: -0.17, relu: 0 } as const;

const INT64_MAX = 9223372036854775807n;

/** Writes the whole graph and its weights; `onLayer` is told after each of its L + 1 parts. */
export async function writeGpt2Graph(context: GraphContext, onLayer: (done: number) => void): Promise<void> {
  const { writer, config } = context;
  declareInputsAndOutputs(context);
  let residual = await addInputLayer(context);
  let normalised = await addFirstNorm(context, residual);
  const splitSizes = addSplitSizes(context);
  onLayer(1);
  for (let layer = 0; layer < config.layers; layer++) {
    const attended = await addAttention(context, layer, normalised, splitSizes);
    const middle = await addNorm(
      context,
      `h.${layer}.ln_2`,
      attended,
      residual,
      `h.${layer}.attn.c_proj.bias`,
    );
    const fed = await addFeedForward(context, layer, middle.normalised);
    const outputBias = `h.${layer}.mlp.c_proj.bias`;
    const isLast = layer === config.layers - 1;
    const next = isLast
      ? await addNorm(context, "ln_f", cutRows(writer, fed), cutRows(writer, middle.residual), outputBias)
      : await addNorm(context, `h.${layer + 1}.ln_1`, fed, middle.residual, outputBias);
    ({ normalised, residual } = next);
    onLayer(layer + 2);
  }
  await addHead(context, normalised, GRAPH_NAMES.logits);
  await writer.finish("gpt2");
}

function declareInputsAndOutputs({ writer, config }: GraphContext): void {
  const { heads, layers, vocabularySize, width } = config;
  const headSize = width / heads;
  writer.input(GRAPH_NAMES.tokens, "int64", [1, "T"]);
  writer.input(GRAPH_NAMES.positions, "int64", [1, "T"]);
  writer.input(GRAPH_NAMES.attentionBias, "float", [1, 1, "T", "C_plus_T"]);
  writer.input(GRAPH_NAMES.logitsFrom, "int64", [1]);
  writer.output(GRAPH_NAMES.logits, "float", [1, "N", vocabularySize]);
  for (let layer = 0; layer < layers; layer++) {
    writer.input(GRAPH_NAMES.pastKey(layer), "float", [1, heads, "C", headSize]);
    writer.input(GRAPH_NAMES.pastValue(layer), "float", [1, heads, "C", headSize]);
    writer.output(GRAPH_NAMES.newRows(layer), "float", [1, 2 * heads, "T", headSize]);
  }
}

async function addInputLayer(context: GraphContext): Promise<string> {
  const { writer, config } = context;
  const tokens = await addEmbedding(context, GRAPH_NAMES.tokens);
  const table = await addFloats(context, "wpe.weight", [config.positions, config.width]);
  const positions = writer.node({ op: "Gather", inputs: [table, GRAPH_NAMES.positions] });
  return writer.node({ op: "Add", inputs: [tokens, positions] });
}

async function addFirstNorm(context: GraphContext, input: string): Promise<string> {
  const { writer, config } = context;
  const gain = await addFloats(context, "h.0.ln_1.weight", [config.width]);
  const shift = await addFloats(context, "h.0.ln_1.bias", [config.width]);
  const attributes = { axis: -1, epsilon: { float: config.layerNormEpsilon } };
  return writer.node({ op: "LayerNormalization", inputs: [input, gain, shift], attributes });
}

/** residual' = input + residual + bias; normalised = LayerNorm(residual'). */
async function addNorm(
  context: GraphContext,
  name: string,
  input: string,
  residual: string,
  biasName: string,
): Promise<{ normalised: string; residual: string }> {
  const { writer, config } = context;
  const gain = await addFloats(context, `${name}.weight`, [config.width]);
  const shift = await addFloats(context, `${name}.bias`, [config.width]);
  const bias = await addFloats(context, biasName, [config.width]);
  const [normalised, , , sum] = writer.nodes({
    op: "SkipLayerNormalization",
    inputs: [input, residual, gain, shift, bias],
    outputs: [writer.name(), "", "", writer.name()],
    attributes: { epsilon: { float: config.layerNormEpsilon } },
    microsoft: true,
  });
  return { normalised: normalised!, residual: sum! };
}

/** [C, T] as the run finds them: where to split attention between cached and new rows. */
function addSplitSizes({ writer }: GraphContext): string {
  const capacity = writer.node({
    op: "Shape",
    inputs: [GRAPH_NAMES.pastValue(0)],
    attributes: { start: 2, end: 3 },
  });
  const fresh = writer.node({ op: "Shape", inputs: [GRAPH_NAMES.tokens], attributes: { start: 1, end: 2 } });
  return writer.node({ op: "Concat", inputs: [capacity, fresh], attributes: { axis: 0 } });
}

async function addAttention(
  context: GraphContext,
  layer: number,
  input: string,
  splitSizes: string,
): Promise<string> {
  const { writer, config } = context;
  const { heads, width } = config;
  const qkv = await addQueryKeyValue(context, layer, input);
  const byHead = writer.node({
    op: "Reshape",
    inputs: [qkv, writer.integers([0, 0, 3 * heads, width / heads])],
  });
  const rows = writer.node({ op: "Transpose", inputs: [byHead], attributes: { perm: [0, 2, 1, 3] } });
  const [query] = writer.nodes({
    op: "Split",
    inputs: [rows, writer.integers([heads, 2 * heads])],
    outputs: [writer.name(), GRAPH_NAMES.newRows(layer)],
    attributes: { axis: 1 },
  });
  const mixed = addHeadMixing(context, layer, query!, splitSizes);
  const joined = writer.node({ op: "Transpose", inputs: [mixed], attributes: { perm: [0, 2, 1, 3] } });
  const flat = writer.node({ op: "Reshape", inputs: [joined, writer.integers([0, 0, width])] });
  const bits = context.precision.body;
  return addLinear(context, {
    name: `h.${layer}.attn.c_proj`,
    input: flat,
    inputs: width,
    outputs: width,
    bits,
  });
}

/** The attention scale is folded into the query weights: MLAS multiplies one row fast only when alpha is 1. */
function addQueryKeyValue(context: GraphContext, layer: number, input: string): Promise<string> {
  const { width, attentionScales } = context.config;
  return addLinear(context, {
    name: `h.${layer}.attn.c_attn`,
    input,
    inputs: width,
    outputs: 3 * width,
    bits: context.precision.body,
    withBias: true,
    scaledOutputs: { count: width, factor: attentionScales[layer]! },
  });
}

/** softmax(q k + bias) v over cached and new rows, without joining them. */
function addHeadMixing({ writer }: GraphContext, layer: number, query: string, splitSizes: string): string {
  const pastKey = GRAPH_NAMES.pastKey(layer);
  const pastValue = GRAPH_NAMES.pastValue(layer);
  const [newKey, newValue] = writer.nodes({
    op: "Split",
    inputs: [GRAPH_NAMES.newRows(layer)],
    outputs: 2,
    attributes: { axis: 1, num_outputs: 2 },
  });
  const timesKey = (key: string) =>
    writer.node({ op: "FusedMatMul", inputs: [query, key], attributes: { transB: 1 }, microsoft: true });
  const scores = [timesKey(pastKey), timesKey(newKey!)];
  const allScores = writer.node({ op: "Concat", inputs: scores, attributes: { axis: 3 } });
  const biased = writer.node({ op: "Add", inputs: [allScores, GRAPH_NAMES.attentionBias] });
  const shares = writer.node({ op: "Softmax", inputs: [biased], attributes: { axis: -1 } });
  const [pastShare, newShare] = writer.nodes({
    op: "Split",
    inputs: [shares, splitSizes],
    outputs: 2,
    attributes: { axis: 3 },
  });
  const fromPast = writer.node({ op: "MatMul", inputs: [pastShare!, pastValue] });
  const fromNew = writer.node({ op: "MatMul", inputs: [newShare!, newValue!] });
  return writer.node({ op: "Add", inputs: [fromPast, fromNew] });
}

async function addFeedForward(context: GraphContext, layer: number, input: string): Promise<string> {
  const { width, innerWidth } = context.config;
  const name = `h.${layer}.mlp`;
  const bits = context.precision.body;
  const opened = await addLinear(context, {
    name: `${name}.c_fc`,
    input,
    inputs: width,
    outputs: innerWidth,
    bits,
  });
  const bias = await addFloats(context, `${name}.c_fc.bias`, [innerWidth]);
  const active = addActivation(context, opened, bias);
  return addLinear(context, {
    name: `${name}.c_proj`,
    input: active,
    inputs: innerWidth,
    outputs: width,
    bits,
    least: LEAST_ACTIVATION[context.config.activation],
  });
}

function addActivation({ writer, config }: GraphContext, input: string, bias: string): string {
  if (config.activation === "gelu-tanh")
    return writer.node({ op: "FastGelu", inputs: [input, bias], microsoft: true });
  if (config.activation === "gelu")
    return writer.node({ op: "BiasGelu", inputs: [input, bias], microsoft: true });
  return writer.node({ op: "Relu", inputs: [writer.node({ op: "Add", inputs: [input, bias] })] });
}

/** Keeps the positions whose logits are wanted, so that a long prompt computes one row of V logits. */
function cutRows(writer: OnnxWriter, input: string): string {
  const end = writer.integers([INT64_MAX]);
  const axis = writer.integers([1]);
  return writer.node({ op: "Slice", inputs: [input, GRAPH_NAMES.logitsFrom, end, axis] });
}
