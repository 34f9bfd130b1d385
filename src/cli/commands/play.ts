/** `brasslamp play`: wires model, narrator, game and front end together, and takes them apart again in order. */
import { type Command, InvalidArgumentError, Option } from "commander";
import type { FrontEnd } from "../../game/protocol.ts";
import { SaveStore } from "../../game/saves/save-store.ts";
import { GameSession } from "../../game/session.ts";
import { findStory, listStories } from "../../game/story/catalog.ts";
import { ModelNarrator } from "../../narrator/narrator.ts";
import { STYLES } from "../../narrator/style.ts";
import { AppError } from "../../shared/errors.ts";
import { FullScreenFrontEnd } from "../../ui/blessed/full-screen.ts";
import { chooseFrontEnd } from "../../ui/choose-front-end.ts";
import { PlainFrontEnd } from "../../ui/plain.ts";
import { explaining, LinesFile } from "../explain.ts";
import { deviceOption, loadChosenModel, type RuntimeChoice, threadsOption } from "../load-chosen-model.ts";
import { chanceSeed, modelOption, savesOption, seedOption } from "../options.ts";
import { savesFolder, storyFolders } from "../paths.ts";

/** First in the menu, and what is played when nothing was named and nobody is there to be asked. */
const FIRST_STORY = "the-brass-lamp";

interface Options extends RuntimeChoice {
  readonly model: string;
  readonly seed?: number;
  readonly saves?: string;
  readonly preset?: string;
  readonly continue?: true;
  readonly load?: string;
  readonly plain?: true;
  readonly explain?: string;
  readonly explainTokens?: true;
  readonly answer: Readonly<Record<string, string>>;
}

export function addPlayCommand(program: Command): void {
  program
    .command("play", { isDefault: true })
    .argument("[story]", "a story's name, or the path of a .md or .ink file")
    .description("play an adventure (this is also what happens without a command)")
    .addOption(new Option("--continue", "go on with your latest adventure").conflicts("load"))
    .option("--load <name>", "go on with this adventure")
    .addOption(modelOption())
    .addOption(deviceOption())
    .addOption(threadsOption())
    .addOption(seedOption())
    .addOption(savesOption())
    .addOption(
      new Option("--preset <name>", "how the new story is told; /set changes it while playing")
        .choices(Object.keys(STYLES.presets))
        .conflicts(["continue", "load"]),
    )
    .option("--plain", "lines only: for screen readers and scripts")
    .option("--explain <file>", "write what the narrator was given for each passage there, as lines of JSON")
    .option("--explain-tokens", "with --explain: also what else it might have told, token by token")
    .addOption(
      new Option("--answer <key=value...>", "answer a story's questions beforehand")
        .default({})
        .argParser(collectAnswer),
    )
    .action(play);
}

function collectAnswer(text: string, before: unknown): Record<string, string> {
  const split = text.indexOf("=");
  if (split < 1) throw new InvalidArgumentError('Write it like --answer name="Ada".');
  return { ...(before as Record<string, string>), [text.slice(0, split)]: text.slice(split + 1) };
}

async function play(story: string | undefined, options: Options): Promise<void> {
  if (story !== undefined && (options.continue || options.load !== undefined))
    throw new AppError(
      "usage.conflict",
      "Name either a story to begin or an adventure to go on with, not both.",
    );
  if (options.explainTokens && options.explain === undefined)
    throw new AppError("usage.conflict", "--explain-tokens needs --explain FILE.");
  const saves = new SaveStore(savesFolder(options.saves));
  const begin = await planBeginning(story, options, saves);
  await saves.requireWritable();
  const explained = options.explain === undefined ? undefined : new LinesFile(options.explain);
  const model = await loadChosenModel(options.model, options);
  try {
    const narrator = await ModelNarrator.create(model);
    const frontEnd = createFrontEnd(options.plain === true);
    const session: GameSession = new GameSession({
      narrator:
        explained === undefined
          ? narrator
          : explaining(narrator, {
              notes: () => session.adventure.notes,
              tokens: options.explainTokens === true,
              write: explained.write,
            }),
      saves,
      now: () => new Date(),
      seed: options.seed ?? chanceSeed(),
      emit: (update) => frontEnd.update(update),
      ...(options.preset === undefined ? {} : { preset: options.preset }),
    });
    await run(frontEnd, session, begin);
    explained?.end();
  } finally {
    await model.dispose();
  }
}

/** Looks everything up before a model is loaded or a screen taken, so that a wrong name costs nothing. */
async function planBeginning(
  name: string | undefined,
  options: Options,
  saves: SaveStore,
): Promise<(session: GameSession) => Promise<void>> {
  if (options.continue || options.load !== undefined) {
    const slug = options.load === undefined ? await latestSave(saves) : await saves.find(options.load);
    return (session) => session.resume(slug);
  }
  if (name === undefined && process.stdin.isTTY) {
    const stories = await listStories(storyFolders());
    const isFirst = (id: string) => Number(id === FIRST_STORY);
    return (session) => session.openMenu(stories.toSorted((a, b) => isFirst(b.id) - isFirst(a.id)));
  }
  const seed = await findStory(name ?? FIRST_STORY, storyFolders());
  const askPlaceholders = process.stdin.isTTY === true;
  return (session) => session.start({ seed, answers: options.answer, askPlaceholders });
}

async function latestSave(saves: SaveStore): Promise<string> {
  const latest = (await saves.list()).find((entry) => entry.kind === "save");
  if (latest !== undefined) return latest.slug;
  throw new AppError("save.none", `There is no adventure in ${saves.folder} to go on with.`, {
    hint: "Begin one with: brasslamp play",
  });
}

function createFrontEnd(isPlainWanted: boolean): FrontEnd {
  const { stdin, stdout, env } = process;
  const kind = chooseFrontEnd({
    isInputTty: stdin.isTTY === true,
    isOutputTty: stdout.isTTY === true,
    isPlainWanted,
    term: env.TERM,
    columns: stdout.columns,
    rows: stdout.rows,
  });
  const streams = { input: stdin, output: stdout, environment: env };
  return kind === "full" ? new FullScreenFrontEnd(streams) : new PlainFrontEnd(streams);
}

/** Plays until the front end is done. The terminal is given back whatever happens. */
async function run(
  frontEnd: FrontEnd,
  session: GameSession,
  begin: (session: GameSession) => Promise<void>,
): Promise<void> {
  const leave = () => void session.handle({ type: "close" });
  for (const signal of ["SIGTERM", "SIGHUP"] as const) process.once(signal, leave);
  try {
    await begin(session); // what goes wrong here is said before the terminal is taken
    await frontEnd.run(session.handle);
  } finally {
    frontEnd.close();
    await session.handle({ type: "close" });
  }
}
