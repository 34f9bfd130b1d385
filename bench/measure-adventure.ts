/**
 * Plays one adventure by script through the narrator, as the game would: recall, narrate, then `prepare` in the pause. The
 * model computes everything and tells the script's passages, so two runs have the same turns. Run by adventure.ts in a process of its own; prints the figures as JSON and its progress on stderr.
 */
import type { TranscriptTurn } from "../src/evaluation/transcript.ts";
import type { NarrationRequest, PlayerAction, StoryTurn } from "../src/game/ports.ts";
import { firstAgain, generateWith, randomTokens, rounded, timeGeneration } from "../src/model/benchmark.ts";
import { openModel } from "../src/model/onnx-model.ts";
import type { LanguageModel } from "../src/model/types.ts";
import { ModelNarrator } from "../src/narrator/narrator.ts";
import { readScript, STORY } from "./adventure-script.ts";
import { type ScriptedModel, scriptModel } from "./scripted-model.ts";
import { type Evaluation, watchEvaluations } from "./watched-model.ts";

export interface AdventureOptions {
  readonly model: string;
  /** Folder of the model whose tokenizer is used. */
  readonly tokenizer: string;
  readonly turns: number;
  /** Whether evaluated tokens are kept from turn to turn and the pause between turns is used. */
  readonly reuses: boolean;
}

/** Times in milliseconds; "steps" are times of a single token; shares in percent of all prompt tokens. */
export interface AdventureFigures {
  readonly fullTurns: number;
  readonly decodeStepMs: number;
  readonly firstToken50Ms: number;
  readonly firstToken95Ms: number;
  readonly firstTokenMostMs: number;
  readonly firstToken50Steps: number;
  readonly firstToken95Steps: number;
  /** Of the time to the first token, what the model did not take: recall and the building of the prompt. */
  readonly building50Ms: number;
  readonly building95Ms: number;
  /** JavaScript of sampling, guard and bookkeeping: a sampled token, and its share of a whole turn in percent. */
  readonly ownMsPerToken: number;
  readonly ownShare: number;
  readonly rebuildTurns: number;
  readonly rebuildFirstToken95Ms: number;
  readonly idle95Ms: number;
  readonly waitedShare: number;
  readonly idleShare: number;
  readonly reusedShare: number;
}

/** What one turn cost. */
interface TurnCost {
  readonly promptTokens: number;
  readonly firstTokenMs: number;
  /** The part of it outside of the model. */
  readonly buildingMs: number;
  /** From the first logits to the end of the passage: all of it, and what the model took. */
  readonly tellingMs: number;
  readonly modelMs: number;
  readonly sampledTokens: number;
  /** Evaluated between Enter and the first logits. */
  readonly waitedTokens: number;
  /** Evaluated in the pause before. */
  readonly idleTokens: number;
  readonly idleMs: number;
  readonly isRebuilt: boolean;
}

const IDLE_MS = 4000;
const PROGRESS_TURNS = 25;
const STEP_PAST = 0.9;
const TIMED_STEPS = 40;

async function measure(options: AdventureOptions): Promise<AdventureFigures> {
  const { turns, reuses } = options;
  const model = await openModel(options.model);
  const other = await openModel(options.tokenizer);
  const evaluations: Evaluation[] = [];
  const watched = watchEvaluations(model, (evaluation) => evaluations.push(evaluation));
  const scripted = scriptModel(watched.model, other.tokenizer);
  const narrator = await ModelNarrator.create(scripted.model);
  const script = await readScript(turns);
  const told: StoryTurn[] = [];
  const costs: TurnCost[] = [];
  for (let turn = 0; turn < turns; turn++) {
    const idle = reuses ? await prepare(narrator, told, evaluations) : { idleTokens: 0, idleMs: 0 };
    if (!reuses) await watched.forget();
    const before = costs.at(-1)?.promptTokens ?? 0;
    const cost = await playTurn({ narrator, scripted }, script[turn]!, told, evaluations);
    costs.push({ ...cost, ...idle, isRebuilt: cost.promptTokens < before });
    if ((turn + 1) % PROGRESS_TURNS === 0)
      console.error(`turn ${turn + 1} of ${turns}, reuse ${reuses ? "on" : "off"}`);
  }
  const decodeStepMs = await timeStep(model);
  await Promise.all([model.dispose(), other.dispose()]);
  return summary(costs, decodeStepMs, model);
}

async function prepare(
  narrator: ModelNarrator,
  told: readonly StoryTurn[],
  evaluations: readonly Evaluation[],
): Promise<{ idleTokens: number; idleMs: number }> {
  const first = evaluations.length;
  const start = performance.now();
  await narrator.prepare({ ...STORY, turns: told }, AbortSignal.timeout(IDLE_MS));
  return { idleTokens: tokensOf(evaluations.slice(first)), idleMs: performance.now() - start };
}

