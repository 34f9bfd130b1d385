/**
 * The folder of an imported model and its manifest: `config.json` is the Hugging Face one plus a `brasslamp` block with
 * the quantisation and the size and SHA-256 of the other files. Reading checks sizes; `verifyModel` checks every byte.
 */
import { createHash } from "node:crypto";
import { basename, join, resolve } from "node:path";
import { z } from "zod";
import { AppError } from "../shared/errors.ts";
import { countParameters, type Gpt2Config, parseGpt2Config } from "./gpt2-config.ts";
import { firstProblem, readJsonFile } from "./json-file.ts";
import { exists, hashFile, sizeOfFile } from "./model-files.ts";
import type { ModelInfo } from "./types.ts";

export const FORMAT_VERSION = 1;
export const CONFIG_FILE = "config.json";
export const TOKENIZER_FILE = "tokenizer.json";
export const GRAPH_FILE = "model.onnx";
export const WEIGHTS_FILE = "model.onnx.data";
/** Words the model was trained on, one on each line; few models have it. */
export const WORDS_FILE = "words.txt";

/** Files listed in the manifest, with their sizes and checksums. */
const MANIFEST_FILES = [TOKENIZER_FILE, GRAPH_FILE, WEIGHTS_FILE, WORDS_FILE] as const;

const fileSchema = z.object({ bytes: z.int().nonnegative(), sha256: z.string().regex(/^[0-9a-f]{64}$/) });

const manifestSchema = z.object({
  formatVersion: z.int().positive(),
  quantization: z.enum(["none", "int8", "int4"]),
  files: z.object({
    [TOKENIZER_FILE]: fileSchema,
    [GRAPH_FILE]: fileSchema,
    [WEIGHTS_FILE]: fileSchema,
    [WORDS_FILE]: fileSchema.optional(),
  }),
});

export type Manifest = z.infer<typeof manifestSchema>;
export type Quantization = Manifest["quantization"];

/** A model folder whose manifest is sound and whose files have the listed sizes. */
export interface ModelFolder {
  readonly dir: string;
  readonly config: Gpt2Config;
  readonly manifest: Manifest;
  readonly info: ModelInfo;
}

/**
 * Reads a folder's manifest and checks that its files are there in full length.
 * Throws `model.missing`, `model.notImported`, `model.unsupported`, `model.corrupt`.
 */
export async function readModelFolder(dir: string): Promise<ModelFolder> {
  const path = join(dir, CONFIG_FILE);
  const json = await readJsonFile(path);
  const manifest = parseManifest(json, dir);
  const config = parseGpt2Config(json, path);
  let sizeBytes = 0;
  for (const [name, { bytes }] of listedFiles(manifest)) sizeBytes += await checkSize(dir, name, bytes);
  return { dir: resolve(dir), config, manifest, info: infoOf(dir, config, manifest, sizeBytes) };
}

/**
 * Reads every file of a model and compares its SHA-256 with the manifest.
 * Throws `model.checksum` for the first that differs, and what `readModelFolder` throws.
 */
export async function verifyModel(dir: string): Promise<void> {
  const { manifest } = await readModelFolder(dir);
  for (const [name, { sha256 }] of listedFiles(manifest)) {
    const seen = await sha256OfFile(join(dir, name));
    if (seen !== sha256) throw wrongChecksum(dir, name, seen, sha256);
  }
}

/** The files that a manifest lists. */
export function listedFiles({
  files,
}: Manifest): [string, { readonly bytes: number; readonly sha256: string }][] {
  return MANIFEST_FILES.flatMap((name) => {
    const file = files[name];
    return file === undefined ? [] : [[name, file]];
  });
}

/** Size and SHA-256 of the manifest's files as they are now, for a new manifest. */
export async function describeFiles(dir: string): Promise<Manifest["files"]> {
  const describe = async (name: string) => {
    const path = join(dir, name);
    return { bytes: await sizeOfFile(path), sha256: await sha256OfFile(path) };
  };
  return {
    [TOKENIZER_FILE]: await describe(TOKENIZER_FILE),
    [GRAPH_FILE]: await describe(GRAPH_FILE),
    [WEIGHTS_FILE]: await describe(WEIGHTS_FILE),
    ...((await exists(join(dir, WORDS_FILE))) ? { [WORDS_FILE]: await describe(WORDS_FILE) } : {}),
  };
}

async function sha256OfFile(path: string): Promise<string> {
  const hash = createHash("sha256");
  await hashFile(path, hash);
  return hash.digest("hex");
}

function parseManifest(json: unknown, dir: string): Manifest {
  if (typeof json !== "object" || json === null || !("brasslamp" in json)) throw notImported(dir);
  const manifest = manifestSchema.safeParse(json.brasslamp);
  if (!manifest.success) throw corrupt(dir, `its manifest is damaged: ${firstProblem(manifest.error)}`);
  if (manifest.data.formatVersion === FORMAT_VERSION) return manifest.data;
  throw new AppError(
    "model.unsupported",
    `The model in ${dir} has format ${manifest.data.formatVersion}; this program reads format ${FORMAT_VERSION}.`,
    { hint: "Import the model again with this version of the program." },
  );
}

async function checkSize(dir: string, name: string, expected: number): Promise<number> {
  const size = await sizeOfFile(join(dir, name));
  if (size !== expected) throw corrupt(dir, `${name} has ${size} bytes, expected ${expected}`);
  return size;
}

function infoOf(dir: string, config: Gpt2Config, manifest: Manifest, sizeBytes: number): ModelInfo {
  return {
    name: basename(resolve(dir)),
    parameters: countParameters(config),
    positions: config.positions,
    vocabularySize: config.vocabularySize,
    layers: config.layers,
    width: config.width,
    quantization: manifest.quantization,
    sizeBytes,
    sha256: manifest.files[WEIGHTS_FILE].sha256,
  };
}

function corrupt(dir: string, seen: string): AppError {
  return new AppError("model.corrupt", `The model in ${dir} is damaged: ${seen}.`, {
    hint: "Import the model again.",
  });
}

function notImported(dir: string): AppError {
  return new AppError("model.notImported", `${dir} holds a model that has not been imported.`, {
    hint: `Import it first: brasslamp models import ${dir}`,
  });
}

function wrongChecksum(dir: string, name: string, seen: string, expected: string): AppError {
  return new AppError(
    "model.checksum",
    `${join(dir, name)} has been changed: its SHA-256 is ${seen}, expected ${expected}.`,
    { hint: "Import the model again, or reinstall brasslamp if it is the built-in one." },
  );
}
