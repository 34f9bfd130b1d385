/**
 * The folder of an exported decoder, as Optimum and the onnx-community write them: config.json, tokenizer.json and one or
 * several graphs, beside them or in `onnx/`. Chooses the graph, checks which files it refers to, and states the facts.
 */
import { createHash } from "node:crypto";
import { readdir } from "node:fs/promises";
import { basename, dirname, join, relative, resolve } from "node:path";
import { AppError } from "../../shared/errors.ts";
import { readJsonFile } from "../json-file.ts";
import { hashFile, sizeOfFile } from "../model-files.ts";
import { CONFIG_FILE } from "../model-folder.ts";
import type { ModelInfo } from "../types.ts";
import { type ExportedConfig, estimateParameters, parseExportedConfig } from "./exported-config.ts";
import { externalLocations } from "./external-data.ts";

/** A decoder whose files are there and refer to nothing outside their folder. */
export interface ExportedFolder {
  readonly kind: "exported";
  readonly dir: string;
  /** Path of the graph within `dir`. */
  readonly graphFile: string;
  /** All files that hold weights: the graph first, then what it refers to. */
  readonly files: readonly WeightFile[];
  readonly config: ExportedConfig;
  readonly info: ModelInfo;
}

interface WeightFile {
  /** Path within the folder. */
  readonly name: string;
  readonly bytes: number;
  readonly sha256: string;
}

/** Best first: those that need one graph only. */
const GRAPHS = ["model", "decoder_model_merged", "decoder_with_past_model"];
/** Endings of a graph's name and what they say of its weights; best first. */
const VARIANTS: readonly (readonly [ending: string, weights: string])[] = [
  ["", "float32"],
  ["_quantized", "int8"],
  ["_int8", "int8"],
  ["_uint8", "int8"],
  ["_q4", "int4"],
  ["_bnb4", "int4"],
  ["_fp16", "float16"],
  ["_q4f16", "int4, float16"],
];
const WITHOUT_CACHE = "decoder_model.onnx";

/**
 * Path within `dir` of the graph to run, or undefined when there is none of a known name.
 * Throws `model.unsupported` when the only one cannot keep a cache.
 */
export async function findGraph(dir: string): Promise<string | undefined> {
  const inFolder = await namesIn(dir);
  const inOnnx = (await namesIn(join(dir, "onnx"))).map((name) => join("onnx", name));
  const files = new Set([...inFolder, ...inOnnx]);
  const wanted = VARIANTS.flatMap(([ending]) => GRAPHS.map((graph) => `${graph}${ending}.onnx`));
  const found = wanted.flatMap((name) => [name, join("onnx", name)]).find((path) => files.has(path));
  if (found === undefined && (files.has(WITHOUT_CACHE) || files.has(join("onnx", WITHOUT_CACHE))))
    throw new AppError("model.unsupported", `${dir} has ${WITHOUT_CACHE} only, which keeps no cache.`, {
      hint: "Export the model with a cache: optimum-cli export onnx --task text-generation-with-past",
    });
  return found;
}

/** The folder that a graph given by its path belongs to: where it lies, or one up. Throws `model.missing`. */
export async function folderOfGraph(path: string): Promise<{ dir: string; graphFile: string }> {
  for (const dir of [dirname(path), dirname(dirname(path))]) {
    const hasConfig = (await namesIn(dir)).includes(CONFIG_FILE);
    if (hasConfig) return { dir, graphFile: relative(dir, path) };
  }
  throw new AppError("model.missing", `${path} has no ${CONFIG_FILE} beside it or one folder up.`, {
    hint: "Give a graph in the folder of a whole model.",
  });
}

/**
 * Reads what a folder says of the decoder in `graphFile` (a path within it), and hashes its weights.
 * Throws `model.missing`, `model.corrupt`, `model.unsupported`.
 */
export async function readExportedFolder(dir: string, graphFile: string): Promise<ExportedFolder> {
  const configPath = join(dir, CONFIG_FILE);
  const config = parseExportedConfig(await readJsonFile(configPath), configPath);
  const locations = await externalLocations(join(dir, graphFile));
  const names = [graphFile, ...locations.map((name) => join(dirname(graphFile), name))];
  const { files, sha256 } = await describeWeights(dir, names);
  const info: ModelInfo = {
    name: basename(resolve(dir)),
    parameters: estimateParameters(config),
    positions: config.positions,
    vocabularySize: config.vocabularySize,
    layers: config.layers,
    width: config.width,
    quantization: weightsOf(graphFile),
    sizeBytes: files.reduce((sum, file) => sum + file.bytes, 0),
    sha256,
  };
  return { kind: "exported", dir: resolve(dir), graphFile, files, config, info };
}

/** What a graph's name says of its weights; the longest ending counts. */
function weightsOf(graphFile: string): string {
  const name = basename(graphFile, ".onnx");
  const known = VARIANTS.filter(([ending]) => name.endsWith(ending));
  return known.reduce((longest, variant) => (variant[0].length > longest[0].length ? variant : longest))[1];
}

/** Size and SHA-256 of each file, and the SHA-256 of all their bytes one after the other. */
async function describeWeights(
  dir: string,
  names: readonly string[],
): Promise<{ files: WeightFile[]; sha256: string }> {
  const all = createHash("sha256");
  const files: WeightFile[] = [];
  for (const name of names) {
    const own = createHash("sha256");
    const path = join(dir, name);
    await hashFile(path, own, ...(names.length > 1 ? [all] : []));
    files.push({ name, bytes: await sizeOfFile(path), sha256: own.digest("hex") });
  }
  return { files, sha256: files.length === 1 ? files[0]!.sha256 : all.digest("hex") };
}

async function namesIn(dir: string): Promise<string[]> {
  return readdir(dir).catch(() => []);
}
