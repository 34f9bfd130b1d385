/**
 * What is measured of every program in the side-by-side comparison, in the same way: the same random prompts of the same
 * lengths, the same sampling (temperature 0.8, top-k 40), times at the caller.
 */
import {
  type Generate,
  peakRssMb,
  randomTokens,
  rounded,
  type Timing,
  timeGeneration,
} from "../src/model/benchmark.ts";

export const SAMPLING = { temperature: 0.8, topK: 40 };
/** Numbers of tokens already there when a single one is timed. */
const PASTS = [64, 512, 960] as const;
const DECODE_STEPS = 24;
const WARM_UP = { past: 32, steps: 4 };

/** A program with its model loaded. */
export interface Contestant {
  /** From the call that loads to the model being ready; the import of the library is not in it. */
  readonly loadMs: number;
  /** The prompt shares nothing with the one before; tokens are sampled. */
  readonly generate: Generate;
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
  // Without the last token, which ends a text.
  const prompt = (length: number, seed: number) => randomTokens(contest.vocabularySize - 1, length, seed);
  await contestant.generate(prompt(WARM_UP.past, 1), WARM_UP.steps);
  const timings: Timing[] = [];
  for (const past of PASTS)
    timings.push(await timeGeneration(contestant.generate, prompt(past, past), DECODE_STEPS));
  const speeds = timings.map(({ stepMs }) => rounded(1000 / stepMs));
  const figures: ContestFigures = {
    decode64: speeds[0]!,
    decode512: speeds[1]!,
    decode960: speeds[2]!,
    prefill960: rounded((PASTS[2] / timings[2]!.firstMs) * 1000),
    firstTokenMs: rounded(timings[0]!.firstMs),
    loadMs: rounded(contestant.loadMs),
    peakMb: peakRssMb(),
  };
  console.log(JSON.stringify(figures));
  process.exit(0); // nothing is being computed now, and the peers have no other end
}
