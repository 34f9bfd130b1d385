/** `brasslamp models show NAME`: what a model is, how it runs here, and its files. */
import type { Command } from "commander";
import { findModel } from "../../../model/catalog.ts";
import { chooseDevice, type DeviceReport } from "../../../model/device-choice.ts";
import { describeModel, type ModelDetails, type RunPath } from "../../../model/model-details.ts";
import { toOneLine } from "../../../shared/text.ts";
import { describeDevice, deviceOption, type RuntimeChoice } from "../../load-chosen-model.ts";
import { jsonOption } from "../../options.ts";
import { megabytes, printJson, printLine, printTable } from "../../output.ts";

const RUNS: Readonly<Record<RunPath, string>> = {
  fast: "fast: its own graph, the cache stays in place",
  exported: "exported: as it was made; slower, the whole cache is copied at every token",
};

export function addShowCommand(models: Command): void {
  models
    .command("show")
    .argument("<name>", "a model's name, or the path of its folder or graph")
    .description("show what a model is, how it runs, and its files")
    .addOption(deviceOption())
    .addOption(jsonOption())
    .action((name: string, _own: unknown, command: Command) => show(name, command.optsWithGlobals()));
}

async function show(name: string, options: RuntimeChoice & { json?: true }): Promise<void> {
  const details = await describeModel(await findModel(name));
  const device = await chooseDevice(options.device);
  if (options.json) return printJson({ ...details, device });
  printDetails(details, device);
}

function printDetails(details: ModelDetails, device: DeviceReport): void {
  const { positions, ownPositions, heads, keyValueHeads, headSize } = details;
  const grouped = keyValueHeads === heads ? "" : `, keys and values of ${keyValueHeads}`;
  printTable([
    ["name", details.name],
    ["folder", details.dir],
    ["runs", RUNS[details.path]],
    ...(details.importable
      ? [["", `its weights are there too; much faster: brasslamp models import ${details.dir}`]]
      : []),
    ["device", describeDevice(device)],
    ["architecture", toOneLine(details.architecture)],
    ["parameters", `${details.path === "exported" ? "about " : ""}${(details.parameters / 1e6).toFixed(1)}M`],
    ["layers", `${details.layers} of width ${details.width}, ${heads} heads of ${headSize}${grouped}`],
    [
      "positions",
      positions === ownPositions ? `${positions}` : `${positions} of the model's ${ownPositions}`,
    ],
    ["vocabulary", `${details.vocabularySize} tokens`],
    ["weights", `${details.quantization}, ${megabytes(details.sizeBytes)}`],
    ...(details.license === undefined ? [] : [["licence", toOneLine(details.license)]]),
  ]);
  printLine();
  printTable(details.files.map((file) => [toOneLine(file.name), megabytes(file.bytes), file.sha256]));
  if (details.card === undefined) return;
  printLine();
  for (const line of details.card) printLine(toOneLine(line));
}
