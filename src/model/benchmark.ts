/**
 * Measures one loaded model: the speed of single tokens after pasts of given lengths, and of a long text at once. Medians
 * of a few rounds. Peak memory is the whole process's, so it belongs to one model only in a process of its own.
 */
import type { LanguageModel, Sequence } from "./types.ts";

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
const DECODE_STEPS = 16;
const ROUNDS = 3;

/** Most past tokens that can be measured on a model. */
export function longestPast(model: LanguageModel): number {
  return model.info.positions - DECODE_STEPS;
}

/** Evaluates random tokens. Longest past first: going back to a shorter one costs no evaluation. */
export async function measureSpeeds(model: LanguageModel, options: SpeedOptions): Promise<Speeds> {
  const { rounds = ROUNDS, signal, onProgress } = options;
  const pasts = options.pasts.toSorted((a, b) => b - a);
  const sequence = await model.createSequence();
  await sequence.evaluate(randomTokens(model, Math.min(WARM_UP_TOKENS, model.info.positions), 0), signal);
  const prefillMs: number[] = [];
  const stepMs = new Map(pasts.map((past) => [past, [] as number[]]));
  for (let round = 1; round <= rounds; round++) {
    const tokens = randomTokens(model, pasts[0]! + DECODE_STEPS, round);
    prefillMs.push(await timeOf(() => sequence.evaluate(tokens.slice(0, pasts[0]), signal)));
    for (const past of pasts) stepMs.get(past)!.push(await medianStepMs(sequence, tokens, past, signal));
    onProgress?.(round / rounds);
  }
  await sequence.dispose();
  const speeds = options.pasts.map((past) => [String(past), rounded(1000 / median(stepMs.get(past)!))]);
  return {
    decodeTokensPerSecond: Object.fromEntries(speeds),
    prefillTokensPerSecond: rounded((pasts[0]! / median(prefillMs)) * 1000),
    prefillTokens: pasts[0]!,
  };
}

/** Milliseconds of one more token after `past` tokens. */
export async function medianStepMs(
  sequence: Sequence,
  tokens: readonly number[],
  past: number,
  signal?: AbortSignal,
): Promise<number> {
  await sequence.evaluate(tokens.slice(0, past), signal);
  const times = [];
  for (let i = 1; i <= DECODE_STEPS; i++)
    times.push(await timeOf(() => sequence.evaluate(tokens.slice(0, past + i), signal)));
  return median(times);
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

/** The same for the same seed. */
export function randomTokens(model: LanguageModel, count: number, seed: number): number[] {
  let state = seed + 1;
  return Array.from({ length: count }, () => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    return (state >> 8) % model.info.vocabularySize;
  });
}

/** The system's high-water mark of this process, in MB (10^6 bytes). */
export function peakRssMb(): number {
  return rounded((process.resourceUsage().maxRSS * 1024) / 1e6);
}

/** One decimal. */
export function rounded(value: number): number {
  return Math.round(value * 10) / 10;
}
