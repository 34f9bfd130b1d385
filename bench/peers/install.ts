/**
 * The programs ours is compared with. They are no dependencies of ours: the benchmark installs them when it needs them,
 * into a folder that git ignores. The only place that names their versions.
 */
import { execFile } from "node:child_process";
import { mkdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { messageOf } from "../../src/shared/errors.ts";

export const PEER_VERSIONS = {
  "onnxruntime-node": "1.30.0",
  "@huggingface/transformers": "4.3.1",
  "node-llama-cpp": "3.22.1",
} as const;

/** Optional packages of node-llama-cpp for graphics cards: 600 MB that a comparison on the processor never opens. */
const GRAPHICS_PACKAGES = ["linux-x64-cuda", "linux-x64-cuda-ext", "linux-x64-vulkan"].concat([
  "win-x64-cuda",
  "win-x64-cuda-ext",
  "win-x64-vulkan",
]);

/** Installs the peers into `folder` unless they are there. Says aloud why when it cannot, and returns false. */
export async function installPeers(folder: string): Promise<boolean> {
  if (await areInstalled(folder)) return true;
  const packages = Object.entries(PEER_VERSIONS).map(([name, version]) => `${name}@${version}`);
  console.error(`installing ${packages.join(", ")} into ${folder} ...`);
  try {
    await mkdir(folder, { recursive: true });
    const options = ["install", "--ignore-scripts", "--no-save", "--prefix", folder];
    await promisify(execFile)("npm", [...options, ...packages]);
  } catch (error) {
    console.error(`PEERS SKIPPED: npm could not install them (${messageOf(error).split("\n")[0]}).`);
    console.error("Only our own figures are measured. Try again with access to the npm registry.");
    return false;
  }
  for (const name of GRAPHICS_PACKAGES)
    await rm(join(folder, "node_modules", "@node-llama-cpp", name), { recursive: true, force: true });
  return true;
}

async function areInstalled(folder: string): Promise<boolean> {
  for (const [name, version] of Object.entries(PEER_VERSIONS)) {
    const path = join(folder, "node_modules", name, "package.json");
    const manifest = await readFile(path, "utf8").catch(() => "{}");
    if (JSON.parse(manifest).version !== version) return false;
  }
  return true;
}
