/** A long adventure with the built-in narrator or random weights, with reuse of what is evaluated already and without. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DEFAULT_MODEL, findModel } from "../src/model/catalog.ts";
import { importModel } from "../src/model/import.ts";
import { GPT2_SHAPES, type Gpt2ShapeName, writeRandomGpt2 } from "../src/model/random-gpt2.ts";
import { bundleChild, runChild } from "./child.ts";
import type { AdventureFigures, AdventureOptions } from "./measure-adventure.ts";
import { commit, machine, report, table } from "./report.ts";

const ROWS: readonly (readonly [keyof AdventureFigures, string])[] = [
  ["decodeStepMs", "one decode step at a full window, ms"],
  ["firstToken50Ms", "first token p50, ms"],
  ["firstToken95Ms", "first token p95, ms"],
  ["firstTokenMostMs", "first token, most, ms"],
  ["firstToken50Steps", "first token p50, decode steps"],
  ["firstToken95Steps", "first token p95, decode steps"],
  ["building50Ms", "of it outside of the model p50, ms"],
  ["building95Ms", "of it outside of the model p95, ms"],
  ["ownMsPerToken", "sampling, guard and bookkeeping, ms a sampled token"],
  ["ownShare", "share of these in the time from first logits to the end, %"],
  ["rebuildTurns", "turns after a rebuild"],
  ["rebuildFirstToken95Ms", "first token p95 of these, ms"],
  ["idle95Ms", "evaluating while the player reads, p95, ms"],
  ["waitedShare", "prompt tokens evaluated while the player waits, %"],
  ["idleShare", "prompt tokens evaluated while the player reads, %"],
  ["reusedShare", "prompt tokens reused, %"],
];
const MOST_STEPS = 8;

/** Of `shape`, at 8 bits with random weights, or the built-in narrator. */
export async function measureAdventures(turns: number, shape: Gpt2ShapeName | undefined): Promise<void> {
  const scratch = await mkdtemp(join(tmpdir(), "brasslamp-bench-"));
  try {
    const builtIn = await findModel(DEFAULT_MODEL);
    const model = shape === undefined ? builtIn : await importRandom(scratch, shape);
    await reportAdventures(model, { turns, tokenizer: builtIn }, shape ?? DEFAULT_MODEL);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

async function reportAdventures(
  model: string,
  options: Pick<AdventureOptions, "turns" | "tokenizer">,
  name: string,
): Promise<void> {
  const bundle = await bundleChild("measure-adventure.ts");
  const run = (reuses: boolean) =>
    runChild<AdventureFigures>(bundle, JSON.stringify({ ...options, model, reuses }), true);
  const [on, off] = [await run(true), await run(false)];
  const rows = ROWS.map(([key, title]) => [title, on[key], off[key]]);
  const isMet = on.firstToken95Steps <= MOST_STEPS ? "met" : "missed";
  await report(`${options.turns} turns with ${name}`, [
    `${machine()} ${commit()}`,
    `From the player's Enter to the first logits, ${on.fullTurns} turns (reuse on) and ${off.fullTurns} (off) with a window ` +
      "more than half full. With reuse, up to 4 s between turns are spent on what is known of the next prompt; without, " +
      "every turn evaluates its whole prompt.",
    table(["", "reuse on", "reuse off"], rows),
    `Goal: p95 of the first token at most ${MOST_STEPS} decode steps: ${isMet}.`,
  ]);
}

async function importRandom(scratch: string, shape: Gpt2ShapeName): Promise<string> {
  const source = await mkdtemp(join(scratch, "source-"));
  await writeRandomGpt2(source, GPT2_SHAPES[shape]);
  await importModel(source, join(scratch, "model"), { quantization: "int8" });
  return join(scratch, "model");
}
