/** `brasslamp models`: lists, imports and verifies narrators. */
import { basename } from "node:path";
import { type Command, Option } from "commander";
import { findModel, listModels, userModelFolder } from "../../model/catalog.ts";
import { importModel } from "../../model/import.ts";
import { type Quantization, verifyModel } from "../../model/model-folder.ts";
import { jsonOption } from "../options.ts";
import { megabytes, printJson, printLine, printTable } from "../output.ts";

export function addModelsCommand(program: Command): void {
  const models = program
    .command("models")
    .description("list the narrators on this machine")
    .addOption(jsonOption());
  models.action(list);
  models
    .command("import")
    .argument("<folder>", "a Hugging Face GPT-2 folder: config.json, tokenizer.json, model.safetensors")
    .description("convert a GPT-2 so that it can narrate")
    .option("--as <name>", "the name to give it (default: the folder's name)")
    .addOption(
      new Option("--quantize <kind>", "how to store the weights")
        .choices(["none", "int8", "int4"])
        .default("int8"),
    )
    .action(importFolder);
  models
    .command("verify")
    .argument("<name>", "a model's name, or the path of its folder")
    .description("compare a model's files with their checksums")
    .action(verify);
}

async function list(options: { json?: true }): Promise<void> {
  const models = await listModels();
  if (options.json) return printJson(models);
  const rows = models.map(({ name, info, problem, builtIn }) =>
    info === undefined
      ? [name, `cannot be used: ${problem}`]
      : [
          name,
          `${(info.parameters / 1e6).toFixed(1)}M parameters`,
          info.quantization,
          megabytes(info.sizeBytes),
          builtIn ? "built in" : "",
        ],
  );
  printTable(rows);
}

async function importFolder(folder: string, options: { as?: string; quantize: Quantization }): Promise<void> {
  const name = options.as ?? basename(folder).toLowerCase();
  const controller = new AbortController();
  process.once("SIGINT", () => controller.abort());
  const info = await importModel(folder, userModelFolder(name), {
    quantization: options.quantize,
    onProgress: showProgress,
    signal: controller.signal,
  });
  printLine(
    `Imported ${name}: ${(info.parameters / 1e6).toFixed(1)}M parameters, ${megabytes(info.sizeBytes)}.`,
  );
  printLine(`Play with it: brasslamp play --model ${name}`);
}

/** A line that counts up, on a terminal only. */
function showProgress(fraction: number): void {
  if (!process.stderr.isTTY) return;
  process.stderr.write(`\rImporting ${Math.round(fraction * 100)} %${fraction >= 1 ? "\n" : ""}`);
}

async function verify(name: string): Promise<void> {
  const dir = await findModel(name);
  await verifyModel(dir);
  printLine(`${name}: all files are as they were imported.`);
}
