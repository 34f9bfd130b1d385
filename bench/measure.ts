/**
 * Measures one model folder and prints the figures as JSON. Run by bench.ts in a process of its own, so that peak memory
 * belongs to one model only.
 */
import {
  DECODE_STEPS,
  firstAgain,
  generateWith,
  median,
  peakRssMb,
  randomTokens,
  timeGeneration,
  timeOf,
} from "../src/model/benchmark.ts";
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
  /** Time of a step of four branches over that of one, at 512 past tokens. */
  readonly fourBranches512: number;
  readonly peakRssMb: number;
}

const COLD_TOKENS = 700;
const WARM_PAST = 900;
const WARM_TOKENS = 32;
const ROUNDS = 5;
/** Large models take minutes for one round. */
const FEW_ROUNDS = 2;
const LARGE_PARAMETERS = 500e6;

async function measure(folder: string): Promise<Figures> {
  const start = performance.now();
  const model = await openModel(folder);
  const loadMs = performance.now() - start;
  const sequence = await model.createSequence();
  await sequence.evaluate(randomTokens(model.info.vocabularySize, 40, 0));
  const rounds: Round[] = [];
  const wanted = model.info.parameters < LARGE_PARAMETERS ? ROUNDS : FEW_ROUNDS;
  for (let round = 1; round <= wanted; round++) rounds.push(await measureRound(model, sequence, round));
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
    fourBranches512: medianOf("branchSteps4Ms") / medianOf("branchSteps1Ms"),
    peakRssMb: peakRssMb(),
  };
}

interface Round {
  readonly coldFirstTokenMs: number;
  readonly warmFirstTokenMs: number;
  readonly step64Ms: number;
  readonly step512Ms: number;
  readonly step960Ms: number;
  readonly branchSteps1Ms: number;
  readonly branchSteps4Ms: number;
}

async function measureRound(model: LanguageModel, sequence: Sequence, round: number): Promise<Round> {
  const tokens = randomTokens(model.info.vocabularySize, model.info.positions, round);
  const generate = generateWith(sequence, firstAgain);
  const stepMs = async (past: number) =>
    (await timeGeneration(generate, tokens.slice(0, past), DECODE_STEPS)).stepMs;
  const coldFirstTokenMs = await timeOf(() => sequence.evaluate(tokens.slice(0, COLD_TOKENS)));
  await sequence.evaluate(tokens.slice(0, WARM_PAST));
  const warmFirstTokenMs = await timeOf(() => sequence.evaluate(tokens.slice(0, WARM_PAST + WARM_TOKENS)));
  return {
    coldFirstTokenMs,
    warmFirstTokenMs,
    step960Ms: await stepMs(960),
    step512Ms: await stepMs(512),
    branchSteps1Ms: await branchStepMs(sequence, tokens.slice(0, 512), 1),
    branchSteps4Ms: await branchStepMs(sequence, tokens.slice(0, 512), 4),
    step64Ms: await stepMs(64),
  };
}

/** A step of `count` branches that share `past`. */
async function branchStepMs(sequence: Sequence, past: readonly number[], count: number): Promise<number> {
  await sequence.evaluate(past);
  const branches = await sequence.branch!(count);
  const times: number[] = [];
  for (let step = 0; step < DECODE_STEPS; step++)
    times.push(await timeOf(() => branches.step(past.slice(step, step + count))));
  await branches.dispose();
  return median(times);
}

console.log(JSON.stringify(await measure(process.argv[2]!)));
