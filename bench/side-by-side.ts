/**
 * Our program beside transformers.js and llama.cpp: the same random weights in each one's own file format, a process for
 * every measurement, all programs in every round, so that a busy minute of the machine falls on all of them.
 */
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { GPT2_SHAPES, type Gpt2ShapeName, writeRandomGpt2 } from "../src/model/random-gpt2.ts";
import { bundleChild, PEERS_FOLDER, runChild } from "./child.ts";
import type { Contest, ContestFigures } from "./contestant.ts";
import { type Entry, entriesOf, type ModelFile } from "./entries.ts";
import { installPeers, PEER_VERSIONS } from "./peers/install.ts";
import { commit, machine, report } from "./report.ts";
import { type EntryFigures, type Round, sectionOf } from "./side-by-side-report.ts";

export interface SideBySideOptions {
  readonly rounds: number;
  readonly shape: Gpt2ShapeName;
  readonly withFloat32: boolean;
}

export async function measureSideBySide(options: SideBySideOptions): Promise<void> {
  const withPeers = await installPeers(PEERS_FOLDER);
  const entries = entriesOf(options.withFloat32).filter(
    (entry) => withPeers || entry.program === "brasslamp",
  );
  const scratch = await mkdtemp(join(tmpdir(), "brasslamp-bench-"));
  try {
    const files = await writeModels(scratch, options.shape, entries);
    const bundles = await bundleAll(withPeers);
    const bandwidth = await bundleChild("memory-bandwidth.ts");
    const rounds: Round[] = [];
    for (let round = 1; round <= options.rounds; round++) {
      const gigabytesPerSecond = await runChild<number>(bandwidth, "");
      console.error(`round ${round} of ${options.rounds}, memory ${gigabytesPerSecond} GB/s`);
      const inOrder = round % 2 === 1 ? entries : entries.toReversed();
      rounds.push({
        gigabytesPerSecond,
        figures: await measureRound(inOrder, files, bundles, options.shape),
      });
    }
    const intro = `${machine(withPeers ? PEER_VERSIONS : {})} ${commit()}`;
    const section = sectionOf(options.shape, entries, rounds);
    await report(`${options.shape} side by side`, [intro, ...section]);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** Each entry's model, by the entry's name. */
async function writeModels(
  scratch: string,
  shape: Gpt2ShapeName,
  entries: readonly Entry[],
): Promise<ReadonlyMap<string, ModelFile>> {
  const source = join(scratch, "source");
  await mkdir(source);
  await writeRandomGpt2(source, GPT2_SHAPES[shape]);
  const files = new Map<string, ModelFile>();
  for (const entry of entries) {
    console.error(`writing ${shape} for ${entry.name} ...`);
    files.set(entry.name, await entry.write(source, scratch));
  }
  return files;
}

async function bundleAll(withPeers: boolean): Promise<ReadonlyMap<Entry["program"], string>> {
  const bundles = new Map([["brasslamp", await bundleChild("contest-brasslamp.ts")]] as [
    Entry["program"],
    string,
  ][]);
  if (!withPeers) return bundles;
  for (const program of ["transformers-js", "llama-cpp"] as const)
    bundles.set(program, await bundleChild(`contest-${program}.ts`, PEERS_FOLDER));
  return bundles;
}

async function measureRound(
  entries: readonly Entry[],
  files: ReadonlyMap<string, ModelFile>,
  bundles: ReadonlyMap<Entry["program"], string>,
  shape: Gpt2ShapeName,
): Promise<Round["figures"]> {
  const round = new Map<string, EntryFigures>();
  const { vocabulary } = GPT2_SHAPES[shape];
  for (const { name, program, type } of entries) {
    const { path, sizeMb } = files.get(name)!;
    const contest: Contest = {
      model: path,
      threads: availableParallelism(),
      type,
      vocabularySize: vocabulary,
    };
    const figures = await runChild<ContestFigures>(bundles.get(program)!, JSON.stringify(contest));
    console.error(`  ${name}: ${JSON.stringify(figures)}`);
    round.set(name, { ...figures, sizeMb });
  }
  return round;
}
