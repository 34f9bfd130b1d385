/**
 * Measures a loaded model, ours or a stranger's: how long it takes to read a prompt, and one token more. Peak memory is the
 * whole process's, so it belongs to one model only in a process of its own.
 */
import { readFileSync } from "node:fs";
import type { LanguageModel, Sequence, TokenId } from "./types.ts";

/** Reads a prompt and goes on from it by `steps` tokens: when each of them was there, by performance.now(). */
export type Generate = (prompt: readonly TokenId[], steps: number) => Promise<readonly number[]>;

/** Times in milliseconds. */
export interface Timing {
  /** From the prompt to the first token behind it. */
  readonly firstMs: number;
  /** From one token to the next, the median. */
  readonly stepMs: number;
}

/** Speeds in tokens per second. */
export interface Speeds {
  /** By number of past tokens. */
  readonly decodeTokensPerSecond: Readonly<Record<string, number>>;
  readonly prefillTokensPerSecond: number;
  /** How many tokens the prefill was measured with: the longest past. */
  readonly prefillTokens: number;
}

export interface SpeedOptions {
  /** Past lengths; each must leave room for the steps, see `longestPast`. */
  readonly pasts: readonly number[];
  readonly rounds?: number;
  readonly signal?: AbortSignal;
  /** Told how much is done, 0 to 1. */
  readonly onProgress?: (fraction: number) => void;
}

const WARM_UP_TOKENS = 40;
/** Tokens timed one by one. */
export const DECODE_STEPS = 16;
const ROUNDS = 3;

/** Most past tokens that can be measured on a model. */
export function longestPast(model: LanguageModel): number {
  return model.info.positions - DECODE_STEPS;
}

/** Evaluates random tokens. Medians of a few rounds; longest past first, so that only that one is read. */
export async function measureSpeeds(model: LanguageModel, options: SpeedOptions): Promise<Speeds> {
  const { rounds = ROUNDS, signal, onProgress } = options;
  const { positions, vocabularySize } = model.info;
  const pasts = [...new Set(options.pasts)].sort((a, b) => b - a);
  const timings = new Map(pasts.map((past) => [past, [] as Timing[]]));
  const sequence = await model.createSequence();
  const generate = generateWith(sequence, firstAgain, signal);
  await generate(randomTokens(vocabularySize, Math.min(WARM_UP_TOKENS, positions), 0), 1);
  for (let round = 1; round <= rounds; round++) {
    const tokens = randomTokens(vocabularySize, pasts[0]!, round);
    for (const past of pasts)
      timings.get(past)!.push(await timeGeneration(generate, tokens.slice(0, past), DECODE_STEPS));
    onProgress?.(round / rounds);
  }
  await sequence.dispose();
  const medianOf = (past: number, key: keyof Timing) => median(timings.get(past)!.map((one) => one[key]));
  const speeds = options.pasts.map((past) => [String(past), rounded(1000 / medianOf(past, "stepMs"))]);
  return {
    decodeTokensPerSecond: Object.fromEntries(speeds),
    prefillTokensPerSecond: rounded((pasts[0]! / medianOf(pasts[0]!, "firstMs")) * 1000),
    prefillTokens: pasts[0]!,
  };
}

/** Times one prompt and `steps` tokens after the first. */
export async function timeGeneration(
  generate: Generate,
  prompt: readonly TokenId[],
  steps: number,
): Promise<Timing> {
  const start = performance.now();
  const times = await generate(prompt, steps + 1);
  return {
    firstMs: times[0]! - start,
    stepMs: median(times.slice(1).map((time, i) => time - times[i]!)),
  };
}

/** A sequence that goes on with what `next` chooses from the logits. */
export function generateWith(
  sequence: Sequence,
  next: (logits: Float32Array, tokens: readonly TokenId[]) => TokenId,
  signal?: AbortSignal,
): Generate {
  return async (prompt, steps) => {
    const tokens = [...prompt];
    const times: number[] = [];
    while (times.length < steps) {
      const logits = await sequence.evaluate(tokens, signal);
      tokens.push(next(logits, tokens));
      times.push(performance.now());
    }
    return times;
  };
}

/** Costs nothing to choose, for measurements of the model alone. */
export function firstAgain(_logits: Float32Array, tokens: readonly TokenId[]): TokenId {
  return tokens[0]!;
}

export async function timeOf(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

/** The middle value; of an even number, the upper of the two. */
export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1]!;
}

/** `count` tokens below `vocabularySize`, the same for the same seed. */
export function randomTokens(vocabularySize: number, count: number, seed: number): TokenId[] {
  let state = seed + 1;
  return Array.from({ length: count }, () => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    return (state >> 8) % vocabularySize;
  });
}

/** High-water mark of this program's memory in MB (10^6 bytes). On Linux getrusage counts what its parent held, too. */
export function peakRssMb(): number {
  const kilobytes = /VmHWM:\s+(\d+)/.exec(readStatus())?.[1] ?? process.resourceUsage().maxRSS;
  return rounded((Number(kilobytes) * 1024) / 1e6);
}

function readStatus(): string {
  try {
    return readFileSync("/proc/self/status", "utf8");
  } catch {
    return ""; // systems other than Linux
  }
}

/** One decimal. */
export function rounded(value: number): number {
  return Math.round(value * 10) / 10;
}
