/** The command line as a tree of commands. Building it does nothing yet; `parseAsync` runs one. */
import { readFileSync } from "node:fs";
import { Command } from "commander";
import { addCompleteCommand } from "./commands/complete.ts";
import { addDoctorCommand } from "./commands/doctor.ts";
import { addEvalCommand } from "./commands/eval.ts";
import { addModelsCommand } from "./commands/models.ts";
import { addPlayCommand } from "./commands/play.ts";
import { addSavesCommand } from "./commands/saves.ts";
import { addStoriesCommand } from "./commands/stories.ts";
import { PACKAGE_FILE } from "./paths.ts";

/** Errors are thrown (`CommanderError`) instead of ending the process. */
export function buildProgram(): Command {
  const { version, description } = JSON.parse(readFileSync(PACKAGE_FILE, "utf8"));
  const program = new Command("brasslamp").description(description).version(version);
  program.exitOverride().showSuggestionAfterError().showHelpAfterError("(add --help for more)");
  addPlayCommand(program);
  addStoriesCommand(program);
  addSavesCommand(program);
  addModelsCommand(program);
  addCompleteCommand(program);
  addEvalCommand(program);
  addDoctorCommand(program);
  return program;
}
