/** Everything worth showing of one model: what it is, how it runs, its files and where it came from. Does not load it. */
import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { type AnyFolder, isExported, readAnyFolder } from "./any-model.ts";
import { listedFiles, verifyModel } from "./model-folder.ts";

/** `fast`: our own graph. `exported`: a graph as someone else made it, which copies its whole cache at every token. */
export type RunPath = "fast" | "exported";

interface ModelFile {
  readonly name: string;
  readonly bytes: number;
  readonly sha256: string;
}

export interface ModelDetails {
  readonly name: string;
  readonly dir: string;
  readonly path: RunPath;
  readonly architecture: string;
  readonly parameters: number;
  readonly layers: number;
  readonly width: number;
  readonly heads: number;
  readonly keyValueHeads: number;
  readonly headSize: number;
  /** Most tokens of a sequence here, and what the model was made for. */
  readonly positions: number;
  readonly ownPositions: number;
  readonly vocabularySize: number;
  readonly quantization: string;
  readonly sizeBytes: number;
  /** True for an exported GPT-2 that could be imported instead, and would then take the fast path. */
  readonly importable?: true;
  readonly files: readonly ModelFile[];
  readonly license?: string;
  /** The first lines of its model card. */
  readonly card?: readonly string[];
}

const CARD_FILES = ["MODEL_CARD.md", "README.md"];
const LICENSE_FILES = ["LICENSE", "LICENSE.txt", "LICENSE.md"];
const CARD_LINES = 4;
const MAX_CARD_BYTES = 1 << 20;

/** Reads a folder, or the path of a graph. Throws what `readAnyFolder` throws. */
export async function describeModel(path: string): Promise<ModelDetails> {
  const folder = await readAnyFolder(path);
  const { name, parameters, layers, width, positions, vocabularySize, quantization, sizeBytes } = folder.info;
  const card = await readCard(folder.dir);
  return {
    name,
    dir: folder.dir,
    ...sizesOf(folder),
    ...((await isImportable(folder)) ? { importable: true } : {}),
    parameters,
    layers,
    width,
    positions,
    vocabularySize,
    quantization,
    sizeBytes,
    files: filesOf(folder),
    ...card,
  };
}

/**
 * Reads every file of a model. Returns true when all have their recorded checksums, false when none are recorded.
 * Throws `model.checksum` for the first that differs, and what `readAnyFolder` throws.
 */
export async function verifyFiles(path: string): Promise<boolean> {
  const folder = await readAnyFolder(path);
  if (isExported(folder)) return false;
  await verifyModel(folder.dir);
  return true;
}

function sizesOf(
  folder: AnyFolder,
): Pick<ModelDetails, "path" | "architecture" | "heads" | "keyValueHeads" | "headSize" | "ownPositions"> {
  if (isExported(folder)) {
    const { architecture, heads, keyValueHeads, headSize, ownPositions } = folder.config;
    return { path: "exported", architecture, heads, keyValueHeads, headSize, ownPositions };
  }
  const { heads, width, positions } = folder.config;
  const headSize = width / heads;
  return {
    path: "fast",
    architecture: "gpt2",
    heads,
    keyValueHeads: heads,
    headSize,
    ownPositions: positions,
  };
}

async function isImportable(folder: AnyFolder): Promise<boolean> {
  if (!isExported(folder) || folder.config.architecture !== "gpt2") return false;
  const names = await readdir(folder.dir);
  return names.includes("model.safetensors") || names.includes("model.safetensors.index.json");
}

function filesOf(folder: AnyFolder): readonly ModelFile[] {
  if (isExported(folder)) return folder.files;
  return listedFiles(folder.manifest).map(([name, file]) => ({ name, ...file }));
}

async function readCard(dir: string): Promise<Pick<ModelDetails, "license" | "card">> {
  const text = await readFirst(dir, CARD_FILES);
  const [, frontMatter = "", body = ""] = /^(?:---\r?\n([\s\S]*?)\r?\n---\r?\n)?([\s\S]*)$/.exec(text) ?? [];
  const named = /^license:\s*["']?([\w.+ -]+)/m.exec(frontMatter)?.[1];
  const license = named ?? firstLines(await readFirst(dir, LICENSE_FILES), 1)[0];
  const card = firstLines(body, CARD_LINES);
  return { ...(license === undefined ? {} : { license }), ...(card.length === 0 ? {} : { card }) };
}

/** The first of the files that is there; "" when none is, or when it is too large to be a text. */
async function readFirst(dir: string, names: readonly string[]): Promise<string> {
  for (const name of names) {
    const path = join(dir, name);
    const size = await stat(path).then(
      (file) => file.size,
      () => undefined,
    );
    if (size !== undefined && size <= MAX_CARD_BYTES) return readFile(path, "utf8");
  }
  return "";
}

function firstLines(text: string, count: number): string[] {
  const lines = text.split(/\r?\n/).map((line) => line.trim());
  return lines.filter((line) => line !== "").slice(0, count);
}
