/** The folders of this installation: what came with the package, and what belongs to the player. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { dataFolder } from "../shared/data-folder.ts";

/** The package's folder; the bundle lies in its dist/, the sources two levels down in src/. */
const ROOT = fileURLToPath(new URL(import.meta.url.endsWith(".ts") ? "../.." : "..", import.meta.url));

/** A checkout keeps its adventures beside itself; an installed package must not write into its own folder. */
const IS_CHECKOUT = existsSync(join(ROOT, "src")) && existsSync(join(ROOT, "tsconfig.json"));

/** Where adventures are saved: `--saves`, else saves/ of a checkout, else the player's data folder. */
export function savesFolder(option: string | undefined): string {
  if (option !== undefined) return option;
  const inCheckout = IS_CHECKOUT && !process.env.BRASSLAMP_HOME;
  return join(inCheckout ? ROOT : dataFolder(), "saves");
}

/** The stories that come with the game. */
export const PACKAGE_STORIES = join(ROOT, "stories");

/** Where stories are looked for, first match wins: the player's own, then those that came with the package. */
export function storyFolders(): readonly string[] {
  return [join(dataFolder(), "stories"), PACKAGE_STORIES];
}

/** The package.json of this installation. */
export const PACKAGE_FILE = join(ROOT, "package.json");
