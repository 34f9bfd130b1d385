/** `brasslamp models import FOLDER`: makes a narrator of a Hugging Face GPT-2. */
import { basename, resolve } from "node:path";
import { type Command, Option } from "commander";
import { userModelFolder, userModelsFolder } from "../../../model/catalog.ts";
import { findGraph } from "../../../model/exported/exported-folder.ts";
import { importModel } from "../../../model/import.ts";
import type { Quantization } from "../../../model/model-folder.ts";
import { AppError } from "../../../shared/errors.ts";
import { interruptible } from "../../interruption.ts";
import { megabytes, printLine } from "../../output.ts";
import { ProgressBar } from "../../progress.ts";

export function addImportCommand(models: Command): void {
  models
    .command("import")
    .argument("<folder>", "a Hugging Face GPT-2 folder: config.json, tokenizer.json, model.safetensors")
    .description("convert a GPT-2 so that it can narrate")
    .option("--as <name>", "the name to give it (default: the folder's name)")
    .addOption(quantizeOption())
    .action(importFolder);
}

/** How weights are stored; shared with `models bench`. */
export function quantizeOption(): Option {
  return new Option("--quantize <kind>", "how to store the weights")
    .choices(["none", "int8", "int4"])
    .default("int8");
}

async function importFolder(folder: string, options: { as?: string; quantize: Quantization }): Promise<void> {
  const name = options.as ?? basename(resolve(folder)).toLowerCase();
  const target = userModelFolder(name);
  const info = await interruptible(async (signal) => {
    const bar = new ProgressBar(`Importing ${name}`);
    const quantization = options.quantize;
    try {
      return await importModel(folder, target, { quantization, onProgress: bar.update, signal });
    } catch (error) {
      throw await explain(error, folder);
    } finally {
      bar.end();
    }
  });
  printLine(
    `Imported ${name}: ${(info.parameters / 1e6).toFixed(1)}M parameters, ${megabytes(info.sizeBytes)}.`,
  );
  printLine(`Play with it: brasslamp play --model ${name}`);
}

/** A folder without weights to import may hold an exported decoder, which runs as it is. */
async function explain(error: unknown, folder: string): Promise<unknown> {
  if (!(error instanceof AppError) || !["model.missing", "model.unsupported"].includes(error.code))
    return error;
  const graph = await findGraph(folder).catch(() => undefined);
  if (graph === undefined) return error;
  return new AppError(
    "model.isExported",
    `${folder} holds an exported decoder (${graph}), which runs as it is.`,
    {
      hint: `Play with it: brasslamp play --model ${resolve(folder)} (or copy it into ${userModelsFolder()})`,
      cause: error,
    },
  );
}
