/** `brasslamp saves`: the player's adventures. */
import type { Command } from "commander";
import { type SaveEntry, SaveStore } from "../../game/saves/save-store.ts";
import { jsonOption, savesOption } from "../options.ts";
import { printJson, printLine, printTable } from "../output.ts";
import { savesFolder } from "../paths.ts";

export function addSavesCommand(program: Command): void {
  program
    .command("saves")
    .description("list your adventures")
    .addOption(savesOption())
    .addOption(jsonOption())
    .action(async (options: { saves?: string; json?: true }) => {
      const folder = savesFolder(options.saves);
      const saves = await new SaveStore(folder).list();
      if (options.json) return printJson(saves.map(describe));
      if (saves.length === 0) return printLine(`No adventures in ${folder} yet. Begin one: brasslamp play`);
      printTable(saves.map(rowOf));
      printLine();
      printLine("Go on with the latest: brasslamp play --continue. With another: brasslamp play --load NAME");
    });
}

function describe(entry: SaveEntry) {
  return entry.kind === "broken" ? { slug: entry.slug, problem: entry.problem.message } : entry;
}

function rowOf(entry: SaveEntry): string[] {
  if (entry.kind === "broken") return [entry.slug, "damaged", entry.problem.message];
  const turns = `${entry.turns} ${entry.turns === 1 ? "turn" : "turns"}`;
  return [entry.slug, entry.title, turns, entry.updatedAt.slice(0, 16).replace("T", " ")];
}
