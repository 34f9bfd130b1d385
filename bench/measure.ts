/**
 * Measures one model folder and prints the figures as JSON. Run by bench.ts in a process of its own, so that peak memory
 * belongs to one model only.
 */
import { openModel } from "../src/model/onnx-model.ts";
import type { LanguageModel, Sequence } from "../src/model/types.ts";

/** Times in milliseconds, speeds in tokens per second, sizes in MB (10^6 bytes); medians of several runs. */
export interface Figures {
  readonly model: string;
  readonly quantization: string;
  readonly fileMb: number;
  readonly loadMs: number;
  readonly coldFirstTokenMs: number;
  readonly warmFirstTokenMs: number;
  readonly decode64: number;
  readonly decode512: number;
  readonly decode960: number;
  readonly prefill: number;
  readonly peakRssMb: number;
}

const COLD_TOKENS = 700;
const WARM_PAST = 900;
const WARM_TOKENS = 32;
const DECODE_STEPS = 24;
const ROUNDS = 5;

async function measure(folder: string): Promise<Figures> {
  const start = performance.now();
  const model = await openModel(folder);
  const loadMs = performance.now() - start;
  const sequence = await model.createSequence();
  await sequence.evaluate(randomTokens(model, 40, 0));
  const rounds: Round[] = [];
  for (let round = 1; round <= ROUNDS; round++) rounds.push(await measureRound(model, sequence, round));
  const medianOf = (key: keyof Round) => median(rounds.map((round) => round[key]));
  const coldFirstTokenMs = medianOf("coldFirstTokenMs");
  await model.dispose();
  return {
    model: model.info.name,
    quantization: model.info.quantization,
    fileMb: model.info.sizeBytes / 1e6,
    loadMs,
    coldFirstTokenMs,
    warmFirstTokenMs: medianOf("warmFirstTokenMs"),
    decode64: 1000 / medianOf("step64Ms"),
    decode512: 1000 / medianOf("step512Ms"),
    decode960: 1000 / medianOf("step960Ms"),
    prefill: (COLD_TOKENS / coldFirstTokenMs) * 1000,
    peakRssMb: peakRssMb(),
  };
}

interface Round {
  readonly coldFirstTokenMs: number;
  readonly warmFirstTokenMs: number;
  readonly step64Ms: number;
  readonly step512Ms: number;
  readonly step960Ms: number;
}

async function measureRound(model: LanguageModel, sequence: Sequence, round: number): Promise<Round> {
  const tokens = randomTokens(model, model.info.positions, round);
  const coldFirstTokenMs = await timeOf(() => sequence.evaluate(tokens.slice(0, COLD_TOKENS)));
  await sequence.evaluate(tokens.slice(0, WARM_PAST));
  const warmFirstTokenMs = await timeOf(() => sequence.evaluate(tokens.slice(0, WARM_PAST + WARM_TOKENS)));
  return {
    coldFirstTokenMs,
    warmFirstTokenMs,
    step960Ms: await stepMs(sequence, tokens, 960),
    step512Ms: await stepMs(sequence, tokens, 512),
    step64Ms: await stepMs(sequence, tokens, 64),
  };
}

async function stepMs(sequence: Sequence, tokens: readonly number[], past: number): Promise<number> {
  await sequence.evaluate(tokens.slice(0, past));
  const times = [];
  for (let i = 1; i <= DECODE_STEPS; i++)
    times.push(await timeOf(() => sequence.evaluate(tokens.slice(0, past + i))));
  return median(times);
}

async function timeOf(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1]!;
}

function randomTokens(model: LanguageModel, count: number, seed: number): number[] {
  let state = seed + 1;
  return Array.from({ length: count }, () => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    return (state >> 8) % model.info.vocabularySize;
  });
}

/** The system's high-water mark of this process. */
function peakRssMb(): number {
  return (process.resourceUsage().maxRSS * 1024) / 1e6;
}

console.log(JSON.stringify(await measure(process.argv[2]!)));
