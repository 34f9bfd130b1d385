/**
 * What an exported decoder's graph asks for and gives, read from its declared inputs and outputs and compared with
 * config.json, so that no run meets a tensor of the wrong name, type or shape. Names are those of Optimum's exports:
 * https://huggingface.co/docs/optimum/exporters/onnx/usage_guides/export_a_model
 */
import { AppError } from "../../shared/errors.ts";
import type { ExportedConfig } from "./exported-config.ts";

/** One input or output as onnxruntime describes it; a dimension that is only known when it runs is a name. */
export interface ValueMetadata {
  readonly name: string;
  readonly isTensor: boolean;
  readonly type?: string;
  readonly shape?: readonly (number | string)[];
}

export interface GraphMetadata {
  readonly inputMetadata: readonly ValueMetadata[];
  readonly outputMetadata: readonly ValueMetadata[];
}

export type CacheType = "float32" | "float16";

export interface ExportedInterface {
  /** Type of the cached keys and values. */
  readonly cacheType: CacheType;
  readonly takesMask: boolean;
  readonly takesPositions: boolean;
  /** A merged graph holds two decoders and is told by `use_cache_branch` which one to run. */
  readonly takesBranch: boolean;
  /** Newer graphs let their caller say how many tokens' logits it wants. */
  readonly takesLogitsCount: boolean;
  /** True when the graph takes one token in a run, no more. */
  readonly takesOneToken: boolean;
}

export const EXPORTED_NAMES = {
  /** int64 [1, T] */
  tokens: "input_ids",
  /** int64 [1, P + T], all ones */
  mask: "attention_mask",
  /** int64 [1, T], absolute */
  positions: "position_ids",
  /** bool [1] */
  branch: "use_cache_branch",
  /** int64 []: 0 means all */
  logitsCount: "num_logits_to_keep",
  /** float32 or float16 [1, H, P, D] */
  pastKey: (layer: number) => `past_key_values.${layer}.key`,
  pastValue: (layer: number) => `past_key_values.${layer}.value`,
  /** float32 or float16 [1, H, P + T, D] */
  presentKey: (layer: number) => `present.${layer}.key`,
  presentValue: (layer: number) => `present.${layer}.value`,
  /** float32 or float16 [1, T, V] */
  logits: "logits",
} as const;

const INTEGER_INPUTS: readonly string[] = [
  EXPORTED_NAMES.tokens,
  EXPORTED_NAMES.mask,
  EXPORTED_NAMES.positions,
  EXPORTED_NAMES.logitsCount,
];
const MOST_NAMED = 4;
const LONGEST_NAME = 80;

/** Throws `model.unsupported` naming what is missing or not known, `model.corrupt` when graph and config disagree. */
export function readInterface(graph: GraphMetadata, config: ExportedConfig, path: string): ExportedInterface {
  const inputs = new Map(graph.inputMetadata.map((value) => [value.name, value]));
  const outputs = new Map(graph.outputMetadata.map((value) => [value.name, value]));
  requireNames(inputs, outputs, config, path);
  refuseUnknownInputs(inputs, config, path);
  requireTypes(inputs, path);
  const cacheType = requireCache(inputs, outputs, config, path);
  requireVocabulary(outputs, config, path);
  const tokensAtOnce = inputs.get(EXPORTED_NAMES.tokens)?.shape?.[1];
  if (typeof tokensAtOnce === "number" && tokensAtOnce !== 1)
    throw unsupported(path, `it takes exactly ${tokensAtOnce} tokens in a run`);
  return {
    cacheType,
    takesMask: inputs.has(EXPORTED_NAMES.mask),
    takesPositions: inputs.has(EXPORTED_NAMES.positions),
    takesBranch: inputs.has(EXPORTED_NAMES.branch),
    takesLogitsCount: inputs.has(EXPORTED_NAMES.logitsCount),
    takesOneToken: tokensAtOnce === 1,
  };
}

type Values = ReadonlyMap<string, ValueMetadata>;

function cacheNames({ layers }: ExportedConfig): { inputs: string[]; outputs: string[] } {
  const numbers = Array.from({ length: layers }, (_, layer) => layer);
  return {
    inputs: numbers.flatMap((layer) => [EXPORTED_NAMES.pastKey(layer), EXPORTED_NAMES.pastValue(layer)]),
    outputs: numbers.flatMap((layer) => [
      EXPORTED_NAMES.presentKey(layer),
      EXPORTED_NAMES.presentValue(layer),
    ]),
  };
}

