/** Runs one measurement in a process of its own, so that memory and caches belong to it alone. */
import { execFile } from "node:child_process";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { build } from "esbuild";

const CACHE = fileURLToPath(new URL("../.cache", import.meta.url));
/** Where the programs ours is compared with are installed; git ignores it. */
export const PEERS_FOLDER = join(CACHE, "peers");

/**
 * Bundles a file of this folder to plain JavaScript, as a loader of TypeScript would count as memory, and returns its path.
 * Packages are found from `folder`, which decides whose onnxruntime is used.
 */
export async function bundleChild(name: string, folder = CACHE): Promise<string> {
  const outfile = join(folder, `${basename(name, ".ts")}.mjs`);
  await build({
    entryPoints: [fileURLToPath(new URL(name, import.meta.url))],
    outfile,
    bundle: true,
    format: "esm",
    platform: "node",
    packages: "external",
    logLevel: "warning",
  });
  return outfile;
}

/** Runs a bundled file and returns the JSON that it prints last. Its messages on stderr are shown when `isVerbose`. */
export async function runChild<T>(bundle: string, argument: string, isVerbose = false): Promise<T> {
  const running = promisify(execFile)(process.execPath, [bundle, argument], { maxBuffer: 64 * 2 ** 20 });
  if (isVerbose) running.child.stderr?.pipe(process.stderr);
  const { stdout } = await running;
  return JSON.parse(stdout.trim().split("\n").at(-1)!);
}
