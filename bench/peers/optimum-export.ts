/**
 * Writes a GPT-2 in the layout that Hugging Face's Optimum exports and transformers.js loads: one decoder that takes and
 * returns every layer's whole cache and returns the logits of all positions. Attention is spelled out in plain operators,
 * as the exporter leaves it.
 * Layout: https://huggingface.co/docs/transformers.js (onnx/model.onnx, model_quantized.onnx, model_q4.onnx)
 */
import { copyFile, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { type Checkpoint, type LinearName, linearShape, withCheckpoint } from "./checkpoint.ts";
import { InlineOnnx } from "./inline-onnx.ts";
import { addProduct, type ExportType } from "./optimum-linear.ts";

/** What transformers.js calls the file of each precision. */
export const EXPORT_FILES: Readonly<Record<ExportType, string>> = {
  fp32: "model.onnx",
  q8: "model_quantized.onnx",
  q4: "model_q4.onnx",
};
const LOWEST = -3.4028234663852886e38;

/** One graph being built; strings are names of values in it. */
interface Build extends Checkpoint {
  readonly graph: InlineOnnx;
  readonly type: ExportType;
  /** [B] and [T], as lists of one. */
  readonly batch: string;
  readonly news: string;
}

/** Adds the files of one precision to the folder `target`, which holds config.json and onnx/ afterwards. */
export async function writeOptimumExport(source: string, target: string, type: ExportType): Promise<void> {
  await mkdir(join(target, "onnx"), { recursive: true });
  await copyFile(join(source, "config.json"), join(target, "config.json"));
  await withCheckpoint(source, async (checkpoint) => {
    const graph = new InlineOnnx();
    declare(graph, checkpoint);
    const sizes = graph.node("Shape", ["input_ids"]);
    const batch = graph.node("Gather", [sizes, graph.integers([0])], { axis: 0 });
    const news = graph.node("Gather", [sizes, graph.integers([1])], { axis: 0 });
    await addDecoder({ ...checkpoint, graph, type, batch, news });
    await graph.write(join(target, "onnx", EXPORT_FILES[type]));
  });
}

function declare(graph: InlineOnnx, { config }: Checkpoint): void {
  const headSize = config.width / config.heads;
  graph.input("input_ids", "int64", ["batch", "new"]);
  graph.input("attention_mask", "int64", ["batch", "total"]);
  graph.input("position_ids", "int64", ["batch", "new"]);
  graph.output("logits", "float", ["batch", "new", config.vocabularySize]);
  for (let layer = 0; layer < config.layers; layer++)
    for (const part of ["key", "value"]) {
      graph.input(`past_key_values.${layer}.${part}`, "float", ["batch", config.heads, "past", headSize]);
      graph.output(`present.${layer}.${part}`, "float", ["batch", config.heads, "total", headSize]);
    }
}

async function addDecoder(build: Build): Promise<void> {
  const { graph, config, weights } = build;
  const { width, vocabularySize, positions, layers } = config;
  const table = await weights.read("wte.weight", [vocabularySize, width]);
  graph.tensor("wte", "float", [vocabularySize, width], table);
  graph.tensor("wpe", "float", [positions, width], await weights.read("wpe.weight", [positions, width]));
  const words = graph.node("Gather", ["wte", "input_ids"]);
  let stream = graph.node("Add", [words, graph.node("Gather", ["wpe", "position_ids"])]);
  const mask = addMask(build);
  for (let layer = 0; layer < layers; layer++) {
    const attended = await addAttention(build, layer, await addNorm(build, `h.${layer}.ln_1`, stream), mask);
    stream = graph.node("Add", [attended, stream]);
    const fed = await addFeedForward(build, layer, await addNorm(build, `h.${layer}.ln_2`, stream));
    stream = graph.node("Add", [stream, fed]);
  }
  const last = await addNorm(build, "ln_f", stream);
  const head = { values: table, outputs: vocabularySize, inputs: width, outputStride: width, inputStride: 1 };
  graph.node(
    "Identity",
    [addProduct(graph, build.type, { name: "lm_head", input: last, matrix: head })],
    {},
    "logits",
  );
}

/** [B or 1, 1, T, P + T]: 0 where a position may look, the lowest float elsewhere. */
function addMask({ graph, news }: Build): string {
  const cacheSizes = graph.node("Shape", ["past_key_values.0.key"]);
  const past = graph.node("Gather", [cacheSizes, graph.integers(2)], { axis: 0 });
  const newCount = graph.node("Squeeze", [news, graph.integers([0])]);
  const total = graph.node("Add", [past, newCount]);
  const columns = graph.node("Range", [graph.integers(0), total, graph.integers(1)]);
  const rows = graph.node("Range", [past, total, graph.integers(1)]);
  const isLater = graph.node("Greater", [
    graph.node("Unsqueeze", [columns, graph.integers([0])]),
    graph.node("Unsqueeze", [rows, graph.integers([1])]),
  ]);
  const causal = graph.node("Where", [isLater, graph.float(LOWEST), graph.float(0)]);
  const given = graph.node("Unsqueeze", ["attention_mask", graph.integers([1, 2])]);
  const isHidden = graph.node("Sub", [graph.float(1), graph.node("Cast", [given], { to: 1 })]);
  const hidden = graph.node("Mul", [isHidden, graph.float(LOWEST)]);
  const both = graph.node("Add", [graph.node("Unsqueeze", [causal, graph.integers([0, 1])]), hidden]);
  return graph.node("Max", [both, graph.float(LOWEST)]);
}

async function addAttention(build: Build, layer: number, input: string, mask: string): Promise<string> {
  const { graph, config, batch, news } = build;
  const headSize = config.width / config.heads;
  const headShape = [batch, news, graph.integers([config.heads]), graph.integers([headSize])];
  const shape = graph.node("Concat", headShape, { axis: 0 });
  const byHead = (value: string) =>
    graph.node("Transpose", [graph.node("Reshape", [value, shape])], { perm: [0, 2, 1, 3] });
  const together = await addLinear(build, layer, "attn.c_attn", input);
  const [query, key, value] = graph.nodes("Split", [together], 3, { axis: 2, num_outputs: 3 });
  const extended = (part: string, added: string) =>
    graph.node(
      "Concat",
      [`past_key_values.${layer}.${part}`, byHead(added)],
      { axis: 2 },
      `present.${layer}.${part}`,
    );
  const keys = graph.node("Transpose", [extended("key", key!)], { perm: [0, 1, 3, 2] });
  const values = extended("value", value!);
  const scores = graph.node("Div", [
    graph.node("MatMul", [byHead(query!), keys]),
    graph.float(Math.sqrt(headSize)),
  ]);
  const shares = graph.node("Softmax", [graph.node("Add", [scores, mask])], { axis: -1 });
  const mixed = graph.node("Transpose", [graph.node("MatMul", [shares, values])], { perm: [0, 2, 1, 3] });
  const rows = graph.node("Concat", [batch, news, graph.integers([config.width])], { axis: 0 });
  return addLinear(build, layer, "attn.c_proj", graph.node("Reshape", [mixed, rows]));
}

async function addFeedForward(build: Build, layer: number, input: string): Promise<string> {
  const opened = await addLinear(build, layer, "mlp.c_fc", input);
  return addLinear(build, layer, "mlp.c_proj", addGelu(build.graph, opened));
}

/** 0.5 x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))), operator by operator. */
function addGelu(graph: InlineOnnx, x: string): string {
  const cube = graph.node("Mul", [graph.node("Pow", [x, graph.float(3)]), graph.float(0.044715)]);
  const inner = graph.node("Mul", [graph.node("Add", [x, cube]), graph.float(Math.sqrt(2 / Math.PI))]);
  const raised = graph.node("Add", [graph.node("Tanh", [inner]), graph.float(1)]);
  return graph.node("Mul", [graph.node("Mul", [x, graph.float(0.5)]), raised]);
}

async function addNorm({ graph, config, weights }: Build, name: string, input: string): Promise<string> {
  const parts = [];
  for (const part of ["weight", "bias"]) {
    const values = await weights.read(`${name}.${part}`, [config.width]);
    parts.push(graph.tensor(`${name}.${part}`, "float", [config.width], values));
  }
  return graph.node("LayerNormalization", [input, ...parts], {
    axis: -1,
    epsilon: { float: config.layerNormEpsilon },
  });
}

async function addLinear(build: Build, layer: number, linear: LinearName, input: string): Promise<string> {
  const { graph, config, weights, type } = build;
  const name = `h.${layer}.${linear}`;
  const [inputs, outputs] = linearShape(config, linear);
  const values = await weights.read(`${name}.weight`, [inputs, outputs]);
  const matrix = { values, outputs, inputs, outputStride: 1, inputStride: outputs };
  const product = addProduct(graph, type, { name, input, matrix });
  const bias = graph.tensor(
    `${name}.bias`,
    "float",
    [outputs],
    await weights.read(`${name}.bias`, [outputs]),
  );
  return graph.node("Add", [product, bias]);
}
