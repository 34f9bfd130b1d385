/** `brasslamp models`: lists the narrators on this machine; its subcommands look after them. */
import type { Command } from "commander";
import { listModels } from "../../model/catalog.ts";
import { jsonOption } from "../options.ts";
import { megabytes, printJson, printTable } from "../output.ts";
import { addBenchCommand } from "./models/bench.ts";
import { addImportCommand } from "./models/import.ts";
import { addRemoveCommand } from "./models/remove.ts";
import { addShowCommand } from "./models/show.ts";
import { addVerifyCommand } from "./models/verify.ts";

export function addModelsCommand(program: Command): void {
  const models = program
    .command("models")
    .description("list the narrators on this machine")
    .addOption(jsonOption());
  // `models show x --json` gives the option to `models`, so subcommands that have it read the options of both.
  models.action(list);
  addShowCommand(models);
  addImportCommand(models);
  addVerifyCommand(models);
  addRemoveCommand(models);
  addBenchCommand(models);
}

async function list(options: { json?: true }): Promise<void> {
  const models = await listModels();
  if (options.json) return printJson(models);
  const rows = models.map(({ name, info, problem, builtIn, exported }) =>
    info === undefined
      ? [name, `cannot be used: ${problem}`]
      : [
          name,
          `${(info.parameters / 1e6).toFixed(1)}M parameters`,
          info.quantization,
          megabytes(info.sizeBytes),
          builtIn ? "built in" : exported ? "exported, slower" : "",
        ],
  );
  printTable(rows);
}
