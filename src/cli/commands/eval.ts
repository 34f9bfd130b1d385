/** `brasslamp eval`: plays stories by script and counts what can be counted; or scores a text; or judges the guard. */
import { type Command, Option } from "commander";
import { measureGuard } from "../../evaluation/guard-alarms.ts";
import { isNote, LAYERS, type Layer, withNarrator } from "../../evaluation/layers.ts";
import { type Metrics, measure } from "../../evaluation/metrics.ts";
import { measurePerplexity } from "../../evaluation/perplexity.ts";
import { type PlayedGame, playGame } from "../../evaluation/play-games.ts";
import type { NarrationStats, Narrator } from "../../game/ports.ts";
import { findStory, listStories } from "../../game/story/catalog.ts";
import type { StorySeed } from "../../game/story/seed.ts";
import { findModel } from "../../model/catalog.ts";
import type { LanguageModel } from "../../model/types.ts";
import { loadModel } from "../../model/worker-model.ts";
import { readAdventures, readText, writeTranscript } from "../adventure-files.ts";
import { jsonOption, modelOption, seedOption, wholeNumber } from "../options.ts";
import { printJson, printLine, printTable } from "../output.ts";
import { PACKAGE_STORIES, storyFolders } from "../paths.ts";
import { ProgressBar } from "../progress.ts";

interface Options {
  readonly story?: readonly string[];
  readonly turns: number;
  readonly seed?: number;
  readonly games: number;
  readonly model: string;
  readonly without?: readonly Layer[];
  readonly text?: string;
  readonly guard?: string;
  readonly reference?: string;
  readonly transcripts?: string;
  readonly json?: true;
}

export function addEvalCommand(program: Command): void {
  program
    .command("eval")
    .description("play stories by script and measure the narrator")
    .option("--story <names...>", "stories to play (default: all that come with the game)")
    .addOption(numberOption("--turns <number>", "turns of each game", 1, 10_000, 20))
    .addOption(numberOption("--games <number>", "games of each story, with seeds that count up", 1, 1000, 1))
    .addOption(seedOption())
    .addOption(modelOption())
    .addOption(new Option("--without <layers...>", "switch layers off").choices(LAYERS))
    .option("--reference <folder>", "measure the adventures in this folder's .txt files beside ours")
    .option("--transcripts <folder>", "write the games there, as text")
    .option("--text <file>", "score this text instead: nats a token and bits a character")
    .addOption(
      new Option(
        "--guard <folder>",
        "judge the sentences of the adventures in this folder instead",
      ).conflicts("text"),
    )
    .addOption(jsonOption())
    .action(run);
}

function numberOption(flags: string, help: string, least: number, most: number, value: number): Option {
  return new Option(flags, help).argParser((text) => wholeNumber(text, least, most)).default(value);
}

async function run(options: Options): Promise<void> {
  if (options.guard !== undefined) return judgeGuard(options.guard, options.json === true);
  const reference =
    options.reference === undefined ? undefined : measure(await readAdventures(options.reference));
  const stories = options.text === undefined ? await chosenStories(options.story) : [];
  const model = await loadModel(await findModel(options.model));
  try {
    if (options.text === undefined) await evaluate(model, stories, options, reference);
    else await score(model, options.text, options.json === true);
  } finally {
    await model.dispose();
  }
}

async function chosenStories(names: readonly string[] | undefined): Promise<StorySeed[]> {
  if (names !== undefined) return Promise.all(names.map((name) => findStory(name, storyFolders())));
  return (await listStories([PACKAGE_STORIES])).flatMap((entry) =>
    entry.kind === "story" ? [entry.seed] : [],
  );
}

async function score(model: LanguageModel, path: string, asJson: boolean): Promise<void> {
  const result = { model: model.info.name, ...(await measurePerplexity(model, await readText(path))) };
  if (asJson) return printJson(result);
  printTable(
    Object.entries(result).map(([name, value]) => [name, typeof value === "number" ? figure(value) : value]),
  );
}

