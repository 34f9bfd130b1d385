/** Our own figures: the built-in narrator and a random GPT-2 of 124M at 8 and 4 bits, or given folders. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DEFAULT_MODEL, findModel } from "../src/model/catalog.ts";
import { importModel } from "../src/model/import.ts";
import { GPT2_SHAPES, writeRandomGpt2 } from "../src/model/random-gpt2.ts";
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
  ["peakRssMb", "peak RSS MB"],
];

export async function measureOwnModels(given: readonly string[]): Promise<void> {
  const measure = await bundleChild("measure.ts");
  const scratch = await mkdtemp(join(tmpdir(), "brasslamp-bench-"));
  try {
    const folders =
      given.length > 0 ? given : [await findModel(DEFAULT_MODEL), ...(await importRandom(scratch))];
    const figures: Figures[] = [];
    for (const folder of folders) figures.push(await runChild<Figures>(measure, folder));
    const start = await measureStart();
    console.log(JSON.stringify({ machine: machine(), figures, start }, null, 2));
    const rows = figures.map((figure) => COLUMNS.map(([key]) => figure[key]));
    await report("", [
      `${machine()} ${commit()}`,
      table(
        COLUMNS.map(([, title]) => title),
        rows,
      ),
      `The game with the built-in narrator: command to prompt ${start.promptMs} ms; Enter to the first words (a whole ` +
        `sentence, chosen and judged) ${start.firstWordsMs} ms.`,
    ]);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

async function importRandom(scratch: string): Promise<string[]> {
  const source = await mkdtemp(join(scratch, "source-"));
  await writeRandomGpt2(source, GPT2_SHAPES["124m"]);
  const folders = [];
  for (const quantization of ["int8", "int4"] as const) {
    const folder = join(scratch, `gpt2-124m-${quantization}`);
    await importModel(source, folder, { quantization });
    folders.push(folder);
  }
  return folders;
}
