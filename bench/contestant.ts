/**
 * What is measured of every program in the side-by-side comparison, in the same way: the same random prompts of the same
 * lengths, the same sampling (temperature 0.8, top-k 40), times at the caller.
 */
import { readFileSync } from "node:fs";
import { median, rounded } from "../src/model/benchmark.ts";

export const SAMPLING = { temperature: 0.8, topK: 40 };
/** Numbers of tokens already there when a single one is timed. */
const PASTS = [64, 512, 960] as const;
const DECODE_STEPS = 24;
const WARM_UP = { past: 32, steps: 4 };

/** A program with its model loaded. */
export interface Contestant {
  /** From the call that loads to the model being ready; the import of the library is not in it. */
  readonly loadMs: number;
  /** Reads a prompt that shares nothing with the one before and samples `steps` tokens. When each one came, in ms. */
  generate(prompt: readonly number[], steps: number): Promise<readonly number[]>;
}

/** How one is started: arguments of the process as JSON. */
export interface Contest {
  /** File or folder that the program loads. */
  readonly model: string;
  readonly threads: number;
  /** Precision by the program's own name for it, where one folder holds several. */
  readonly type?: string;
  readonly vocabularySize: number;
}

/** Speeds in tokens per second, times in milliseconds, memory in MB (10^6 bytes). */
export interface ContestFigures {
  readonly decode64: number;
  readonly decode512: number;
  readonly decode960: number;
  readonly prefill960: number;
  /** From a prompt of 64 tokens to the first sampled one. */
  readonly firstTokenMs: number;
  readonly loadMs: number;
  readonly peakMb: number;
}

/** Measures the program that `open` loads, and ends the process. */
export async function runContest(open: (contest: Contest) => Promise<Contestant>): Promise<never> {
  const contest: Contest = JSON.parse(process.argv[2]!);
  const contestant = await open(contest);
  const prompt = (length: number, seed: number) => randomPrompt(length, seed, contest.vocabularySize);
  await contestant.generate(prompt(WARM_UP.past, 1), WARM_UP.steps);
  const firstMs: number[] = [];
  const speeds: number[] = [];
  for (const past of PASTS) {
    const start = performance.now();
    const times = await contestant.generate(prompt(past, past), DECODE_STEPS + 1);
    firstMs.push(times[0]! - start);
    speeds.push(1000 / median(times.slice(1).map((time, i) => time - times[i]!)));
  }
  const figures: ContestFigures = {
    decode64: rounded(speeds[0]!),
    decode512: rounded(speeds[1]!),
    decode960: rounded(speeds[2]!),
    prefill960: rounded((PASTS[2] / firstMs[2]!) * 1000),
    firstTokenMs: rounded(firstMs[0]!),
    loadMs: rounded(contestant.loadMs),
    peakMb: peakMb(),
  };
  console.log(JSON.stringify(figures));
  process.exit(0); // nothing is being computed now, and the peers have no other end
}

function randomPrompt(length: number, seed: number, vocabularySize: number): number[] {
  let state = seed;
  return Array.from({ length }, () => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    return (state >> 8) % (vocabularySize - 1);
  });
}

/** High-water mark of this program alone: getrusage counts what the parent held before the process began. */
function peakMb(): number {
  const status = readStatus();
  const kilobytes = /VmHWM:\s+(\d+)/.exec(status)?.[1] ?? process.resourceUsage().maxRSS;
  return rounded((Number(kilobytes) * 1024) / 1e6);
}

function readStatus(): string {
  try {
    return readFileSync("/proc/self/status", "utf8");
  } catch {
    return ""; // systems other than Linux
  }
}
