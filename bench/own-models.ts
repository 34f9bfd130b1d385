/** Our own figures: the built-in narrator, random GPT-2s at 8 and 4 bits, or given folders. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DEFAULT_MODEL, findModel } from "../src/model/catalog.ts";
import { importModel } from "../src/model/import.ts";
import { GPT2_SHAPES, type Gpt2ShapeName, writeRandomGpt2 } from "../src/model/random-gpt2.ts";
import { bundleChild, runChild } from "./child.ts";
import type { Figures } from "./measure.ts";
import { commit, machine, report, table } from "./report.ts";
import { measureStart } from "./start.ts";

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
  ["fourBranches512", "a step of four / of one"],
  ["peakRssMb", "peak RSS MB"],
];

/** Of the given folders; else of a random GPT-2 of `shape`; else of the built-in narrator and a random 124M. */
export async function measureOwnModels(
  given: readonly string[],
  shape: Gpt2ShapeName | undefined,
): Promise<void> {
  const measure = await bundleChild("measure.ts");
  const gigabytesPerSecond = await runChild<number>(await bundleChild("memory-bandwidth.ts"), "");
  const scratch = await mkdtemp(join(tmpdir(), "brasslamp-bench-"));
  try {
    const builtIn = given.length === 0 && shape === undefined ? [await findModel(DEFAULT_MODEL)] : given;
    const random = given.length === 0 ? await importRandom(scratch, shape ?? "124m") : [];
    const figures: Figures[] = [];
    for (const folder of [...builtIn, ...random]) figures.push(await runChild<Figures>(measure, folder));
    const limitOf = ({ fileMb }: Figures) => (1000 * gigabytesPerSecond) / fileMb;
    const rows = figures.map((figure) => [...COLUMNS.map(([key]) => figure[key]), limitOf(figure)]);
    await report(shape ?? "", [
      `${machine()} ${commit()}`,
      table([...COLUMNS.map(([, title]) => title), "limit of memory, tok/s"], rows),
      `The limit: how often all weights could be read in a second at ${gigabytesPerSecond} GB/s (memcmp of large buffers in ` +
        "worker threads). A model that fits into the processor's cache is not bound by it.",
      ...(shape === undefined ? [await startLine()] : []),
    ]);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

async function startLine(): Promise<string> {
  const start = await measureStart();
  return (
    `The game with the built-in narrator: command to prompt ${start.promptMs} ms; Enter to the first words (a whole ` +
    `sentence, chosen and judged) ${start.firstWordsMs} ms.`
  );
}

async function importRandom(scratch: string, shape: Gpt2ShapeName): Promise<string[]> {
  const source = await mkdtemp(join(scratch, "source-"));
  await writeRandomGpt2(source, GPT2_SHAPES[shape]);
  const folders = [];
  for (const quantization of ["int8", "int4"] as const) {
    const folder = join(scratch, `gpt2-${shape}-${quantization}`);
    await importModel(source, folder, { quantization });
    folders.push(folder);
  }
  return folders;
}
