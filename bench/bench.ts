/**
 * Measures the built-in narrator and a random GPT-2 of 124M on this machine, prints a table and JSON, and adds a dated
 * section to bench/RESULTS.md: npx tsx bench/bench.ts [folder of an imported model ...]
 */
import { execFile } from "node:child_process";
import { appendFile, mkdtemp, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { availableParallelism, cpus, tmpdir, totalmem } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { build } from "esbuild";
import { DEFAULT_MODEL, findModel } from "../src/model/catalog.ts";
import { importModel } from "../src/model/import.ts";
import type { Figures } from "./measure.ts";
import { GPT2_SMALL, writeRandomGpt2 } from "./random-gpt2.ts";

const MEASURE = fileURLToPath(new URL("../.cache/measure.mjs", import.meta.url));

const COLUMNS: readonly (readonly [keyof Figures, string])[] = [
  ["model", "model"],
  ["quantization", "weights"],
  ["fileMb", "file MB"],
  ["loadMs", "load ms"],
  ["coldFirstTokenMs", "first token, 700 new, ms"],
  ["warmFirstTokenMs", "first token, 32 new at 900, ms"],
  ["decode64", "decode at 64, tok/s"],
  ["decode512", "at 512"],
  ["decode960", "at 960"],
  ["prefill", "prefill tok/s"],
  ["peakRssMb", "peak RSS MB"],
];

async function main(): Promise<void> {
  await bundleMeasure();
  const scratch = await mkdtemp(join(tmpdir(), "brasslamp-bench-"));
  try {
    const given = process.argv.slice(2);
    const folders =
      given.length > 0 ? given : [await findModel(DEFAULT_MODEL), ...(await importRandom(scratch))];
    const figures = [];
    for (const folder of folders) figures.push(await measureInOwnProcess(folder));
    console.log(JSON.stringify({ machine: machine(), figures }, null, 2));
    const section = `\n## ${new Date().toISOString().slice(0, 16)}\n\n${machine()}\n\n${table(figures)}\n`;
    console.log(section);
    await appendFile(new URL("RESULTS.md", import.meta.url), section);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

async function importRandom(scratch: string): Promise<string[]> {
  const source = await mkdtemp(join(scratch, "source-"));
  await writeRandomGpt2(source, GPT2_SMALL);
  const folders = [];
  for (const quantization of ["int8", "int4"] as const) {
    const folder = join(scratch, `gpt2-124m-${quantization}`);
    await importModel(source, folder, { quantization });
    folders.push(folder);
  }
  return folders;
}

async function measureInOwnProcess(folder: string): Promise<Figures> {
  const { stdout } = await promisify(execFile)(process.execPath, [MEASURE, folder]);
  return JSON.parse(stdout);
}

/** The measured process runs plain JavaScript, as a loader of TypeScript would count as memory. */
async function bundleMeasure(): Promise<void> {
  await build({
    entryPoints: [fileURLToPath(new URL("measure.ts", import.meta.url))],
    outfile: MEASURE,
    bundle: true,
    format: "esm",
    platform: "node",
    packages: "external",
  });
}

function machine(): string {
  const ort: { version: string } = createRequire(import.meta.url)("onnxruntime-node/package.json");
  const memory = Math.round(totalmem() / 2 ** 30);
  const processor = `${cpus()[0]?.model ?? "unknown"}, ${availableParallelism()} processors, ${memory} GiB`;
  return `${processor}; ${process.platform} ${process.arch}, Node ${process.version}, onnxruntime ${ort.version}.`;
}

function table(figures: readonly Figures[]): string {
  const row = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  const lines = [row(COLUMNS.map(([, title]) => title)), row(COLUMNS.map(() => "---"))];
  for (const figure of figures) lines.push(row(COLUMNS.map(([key]) => cell(figure[key]))));
  return lines.join("\n");
}

function cell(value: string | number): string {
  if (typeof value === "string") return value;
  return value < 100 ? value.toFixed(1) : value.toFixed(0);
}

await main();