/** Narrates the next turn and adds it to `told`. */
async function playTurn(
  { narrator, scripted }: { readonly narrator: ModelNarrator; readonly scripted: ScriptedModel },
  line: TranscriptTurn,
  told: StoryTurn[],
  evaluations: readonly Evaluation[],
): Promise<Omit<TurnCost, "idleTokens" | "idleMs" | "isRebuilt">> {
  const action: PlayerAction = { kind: "do", text: line.action };
  const bare: NarrationRequest = { ...STORY, turns: [...told], inserted: [], action, seed: told.length };
  const { promptTokens } = narrator.explain({ ...bare, inserted: narrator.recall(bare) });
  scripted.tell(promptTokens, scripted.model.tokenizer.encode(line.passage));
  const first = evaluations.length;
  const start = performance.now();
  const inserted = narrator.recall(bare);
  const { passage, stats } = await narrator.narrate({ ...bare, inserted });
  const endedAt = performance.now();
  told.push({ inserted, action, passage });
  const own = evaluations.slice(first);
  const answer = own.findIndex((evaluation) => evaluation.length >= stats.promptTokens);
  const waited = own.slice(0, answer + 1);
  const firstTokenMs = own[answer]!.endedAt - start;
  const telling = own.slice(answer + 1);
  return {
    tellingMs: endedAt - own[answer]!.endedAt,
    modelMs: telling.reduce((sum, evaluation) => sum + evaluation.ms, 0),
    sampledTokens: stats.sampledTokens,
    promptTokens: stats.promptTokens,
    firstTokenMs,
    buildingMs: waited.reduce((rest, evaluation) => rest - evaluation.ms, firstTokenMs),
    waitedTokens: tokensOf(waited),
  };
}

function tokensOf(evaluations: readonly Evaluation[]): number {
  return evaluations.reduce((sum, evaluation) => sum + evaluation.newTokens, 0);
}

/** Time of a single token at nine tenths of the window. */
async function timeStep(model: LanguageModel): Promise<number> {
  const { positions, vocabularySize } = model.info;
  const sequence = await model.createSequence();
  const prompt = randomTokens(vocabularySize, Math.floor(STEP_PAST * positions), 1);
  const { stepMs } = await timeGeneration(generateWith(sequence, firstAgain), prompt, TIMED_STEPS);
  await sequence.dispose();
  return stepMs;
}

function summary(costs: readonly TurnCost[], decodeStepMs: number, model: LanguageModel): AdventureFigures {
  const full = costs.filter((cost) => cost.promptTokens > model.info.positions / 2);
  const firstMs = full.map((cost) => cost.firstTokenMs);
  const buildingMs = full.map((cost) => cost.buildingMs);
  const rebuilt = costs.filter((cost) => cost.isRebuilt);
  const all = (key: "tellingMs" | "modelMs" | "sampledTokens") =>
    costs.reduce((sum, cost) => sum + cost[key], 0);
  const ownMs = all("tellingMs") - all("modelMs");
  const total = costs.reduce((sum, cost) => sum + cost.promptTokens, 0);
  const share = (key: "waitedTokens" | "idleTokens") =>
    (100 * costs.reduce((sum, cost) => sum + cost[key], 0)) / total;
  const [waited, idle] = [share("waitedTokens"), share("idleTokens")];
  const hundredth = (value: number) => Math.round(value * 100) / 100;
  return {
    fullTurns: full.length,
    decodeStepMs: hundredth(decodeStepMs),
    firstToken50Ms: rounded(percentile(firstMs, 0.5)),
    firstToken95Ms: rounded(percentile(firstMs, 0.95)),
    firstTokenMostMs: rounded(Math.max(...firstMs)),
    firstToken50Steps: rounded(percentile(firstMs, 0.5) / decodeStepMs),
    firstToken95Steps: rounded(percentile(firstMs, 0.95) / decodeStepMs),
    building50Ms: rounded(percentile(buildingMs, 0.5)),
    building95Ms: rounded(percentile(buildingMs, 0.95)),
    ownMsPerToken: hundredth(ownMs / all("sampledTokens")),
    ownShare: rounded((100 * ownMs) / all("tellingMs")),
    rebuildTurns: rebuilt.length,
    rebuildFirstToken95Ms: rounded(
      percentile(
        rebuilt.map((cost) => cost.firstTokenMs),
        0.95,
      ),
    ),
    idle95Ms: rounded(
      percentile(
        costs.map((cost) => cost.idleMs),
        0.95,
      ),
    ),
    waitedShare: rounded(waited),
    idleShare: rounded(idle),
    reusedShare: rounded(100 - waited - idle),
  };
}

/** 0 of nothing. */
function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

console.log(JSON.stringify(await measure(JSON.parse(process.argv[2]!))));
