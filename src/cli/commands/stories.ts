/** `brasslamp stories`: what can be played; `stories check` reads story files for their authors. */
import type { Command } from "commander";
import { type CatalogEntry, listStories, loadStory, titleOf } from "../../game/story/catalog.ts";
import { describeStory } from "../../game/story/describe.ts";
import { StoryMistakes } from "../../game/story/problems.ts";
import { AppError } from "../../shared/errors.ts";
import { jsonOption } from "../options.ts";
import { printJson, printLine, printTable } from "../output.ts";
import { storyFolders } from "../paths.ts";

export function addStoriesCommand(program: Command): void {
  const stories = program
    .command("stories")
    .description("list the stories that can be played")
    .addOption(jsonOption())
    .action(async (options: { json?: true }) => {
      const stories = await listStories(storyFolders());
      if (options.json) return printJson(stories.map(describe));
      printTable(stories.map(rowOf));
      printLine();
      printLine("Play one: brasslamp play NAME. Your own stories: brasslamp play PATH/TO/STORY.md");
    });
  stories
    .command("check")
    .argument("<files...>", "story files: .md, .ink or .ink.json")
    .description("say what is wrong in story files, and what was understood")
    .addOption(jsonOption())
    .action((files: readonly string[], _own: unknown, command: Command) =>
      checkFiles(files, command.optsWithGlobals()),
    );
}

interface CheckedFile {
  readonly path: string;
  readonly mistakes: readonly string[];
  /** What was read; empty when there are mistakes. */
  readonly story: readonly string[];
}

async function checkFiles(paths: readonly string[], options: { json?: true }): Promise<void> {
  const files = await Promise.all(paths.map(checkFile));
  if (options.json) printJson(files);
  else for (const file of files) printCheck(file);
  if (files.some(({ mistakes }) => mistakes.length > 0)) process.exitCode = 1;
}

async function checkFile(path: string): Promise<CheckedFile> {
  try {
    return { path, mistakes: [], story: describeStory(await loadStory(path)) };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    const mistakes = error instanceof StoryMistakes ? error.mistakes : [error.message];
    return { path, mistakes, story: [] };
  }
}

function printCheck({ path, mistakes, story }: CheckedFile): void {
  printLine(`${mistakes.length === 0 ? "ok  " : "BAD "} ${path}`);
  for (const line of [...mistakes, ...story]) printLine(`     ${line}`);
}

function describe(entry: CatalogEntry) {
  if (entry.kind === "broken") return { id: entry.id, path: entry.path, problem: entry.problem.message };
  const { title, genre, source } = entry.seed;
  return { id: entry.id, path: entry.path, title, genre, format: source.kind };
}

function rowOf(entry: CatalogEntry): string[] {
  if (entry.kind === "broken") return [entry.id, "cannot be played", entry.problem.message.split("\n")[0]!];
  return [entry.id, titleOf(entry), entry.seed.genre ?? ""];
}
