/** `brasslamp eval`: plays stories by script and counts what can be counted; or scores a text. */
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Command, Option } from "commander";
import { type Metrics, measure } from "../../evaluation/metrics.ts";
import { measurePerplexity } from "../../evaluation/perplexity.ts";
import { type PlayedGame, playGame } from "../../evaluation/play-games.ts";
import { formatTranscript, parseTranscripts, type Transcript } from "../../evaluation/transcript.ts";
import type { NarrationStats } from "../../game/ports.ts";
import { findStory, listStories } from "../../game/story/catalog.ts";
import type { StorySeed } from "../../game/story/seed.ts";
import { findModel } from "../../model/catalog.ts";
import type { LanguageModel } from "../../model/types.ts";
import { loadModel } from "../../model/worker-model.ts";
import { ModelNarrator } from "../../narrator/narrator.ts";
import { AppError, messageOf } from "../../shared/errors.ts";
import { jsonOption, modelOption, seedOption, wholeNumber } from "../options.ts";
import { printJson, printLine, printTable } from "../output.ts";
import { storyFolders } from "../paths.ts";

interface Options {
  readonly story?: readonly string[];
  readonly turns: number;
  readonly seed?: number;
  readonly games: number;
  readonly model: string;
  readonly without?: readonly string[];
  readonly text?: string;
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
    .addOption(new Option("--without <layers...>", "switch layers off").choices(["guard", "rules"]))
    .option("--reference <folder>", "measure the adventures in this folder's .txt files beside ours")
    .option("--transcripts <folder>", "write the games there, as text")
    .option("--text <file>", "score this text instead: nats a token and bits a character")
    .addOption(jsonOption())
    .action(run);
}

function numberOption(flags: string, help: string, least: number, most: number, value: number): Option {
  return new Option(flags, help).argParser((text) => wholeNumber(text, least, most)).default(value);
}

async function run(options: Options): Promise<void> {
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
  return (await listStories(storyFolders())).flatMap((entry) => (entry.kind === "story" ? [entry.seed] : []));
}

async function score(model: LanguageModel, path: string, asJson: boolean): Promise<void> {
  const result = { model: model.info.name, ...(await measurePerplexity(model, await readText(path))) };
  if (asJson) return printJson(result);
  printTable(
    Object.entries(result).map(([name, value]) => [name, typeof value === "number" ? figure(value) : value]),
  );
}

async function evaluate(
  model: LanguageModel,
  stories: readonly StorySeed[],
  options: Options,
  reference: Metrics | undefined,
): Promise<void> {
  const games: PlayedGame[] = [];
  const off = new Set(options.without);
  for (const story of stories) {
    for (let game = 0; game < options.games; game++) {
      // A narrator of its own: what was played before must not change a game, not even by rounding.
      const narrator = await ModelNarrator.create(model, {
        guard: !off.has("guard"),
        rules: !off.has("rules"),
      });
      games.push(await playGame(story, options.turns, (options.seed ?? 1) + game, narrator));
    }
  }
  if (options.transcripts !== undefined) await writeTranscripts(options.transcripts, games);
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

/** What the games' own figures say. Times depend on the machine; everything else on the seed alone. */
function describePlay(games: readonly PlayedGame[], positions: number) {
  const stats = games.flatMap((game) => game.stats);
  const sum = (value: (one: NarrationStats) => number) => stats.reduce((total, one) => total + value(one), 0);
  const verdicts: Record<string, number> = {};
  for (const { verdict } of stats.flatMap((one) => one.rejections))
    verdicts[verdict] = (verdicts[verdict] ?? 0) + 1;
  return {
    turns: stats.length,
    lostTurns: games.reduce((total, game) => total + game.lostTurns, 0),
    overlongPrompts: stats.filter((one) => one.promptTokens >= positions).length,
    rejections: verdicts,
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

async function writeTranscripts(folder: string, games: readonly PlayedGame[]): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const { story, seed, transcript } of games)
    await writeFile(join(folder, `${story}-${seed}.txt`), formatTranscript(transcript));
}

async function readAdventures(folder: string): Promise<Transcript[]> {
  const names = await readdir(folder, { recursive: true }).catch((cause: unknown) => {
    throw new AppError("usage.unreadable", `${folder} cannot be read: ${messageOf(cause)}`, { cause });
  });
  const files = names.filter((name) => name.endsWith(".txt")).toSorted();
  const texts = await Promise.all(files.map((name) => readText(join(folder, name))));
  return texts.flatMap(parseTranscripts);
}

async function readText(path: string): Promise<string> {
  return readFile(path, "utf8").catch((cause: unknown) => {
    throw new AppError("usage.unreadable", `${path} cannot be read: ${messageOf(cause)}`, { cause });
  });
}
