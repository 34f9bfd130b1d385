/** `brasslamp doctor`: checks everything a game needs and says how to mend what is wrong. */
import type { Command } from "commander";
import { type SaveEntry, SaveStore } from "../../game/saves/save-store.ts";
import { listStories } from "../../game/story/catalog.ts";
import { findModel, listModels } from "../../model/catalog.ts";
import type { DeviceReport } from "../../model/device-choice.ts";
import { loadModelOn } from "../../model/load-model.ts";
import { verifyFiles } from "../../model/model-details.ts";
import { AppError, messageOf } from "../../shared/errors.ts";
import { describeDevice, deviceOption, type RuntimeChoice, threadsOption } from "../load-chosen-model.ts";
import { jsonOption, modelOption, savesOption } from "../options.ts";
import { printJson, printLine } from "../output.ts";
import { savesFolder, storyFolders } from "../paths.ts";

interface Check {
  readonly name: string;
  readonly ok: boolean;
  readonly detail: string;
  readonly hint?: string;
}

interface Options extends RuntimeChoice {
  readonly model: string;
  readonly saves?: string;
  readonly json?: true;
}

export function addDoctorCommand(program: Command): void {
  program
    .command("doctor")
    .description("check node, the runtime, models, stories, saves and the terminal")
    .addOption(modelOption())
    .addOption(deviceOption())
    .addOption(threadsOption())
    .addOption(savesOption())
    .addOption(jsonOption())
    .action(run);
}

async function run(options: Options): Promise<void> {
  const checks = [
    await check("node", checkNode),
    ...(await checkModels()),
    await check("narration", () => checkNarration(options)),
    await check("stories", checkStories),
    await check("saves", () => checkSaves(savesFolder(options.saves))),
    await check("terminal", checkTerminal),
  ];
  if (options.json) printJson(checks);
  else for (const one of checks) printCheck(one);
  if (checks.some((one) => !one.ok)) process.exitCode = 1;
}

function printCheck({ name, ok, detail, hint }: Check): void {
  printLine(`${ok ? "ok  " : "BAD "} ${name.padEnd(18)} ${detail}`);
  if (hint !== undefined) printLine(`     ${" ".repeat(18)} ${hint}`);
}

async function check(name: string, look: () => Promise<string> | string): Promise<Check> {
  try {
    return { name, ok: true, detail: await look() };
  } catch (error) {
    const hint = error instanceof AppError ? error.hint : undefined;
    return { name, ok: false, detail: messageOf(error), ...(hint === undefined ? {} : { hint }) };
  }
}

function checkNode(): string {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  if (major > 20 || (major === 20 && minor >= 19))
    return `${process.version} on ${process.platform} ${process.arch}`;
  throw new AppError("usage.node", `Node ${process.version} is too old.`, {
    hint: "Install Node 20.19 or newer.",
  });
}

async function checkModels(): Promise<Check[]> {
  const models = await listModels();
  return Promise.all(
    models.map(({ name, dir }) =>
      check(`model ${name}`, async () => {
        const isVerified = await verifyFiles(dir);
        return `${isVerified ? "checksums match" : "an exported decoder, no checksums"} (${dir})`;
      }),
    ),
  );
}

/** Loads the model and evaluates one token, as the first turn would. */
async function checkNarration({ model: name, device, threads }: Options): Promise<string> {
  const started = performance.now();
  let computes = "";
  const onDevice = (report: DeviceReport) => {
    computes = describeDevice(report);
  };
  const model = await loadModelOn(await findModel(name), { device, threads, onDevice });
  try {
    const sequence = await model.createSequence();
    const logits = await sequence.evaluate([model.tokenizer.endOfText]);
    if (!logits.every(Number.isFinite))
      throw new AppError("model.corrupt", `${name} computes numbers that are none.`);
    return `${model.info.name} answers after ${Math.round(performance.now() - started)} ms; ${computes}`;
  } finally {
    await model.dispose();
  }
}

async function checkStories(): Promise<string> {
  const stories = await listStories(storyFolders());
  const broken = stories.find((entry) => entry.kind === "broken");
  if (broken?.kind === "broken") throw broken.problem;
  return `${stories.length} can be played`;
}

async function checkSaves(folder: string): Promise<string> {
  const store = new SaveStore(folder);
  await store.requireWritable();
  const saves = await store.list();
  const broken = saves.filter((entry): entry is SaveEntry & { kind: "broken" } => entry.kind === "broken");
  if (broken[0] !== undefined) throw broken[0].problem;
  return `${saves.length} in ${folder}`;
}

function checkTerminal(): string {
  const { isTTY, columns, rows } = process.stdout;
  if (!isTTY) return "none: the plain front end would be used";
  return `${process.env.TERM ?? "unknown"}, ${columns} x ${rows}`;
}
