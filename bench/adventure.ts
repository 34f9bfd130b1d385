/** A long adventure told by the built-in narrator, with reuse of what is evaluated already and without. */
import { DEFAULT_MODEL, findModel } from "../src/model/catalog.ts";
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
  ["rebuildTurns", "turns after a rebuild"],
  ["rebuildFirstToken95Ms", "first token p95 of these, ms"],
  ["idle95Ms", "evaluating while the player reads, p95, ms"],
  ["waitedShare", "prompt tokens evaluated while the player waits, %"],
  ["idleShare", "prompt tokens evaluated while the player reads, %"],
  ["reusedShare", "prompt tokens reused, %"],
];
const MOST_STEPS = 8;

export async function measureAdventures(turns: number): Promise<void> {
  const bundle = await bundleChild("measure-adventure.ts");
  const model = await findModel(DEFAULT_MODEL);
  const run = (reuses: boolean) => {
    const options: AdventureOptions = { model, turns, reuses };
    return runChild<AdventureFigures>(bundle, JSON.stringify(options), true);
  };
  const [on, off] = [await run(true), await run(false)];
  const rows = ROWS.map(([key, title]) => [title, on[key], off[key]]);
  const isMet = on.firstToken95Steps <= MOST_STEPS ? "met" : "missed";
  await report(`${turns} turns with ${DEFAULT_MODEL}`, [
    `${machine()} ${commit()}`,
    `From the player's Enter to the first logits, ${on.fullTurns} turns (reuse on) and ${off.fullTurns} (off) with a window ` +
      "more than half full. With reuse, up to 4 s between turns are spent on what is known of the next prompt; without, " +
      "every turn evaluates its whole prompt.",
    table(["", "reuse on", "reuse off"], rows),
    `Goal: p95 of the first token at most ${MOST_STEPS} decode steps: ${isMet}.`,
  ]);
}
