/** `brasslamp models remove NAME`: deletes a model the player imported. */
import { rm } from "node:fs/promises";
import { createInterface } from "node:readline/promises";
import type { Command } from "commander";
import { findModel, userModelFolder } from "../../../model/catalog.ts";
import { describeModel } from "../../../model/model-details.ts";
import { AppError } from "../../../shared/errors.ts";
import { megabytes, printLine } from "../../output.ts";

export function addRemoveCommand(models: Command): void {
  models
    .command("remove")
    .argument("<name>", "the name of a model you imported")
    .description("delete a model you imported")
    .option("--yes", "do not ask")
    .action(remove);
}

async function remove(name: string, options: { yes?: true }): Promise<void> {
  const folder = userModelFolder(name);
  if ((await findModel(name)) !== folder) throw cameWithProgram(name);
  if (!options.yes && !(await confirm(`Delete ${name}${await sizeOf(folder)}, in ${folder}?`))) {
    printLine("Nothing was deleted.");
    return;
  }
  await rm(folder, { recursive: true });
  printLine(`Deleted ${name}.`);
}

/** " (5.9 MB)", or nothing for a model that cannot be read: that is no reason to keep it. */
async function sizeOf(folder: string): Promise<string> {
  return describeModel(folder).then(
    ({ sizeBytes }) => ` (${megabytes(sizeBytes)})`,
    () => "",
  );
}

async function confirm(question: string): Promise<boolean> {
  if (!process.stdin.isTTY)
    throw new AppError("usage.unconfirmed", "Nobody is there to be asked, so nothing was deleted.", {
      hint: "Add --yes to delete without being asked.",
    });
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  try {
    return /^y(es)?$/i.test((await terminal.question(`${question} [y/N] `)).trim());
  } finally {
    terminal.close();
  }
}

function cameWithProgram(name: string): AppError {
  return new AppError("model.builtIn", `${name} came with the program, so it is not deleted.`, {
    hint: "Only models you imported can be removed; see: brasslamp models",
  });
}
