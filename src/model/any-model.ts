/**
 * Models of either kind behind one door: imported ones run on our own graph, the fast path; exported decoders run as they
 * are. What differs between them ends here.
 */
import { join } from "node:path";
import {
  type ExportedFolder,
  findGraph,
  folderOfGraph,
  readExportedFolder,
} from "./exported/exported-folder.ts";
import { loadExportedTokenizer } from "./exported/exported-tokenizer.ts";
import { readJsonFile } from "./json-file.ts";
import { isFile } from "./model-files.ts";
import { CONFIG_FILE, type ModelFolder, readModelFolder, TOKENIZER_FILE } from "./model-folder.ts";
import { loadTokenizer } from "./tokenizer.ts";
import type { Tokenizer } from "./types.ts";

export type AnyFolder = ModelFolder | ExportedFolder;

export function isExported(folder: AnyFolder): folder is ExportedFolder {
  return "kind" in folder;
}

/**
 * Reads the folder of an imported model, of an exported decoder, or the path of one of its graphs (`.onnx`).
 * Throws `model.missing`, `model.notImported`, `model.unsupported`, `model.corrupt`.
 */
export async function readAnyFolder(path: string): Promise<AnyFolder> {
  if (path.endsWith(".onnx") && (await isFile(path))) {
    const { dir, graphFile } = await folderOfGraph(path);
    return readExportedFolder(dir, graphFile);
  }
  if (hasManifest(await readJsonFile(join(path, CONFIG_FILE)))) return readModelFolder(path);
  const graphFile = await findGraph(path);
  return graphFile === undefined ? readModelFolder(path) : readExportedFolder(path, graphFile);
}

export function loadAnyTokenizer(folder: AnyFolder): Promise<Tokenizer> {
  return isExported(folder)
    ? loadExportedTokenizer(folder.dir, folder.config)
    : loadTokenizer(join(folder.dir, TOKENIZER_FILE), folder.config);
}

function hasManifest(json: unknown): boolean {
  return typeof json === "object" && json !== null && "brasslamp" in json;
}