/** How often the guard would refuse what people wrote. */
async function judgeGuard(folder: string, asJson: boolean): Promise<void> {
  const { verdicts, ...totals } = measureGuard(await readAdventures(folder));
  if (asJson) return printJson({ ...totals, verdicts });
  printTable(Object.entries(totals).map(([name, value]) => [name, figure(value)]));
  printLine();
  printTable(verdicts.map(({ verdict, count, share }) => [verdict, String(count), share.toFixed(5)]));
}

async function evaluate(
  model: LanguageModel,
  stories: readonly StorySeed[],
  options: Options,
  reference: Metrics | undefined,
): Promise<void> {
  const off = new Set(options.without);
  const games = await playAll(model, stories, options, off);
  const metrics = measure(games.map((game) => game.transcript));
  const play = describePlay(games, model.info.positions);
  const without = [...off];
  if (options.json)
    return printJson({ model: model.info.name, turns: options.turns, without, metrics, play, reference });
  printComparison(metrics, reference);
  printLine();
  printTable(
    Object.entries(play).map(([name, value]) => [
      name,
      typeof value === "number" ? figure(value) : JSON.stringify(value),
    ]),
  );
}

/** Every game on a narrator of its own: what was played before must not change it, not even by rounding. */
async function playAll(
  model: LanguageModel,
  stories: readonly StorySeed[],
  { games: count, turns, seed = 1, transcripts }: Options,
  off: ReadonlySet<Layer>,
): Promise<PlayedGame[]> {
  const games: PlayedGame[] = [];
  const progress = new ProgressBar("Playing");
  try {
    for (const story of stories) {
      for (let game = 0; game < count; game++) {
        progress.update(games.length / (stories.length * count));
        const play = (narrator: Narrator) => playGame(story, turns, seed + game, narrator);
        games.push(await withNarrator(model, off, play));
        if (transcripts !== undefined) await writeTranscript(transcripts, games.at(-1)!);
      }
    }
  } finally {
    progress.end();
  }
  return games;
}

/** What the games' own figures say. Times depend on the machine; everything else on the seed alone. */
function describePlay(games: readonly PlayedGame[], positions: number) {
  const stats = games.flatMap((game) => game.stats);
  const sum = (value: (one: NarrationStats) => number) => stats.reduce((total, one) => total + value(one), 0);
  const verdicts: Record<string, number> = {};
  for (const { verdict } of stats.flatMap((one) => one.rejections))
    verdicts[verdict] = (verdicts[verdict] ?? 0) + 1;
  const lines = games.flatMap((game) => game.transcript.turns.flatMap((turn) => turn.inserted));
  return {
    turns: stats.length,
    lostTurns: games.reduce((total, game) => total + game.lostTurns, 0),
    overlongPrompts: stats.filter((one) => one.promptTokens >= positions).length,
    rejections: verdicts,
    cameUp: {
      notes: lines.filter(isNote).length,
      recalled: lines.filter(({ name }) => name === "Earlier").length,
    },
    reusedShare:
      sum((one) => one.reusedTokens) /
      Math.max(
        1,
        sum((one) => one.promptTokens),
      ),
    tokensPerSecond:
      (1000 * sum((one) => one.sampledTokens)) /
      Math.max(
        1,
        sum((one) => one.totalMs),
      ),
    firstTextMs: quantile(
      stats.map((one) => one.firstTextMs),
      0.5,
    ),
    firstTextMs95: quantile(
      stats.map((one) => one.firstTextMs),
      0.95,
    ),
  };
}

function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
}

function printComparison(metrics: Metrics, reference: Metrics | undefined): void {
  const rows = (Object.keys(metrics) as (keyof Metrics)[]).map((name) =>
    reference === undefined
      ? [name, figure(metrics[name])]
      : [name, figure(metrics[name]), figure(reference[name])],
  );
  printTable(reference === undefined ? rows : [["", "this narrator", "reference"], ...rows]);
}

function figure(value: number): string {
  return Number.isInteger(value) ? String(value) : value.toFixed(value < 10 ? 4 : 1);
}
