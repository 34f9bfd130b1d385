/**
 * Tables of a side-by-side comparison: medians over the rounds, and ours divided by a peer's within the same round, beside
 * what the project promises of the 124M shape.
 */
import { median } from "../src/model/benchmark.ts";
import type { ContestFigures } from "./contestant.ts";
import type { Entry } from "./entries.ts";
import { table } from "./report.ts";

export type EntryFigures = ContestFigures & { readonly sizeMb: number };
type FigureName = keyof EntryFigures;

/** One round: the machine's memory speed and each entry's figures by its name. */
export interface Round {
  readonly gigabytesPerSecond: number;
  readonly figures: ReadonlyMap<string, EntryFigures>;
}

const TITLES: Readonly<Record<FigureName, string>> = {
  decode64: "decode at 64, tok/s",
  decode512: "at 512",
  decode960: "at 960",
  prefill960: "prefill of 960, tok/s",
  firstTokenMs: "first token of 64 new, ms",
  loadMs: "load ms",
  peakMb: "peak MB",
  sizeMb: "file MB",
};
const FIGURES = Object.keys(TITLES) as readonly FigureName[];

/** Ours, the peer, and the least ratio that is promised for each figure. */
interface Pair {
  readonly ours: string;
  readonly peer: string;
  readonly goals: Partial<Readonly<Record<FigureName, number>>>;
}
const PAIRS: readonly Pair[] = [
  {
    ours: "brasslamp int8",
    peer: "transformers.js q8",
    goals: { decode64: 1.2, decode512: 3.5, decode960: 4.5, prefill960: 1 },
  },
  {
    ours: "brasslamp int8",
    peer: "llama.cpp Q8_0",
    goals: { decode64: 1.2, decode512: 1.6, decode960: 2, prefill960: 1 },
  },
  { ours: "brasslamp int4", peer: "transformers.js q4", goals: {} },
  {
    ours: "brasslamp int4",
    peer: "llama.cpp Q4_0",
    goals: { decode64: 1.3, decode512: 2, decode960: 2.2 },
  },
  { ours: "brasslamp fp32", peer: "transformers.js fp32", goals: {} },
  { ours: "brasslamp fp32", peer: "llama.cpp F32", goals: {} },
];

/** Promises about our 8-bit 124M alone. */
const OWN = "brasslamp int8";
const OWN_GOALS: readonly {
  readonly title: string;
  readonly value: (figures: EntryFigures) => number;
  readonly digits: number;
  readonly least?: number;
  readonly most?: number;
}[] = [
  { title: "decode at 960 / at 64", value: (f) => f.decode960 / f.decode64, digits: 2, least: 0.85 },
  { title: "load ms", value: (f) => f.loadMs, digits: 0, most: 400 },
  { title: "peak MB", value: (f) => f.peakMb, digits: 0, most: 400 },
  { title: "file MB", value: (f) => f.sizeMb, digits: 0, most: 145 },
];

/** Paragraphs for bench/RESULTS.md. */
export function sectionOf(shape: string, entries: readonly Entry[], rounds: readonly Round[]): string[] {
  const withGoals = shape === "124m";
  const present = (name: string) => entries.some((entry) => entry.name === name);
  const pairs = PAIRS.filter(({ ours, peer }) => present(ours) && present(peer));
  const parts = [introduction(rounds), medians(entries, rounds)];
  if (pairs.length > 0) parts.push(RATIO_TEXT, ratios(pairs, rounds, withGoals));
  if (withGoals) parts.push("Goals for ours alone, 8 bits:", ownGoals(rounds));
  return parts;
}

const RATIO_TEXT =
  "Ours / peer within a round, median (least-most). Above 1 is better for speeds, below 1 for times and sizes.";

function introduction(rounds: readonly Round[]): string {
  const speeds = rounds.map((round) => round.gigabytesPerSecond);
  const range = `${Math.min(...speeds)}-${Math.max(...speeds)}`;
  const memory = `Memory read by all processors together (memcmp of large buffers in worker threads): ${median(speeds)} GB/s (${range}).`;
  return `Medians of ${rounds.length} interleaved rounds, a process for each measurement. ${memory}`;
}

function medians(entries: readonly Entry[], rounds: readonly Round[]): string {
  const rows = entries.map(({ name }) => [
    name,
    ...FIGURES.map((figure) => median(rounds.map((round) => round.figures.get(name)![figure]))),
  ]);
  return table(["", ...FIGURES.map((figure) => TITLES[figure])], rows);
}

function ratios(pairs: readonly Pair[], rounds: readonly Round[], withGoals: boolean): string {
  const rows = pairs.map(({ ours, peer, goals }) => [
    `${ours} / ${peer}`,
    ...FIGURES.map((figure) => {
      const goal = withGoals ? goals[figure] : undefined;
      const values = rounds.map(({ figures }) => figures.get(ours)![figure] / figures.get(peer)![figure]);
      return spread(values, 2) + (goal === undefined ? "" : verdict(`>= ${goal}`, median(values) >= goal));
    }),
  ]);
  return table(["", ...FIGURES.map((figure) => TITLES[figure].replace(/, .*| ms$| MB$/, ""))], rows);
}

function ownGoals(rounds: readonly Round[]): string {
  const rows = OWN_GOALS.map(({ title, value, digits, least = 0, most = Number.POSITIVE_INFINITY }) => {
    const values = rounds.map(({ figures }) => value(figures.get(OWN)!));
    const isMet = median(values) >= least && median(values) <= most;
    return [title, spread(values, digits) + verdict(least > 0 ? `>= ${least}` : `<= ${most}`, isMet)];
  });
  return table(["", "median (least-most), goal"], rows);
}

function verdict(goal: string, isMet: boolean): string {
  return `, goal ${goal} ${isMet ? "met" : "missed"}`;
}

function spread(values: readonly number[], digits: number): string {
  const text = (value: number) => value.toFixed(digits);
  return `${text(median(values))} (${text(Math.min(...values))}-${text(Math.max(...values))})`;
}
