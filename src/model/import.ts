/**
 * Turns a Hugging Face GPT-2 folder into one this program loads: graph and quantised weights as ONNX, tokenizer, manifest.
 * Works in a hidden folder beside the target and renames it at the end, so that a failed import leaves nothing behind.
 */
import { randomUUID } from "node:crypto";
import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { AppError } from "../shared/errors.ts";
import { type Gpt2Config, parseGpt2Config } from "./gpt2-config.ts";
import { writeGpt2Graph } from "./gpt2-graph.ts";
import { openGpt2Weights } from "./gpt2-weights.ts";
import type { GraphContext } from "./graph-context.ts";
import { readJsonFile } from "./json-file.ts";
import { exists } from "./model-files.ts";
import {
  CONFIG_FILE,
  describeFiles,
  FORMAT_VERSION,
  GRAPH_FILE,
  type Quantization,
  readModelFolder,
  TOKENIZER_FILE,
  WORDS_FILE,
} from "./model-folder.ts";
import { OnnxWriter } from "./onnx-writer.ts";
import { SMALLEST_BLOCK } from "./quantize.ts";
import { smoothWeights } from "./smoothing.ts";
import { createTokenizer } from "./tokenizer.ts";
import { readTokenizerJson } from "./tokenizer-files.ts";
import type { ModelInfo } from "./types.ts";
import { readWords } from "./word-file.ts";

export interface ImportOptions {
  /** Default `int8`. `int4` is about half the size and clearly worse; `none` keeps float32. */
  readonly quantization?: Quantization;
  /** See GraphContext; for measurements. */
  readonly rowProductWeights?: number;
  /** Told how much is done, 0 to 1, after each layer. */
  readonly onProgress?: (fraction: number) => void;
  /** Checked after each layer; an aborted import throws the signal's reason and leaves nothing. */
  readonly signal?: AbortSignal;
}

/**
 * Products of rows let a 124M model read a prompt 1.6 times as fast as blocks do, and take as long for one token. In small
 * matrices the extra operators cost more than is gained.
 */
const ROW_PRODUCT_WEIGHTS = 2 ** 20;

const PRECISIONS: Readonly<Record<Quantization, GraphContext["precision"]>> = {
  none: { body: 32, head: 32 },
  int8: { body: 8, head: 8 },
  int4: { body: 4, head: 8 },
};

/**
 * Imports `sourceDir` (config.json, tokenizer.json, model.safetensors, and words.txt where there is one) as the new folder `targetDir`.
 * Throws `model.exists` when the target is there already, `model.missing`, `model.corrupt`, `model.unsupported`.
 */
export async function importModel(
  sourceDir: string,
  targetDir: string,
  options: ImportOptions = {},
): Promise<ModelInfo> {
  const target = resolve(targetDir);
  await refuseExisting(target);
  const working = join(dirname(target), `.${basename(target)}-import-${randomUUID()}`);
  await mkdir(working, { recursive: true });
  try {
    await writeModel(sourceDir, working, options);
    await refuseExisting(target);
    await rename(working, target);
  } catch (error) {
    await rm(working, { recursive: true, force: true });
    throw error;
  }
  return (await readModelFolder(target)).info;
}

async function writeModel(sourceDir: string, folder: string, options: ImportOptions): Promise<void> {
  const quantization = options.quantization ?? "int8";
  const configPath = join(sourceDir, CONFIG_FILE);
  const configJson = await readJsonFile(configPath);
  const config = parseGpt2Config(configJson, configPath);
  if (quantization !== "none") refuseOddWidths(config, sourceDir);
  const tokenizerJson = await readTokenizerJson(sourceDir);
  createTokenizer(tokenizerJson, config, join(sourceDir, TOKENIZER_FILE));
  await writeFile(join(folder, TOKENIZER_FILE), JSON.stringify(tokenizerJson));
  const words = await readWords(sourceDir);
  if (words !== undefined) await writeFile(join(folder, WORDS_FILE), `${words.join("\n")}\n`);
  await writeWeights(sourceDir, folder, config, quantization, options);
  const brasslamp = { formatVersion: FORMAT_VERSION, quantization, files: await describeFiles(folder) };
  const manifest = { ...(configJson as object), brasslamp };
  await writeFile(join(folder, CONFIG_FILE), `${JSON.stringify(manifest, null, 2)}\n`);
}

async function writeWeights(
  sourceDir: string,
  folder: string,
  config: Gpt2Config,
  quantization: Quantization,
  { onProgress, signal, rowProductWeights = ROW_PRODUCT_WEIGHTS }: ImportOptions,
): Promise<void> {
  const source = await openGpt2Weights(sourceDir, config);
  const weights = quantization === "none" ? source : smoothWeights(source, config);
  const writer = await OnnxWriter.create(join(folder, GRAPH_FILE));
  try {
    const precision = PRECISIONS[quantization];
    const context = { writer, config, weights, precision, rowProductWeights };
    await writeGpt2Graph(context, (done) => {
      signal?.throwIfAborted();
      onProgress?.(done / (config.layers + 1));
    });
  } catch (error) {
    await writer.abandon();
    throw error;
  } finally {
    await weights.close();
  }
}

async function refuseExisting(target: string): Promise<void> {
  if (!(await exists(target))) return;
  throw new AppError("model.exists", `${target} is there already.`, {
    hint: "Choose another name with --as, or remove it first: brasslamp models remove NAME",
  });
}

function refuseOddWidths(config: Gpt2Config, sourceDir: string): void {
  const odd = [config.width, config.innerWidth].find((width) => width % SMALLEST_BLOCK !== 0);
  if (odd === undefined) return;
  throw new AppError(
    "model.unsupported",
    `${sourceDir} has a width of ${odd}, which is not a multiple of ${SMALLEST_BLOCK} and cannot be quantised.`,
    { hint: "Import it with quantization none." },
  );
}