function requireNames(inputs: Values, outputs: Values, config: ExportedConfig, path: string): void {
  const cache = cacheNames(config);
  const missingInputs = [EXPORTED_NAMES.tokens, ...cache.inputs].filter((name) => !inputs.has(name));
  if (missingInputs.length > 0) throw missing(path, "inputs", missingInputs);
  const missingOutputs = [EXPORTED_NAMES.logits, ...cache.outputs].filter((name) => !outputs.has(name));
  if (missingOutputs.length > 0) throw missing(path, "outputs", missingOutputs);
}

function refuseUnknownInputs(inputs: Values, config: ExportedConfig, path: string): void {
  const known = new Set([...INTEGER_INPUTS, EXPORTED_NAMES.branch, ...cacheNames(config).inputs]);
  const unknown = [...inputs.keys()].filter((name) => !known.has(name));
  if (unknown.length === 0) return;
  if (unknown.some((name) => name.startsWith("past_key_values.")))
    throw different(path, `the graph has more layers than the ${config.layers} of config.json`);
  throw unsupported(path, `it asks for ${list(unknown)}, which this program cannot give`);
}

function requireTypes(inputs: Values, path: string): void {
  for (const name of INTEGER_INPUTS) {
    const type = inputs.get(name)?.type;
    if (type !== undefined && type !== "int64")
      throw unsupported(path, `its input ${name} is ${type}, not int64`);
  }
  const branch = inputs.get(EXPORTED_NAMES.branch)?.type;
  if (branch !== undefined && branch !== "bool")
    throw unsupported(path, `its input ${EXPORTED_NAMES.branch} is ${branch}, not bool`);
}

/** All layers' keys and values must be [B, H, P, D] of one type, as config.json says, and come back in that type. */
function requireCache(inputs: Values, outputs: Values, config: ExportedConfig, path: string): CacheType {
  const names = cacheNames(config);
  const type = inputs.get(names.inputs[0]!)?.type;
  if (type !== "float32" && type !== "float16")
    throw unsupported(path, `its cache holds ${type}, not float32 or float16`);
  for (const name of names.outputs) {
    const given = outputs.get(name)!.type;
    if (given !== type) throw unsupported(path, `its output ${name} is ${given}, its inputs are ${type}`);
  }
  for (const name of names.inputs) {
    const value = inputs.get(name)!;
    if (value.type !== type)
      throw unsupported(path, `its input ${name} is ${value.type}, others are ${type}`);
    const shape = value.shape ?? [];
    if (shape.length !== 4)
      throw unsupported(
        path,
        `its input ${name} has ${shape.length} dimensions, not batch, heads, tokens, size`,
      );
    requireSize(shape[1]!, config.keyValueHeads, `${name} has %s heads`, path);
    requireSize(shape[3]!, config.headSize, `${name} has heads of size %s`, path);
  }
  return type;
}

function requireVocabulary(outputs: Values, config: ExportedConfig, path: string): void {
  const { shape = [], type } = outputs.get(EXPORTED_NAMES.logits)!;
  if (type !== "float32" && type !== "float16")
    throw unsupported(path, `its logits are ${type}, not float32 or float16`);
  if (shape.length !== 3)
    throw unsupported(path, `its logits have ${shape.length} dimensions, not batch, tokens, V`);
  requireSize(shape[2]!, config.vocabularySize, "logits has a vocabulary of %s", path);
}

/** A size the graph leaves open is settled by config.json; a wrong one is noticed by the first run. */
function requireSize(seen: number | string, expected: number, what: string, path: string): void {
  if (typeof seen !== "number" || seen === expected) return;
  throw different(path, `${what.replace("%s", String(seen))}, config.json says ${expected}`);
}

function list(names: readonly string[]): string {
  const shown = names
    .slice(0, MOST_NAMED)
    .map((name) => name.slice(0, LONGEST_NAME))
    .join(", ");
  return names.length > MOST_NAMED ? `${shown} and ${names.length - MOST_NAMED} more` : shown;
}

function missing(path: string, kind: "inputs" | "outputs", names: readonly string[]): AppError {
  return unsupported(path, `it has not the ${kind} ${list(names)}`);
}

function unsupported(path: string, seen: string): AppError {
  return new AppError("model.unsupported", `${path} is not a decoder this program can run: ${seen}.`, {
    hint: "Export the model with a cache: optimum-cli export onnx --task text-generation-with-past",
  });
}

function different(path: string, seen: string): AppError {
  return new AppError("model.corrupt", `${path} and config.json are of different models: ${seen}.`, {
    hint: "Take both files from the same model.",
  });
}
