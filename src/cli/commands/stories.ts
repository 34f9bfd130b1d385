/** `brasslamp stories`: what can be played. */
import type { Command } from "commander";
import { type CatalogEntry, listStories, titleOf } from "../../game/story/catalog.ts";
import { jsonOption } from "../options.ts";
import { printJson, printLine, printTable } from "../output.ts";
import { storyFolders } from "../paths.ts";

export function addStoriesCommand(program: Command): void {
  program
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
