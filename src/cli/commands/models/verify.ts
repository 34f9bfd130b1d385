/** `brasslamp models verify NAME`: are its files whole, how well does it predict a text, how far is it from another? */
import { readFile, stat } from "node:fs/promises";
import { type Command, Option } from "commander";
import { findModel } from "../../../model/catalog.ts";
import {
  compareOnText,
  measureText,
  type TextComparison,
  type TextFit,
} from "../../../model/measure-text.ts";
import { verifyFiles } from "../../../model/model-details.ts";
import { AppError, messageOf } from "../../../shared/errors.ts";
import { interruptible } from "../../interruption.ts";
import { deviceOption, loadChosenModel, type RuntimeChoice, threadsOption } from "../../load-chosen-model.ts";
import { jsonOption } from "../../options.ts";
import { printJson, printLine, printTable } from "../../output.ts";
import { ProgressBar } from "../../progress.ts";

interface Options extends RuntimeChoice {
  readonly text?: string;
  readonly against?: string;
  readonly json?: true;
}

/** What `--json` prints. */
interface Report {
  readonly name: string;
  /** False when no checksums were recorded, as for exported decoders. */
  readonly checksumsMatch: boolean;
  readonly fit?: TextFit;
  readonly against?: { readonly name: string; readonly fit: TextFit } & TextComparison;
}

const MOST_TEXT_BYTES = 10_000_000;

export function addVerifyCommand(models: Command): void {
  models
    .command("verify")
    .argument("<name>", "a model's name, or the path of its folder or graph")
    .description("compare a model's files with their checksums, and its predictions with a text")
    .option("--text <file>", "measure how well the model predicts this text")
    .addOption(new Option("--against <name>", "compare with this model on the text"))
    .addOption(deviceOption())
    .addOption(threadsOption())
    .addOption(jsonOption())
    .action((name: string, _own: unknown, command: Command) => verify(name, command.optsWithGlobals()));
}

async function verify(name: string, options: Options): Promise<void> {
  if (options.against !== undefined && options.text === undefined)
    throw new AppError("usage.missingText", "--against compares two models on a text, and there is none.", {
      hint: "Add --text and a file.",
    });
  const path = await findModel(name);
  if (options.against !== undefined) await findModel(options.against);
  const text = options.text === undefined ? undefined : await readText(options.text);
  const checksumsMatch = await verifyFiles(path);
  const measured =
    text === undefined ? {} : await interruptible((signal) => measure(name, text, options, signal));
  const report: Report = { name, checksumsMatch, ...measured };
  if (options.json) printJson(report);
  else print(report);
}

async function readText(path: string): Promise<string> {
  try {
    const { size } = await stat(path);
    if (size > MOST_TEXT_BYTES) throw new Error(`it has ${size} bytes, ${MOST_TEXT_BYTES} are allowed`);
    return await readFile(path, "utf8");
  } catch (error) {
    throw new AppError("usage.text", `The text cannot be read: ${messageOf(error)}.`, {
      hint: "Give a file of plain text to --text.",
    });
  }
}

async function measure(
  name: string,
  text: string,
  options: Options,
  signal: AbortSignal,
): Promise<Pick<Report, "fit" | "against">> {
  const model = await loadChosenModel(name, options);
  try {
    const fit = await withBar(`Measuring ${name}`, (onProgress) =>
      measureText(model, text, { signal, onProgress }),
    );
    if (options.against === undefined) return { fit };
    const other = await loadChosenModel(options.against, options);
    try {
      const shared = await withBar("Comparing", (onProgress) =>
        compareOnText(model, other, text, { signal, onProgress }),
      );
      return {
        fit,
        against: { name: options.against, fit: await measureText(other, text, { signal }), ...shared },
      };
    } finally {
      await other.dispose();
    }
  } finally {
    await model.dispose();
  }
}

async function withBar<T>(
  label: string,
  work: (onProgress: (done: number) => void) => Promise<T>,
): Promise<T> {
  const bar = new ProgressBar(label);
  try {
    return await work(bar.update);
  } finally {
    bar.end();
  }
}

function print({ name, checksumsMatch, fit, against }: Report): void {
  printLine(
    checksumsMatch
      ? `${name}: all files are as they were imported.`
      : `${name}: an exported decoder; its files are there, no checksums were recorded.`,
  );
  if (fit === undefined) return;
  printTable([["text", `${fit.characters} characters, ${fit.tokens} tokens`], ...fitRows(name, fit)]);
  if (against === undefined) return;
  printTable([
    ...fitRows(against.name, against.fit),
    ["same first choice", `${(against.top1Agreement * 100).toFixed(1)} %`],
    ["log probability", `${against.meanLogProbabilityDifference.toFixed(4)} nats apart on average`],
    ["divergence", `${against.meanKl.toExponential(2)} nats over the first ${against.klTokens} tokens`],
  ]);
}

function fitRows(name: string, fit: TextFit): string[][] {
  return [
    [
      name,
      `${fit.natsPerToken.toFixed(4)} nats per token, ${fit.bitsPerCharacter.toFixed(4)} bits per character`,
    ],
  ];
}
