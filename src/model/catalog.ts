/**
 * Finds models by name: those that come with the package and those the player imported. A name is a slug and never a path;
 * a player's model hides a built-in one of the same name.
 */
import { readdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { dataFolder } from "../shared/data-folder.ts";
import { AppError, messageOf } from "../shared/errors.ts";
import { findNearest } from "../shared/nearest.ts";
import { isExported, readAnyFolder } from "./any-model.ts";
import { isFile } from "./model-files.ts";
import { CONFIG_FILE } from "./model-folder.ts";
import { BUILT_IN_MODELS } from "./package-paths.ts";
import type { ModelInfo } from "./types.ts";

/** The narrator that comes with the package. */
export const DEFAULT_MODEL = "ember";

const SLUG = /^[a-z0-9]+(?:[-._][a-z0-9]+)*$/;
const MAX_NAME = 64;

/** One model of the catalogue. `info` is missing when `problem` says why it cannot be loaded. */
export interface CatalogEntry {
  readonly name: string;
  readonly dir: string;
  readonly builtIn: boolean;
  /** True for an exported decoder, which runs as it is and slower. */
  readonly exported?: true;
  readonly info?: ModelInfo;
  readonly problem?: string;
}

/** Folder of the player's models: $BRASSLAMP_HOME/models, or the system's place for a program's data. */
export function userModelsFolder(
  env: NodeJS.ProcessEnv = process.env,
  platform: NodeJS.Platform = process.platform,
): string {
  return join(dataFolder(env, platform), "models");
}

/** Where a model of this name is or would be imported to. Throws `model.badName` unless it is a slug. */
export function userModelFolder(name: string): string {
  if (isModelName(name)) return join(userModelsFolder(), name);
  throw new AppError("model.badName", `"${name}" cannot be a model's name.`, {
    hint: `Use small letters, digits and single - . _ between them, at most ${MAX_NAME}, like my-gpt2.`,
  });
}

/** All models, by name. Broken ones are listed with their problem. */
export async function listModels(): Promise<CatalogEntry[]> {
  const entries = new Map<string, CatalogEntry>();
  for (const [folder, builtIn] of [
    [BUILT_IN_MODELS, true],
    [userModelsFolder(), false],
  ] as const) {
    for (const name of await modelNamesIn(folder)) entries.set(name, await describe(folder, name, builtIn));
  }
  return [...entries.values()].sort((a, b) => a.name.localeCompare(b.name));
}

/**
 * The folder of a model, given its name or a path (anything with a slash, or starting with a dot; also of one graph of an exported decoder). Does not open it.
 * Throws `model.unknown` with the nearest name, `model.missing` for a path without a model.
 */
export async function findModel(nameOrPath: string): Promise<string> {
  if (isPath(nameOrPath)) return requireModel(resolve(nameOrPath));
  if (isModelName(nameOrPath)) {
    for (const folder of [userModelsFolder(), BUILT_IN_MODELS]) {
      const dir = join(folder, nameOrPath);
      if (await isModel(dir)) return dir;
    }
  }
  throw await unknownModel(nameOrPath);
}

function isPath(nameOrPath: string): boolean {
  return /^\.|[/\\]/.test(nameOrPath);
}

function isModelName(name: string): boolean {
  return name.length <= MAX_NAME && SLUG.test(name);
}

async function isModel(dir: string): Promise<boolean> {
  return isFile(join(dir, CONFIG_FILE));
}

async function requireModel(dir: string): Promise<string> {
  if ((await isModel(dir)) || (dir.endsWith(".onnx") && (await isFile(dir)))) return dir;
  throw new AppError("model.missing", `${dir} has no ${CONFIG_FILE}, so it is not a model's folder.`, {
    hint: "Give the folder of an imported model, or a name from: brasslamp models",
  });
}

async function modelNamesIn(folder: string): Promise<string[]> {
  const names = (await readdir(folder).catch(() => [])).filter(isModelName);
  const found = await Promise.all(names.map((name) => isModel(join(folder, name))));
  return names.filter((_, i) => found[i]);
}

async function describe(folder: string, name: string, builtIn: boolean): Promise<CatalogEntry> {
  const dir = join(folder, name);
  try {
    const folder = await readAnyFolder(dir);
    return { name, dir, builtIn, ...(isExported(folder) ? { exported: true } : {}), info: folder.info };
  } catch (error) {
    return { name, dir, builtIn, problem: messageOf(error) };
  }
}

async function unknownModel(name: string): Promise<AppError> {
  const known = [
    ...new Set([...(await modelNamesIn(userModelsFolder())), ...(await modelNamesIn(BUILT_IN_MODELS))]),
  ];
  const nearest = findNearest(name, known);
  const all = `Known models: ${known.sort().join(", ") || "none"}.`;
  return new AppError("model.unknown", `There is no model called "${name}".`, {
    hint: nearest === undefined ? all : `Did you mean ${nearest}? ${all}`,
  });
}
