/**
 * `brasslamp models bench`: how fast a model is here. A shape without weights gets random ones in a temporary folder and is
 * then measured by this same command in a process of its own, so that the import's memory does not count.
 */
import { spawn } from "node:child_process";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Command, InvalidArgumentError, Option } from "commander";
import { longestPast, measureSpeeds, peakRssMb, rounded, type Speeds } from "../../../model/benchmark.ts";
import { findModel } from "../../../model/catalog.ts";
import { importModel } from "../../../model/import.ts";
import type { Quantization } from "../../../model/model-folder.ts";
import { GPT2_SHAPES, type Gpt2ShapeName, writeRandomGpt2 } from "../../../model/random-gpt2.ts";
import type { ModelInfo } from "../../../model/types.ts";
import { AppError } from "../../../shared/errors.ts";
import { interruptible } from "../../interruption.ts";
import { deviceOption, loadChosenModel, type RuntimeChoice, threadsOption } from "../../load-chosen-model.ts";
import { jsonOption, wholeNumber } from "../../options.ts";
import { printJson, printTable } from "../../output.ts";
import { ProgressBar } from "../../progress.ts";
import { quantizeOption } from "./import.ts";

interface Options extends RuntimeChoice {
  readonly shape?: Gpt2ShapeName;
  readonly quantize: Quantization;
  readonly past: readonly number[];
  readonly json?: true;
}

/** What is printed. Sizes in MB (10^6 bytes). */
interface Figures extends Speeds {
  readonly model: string;
  readonly parameters: number;
  readonly quantization: string;
  readonly loadMs: number;
  readonly peakMb: number;
  readonly fileMb: number;
}

const MOST_PASTS = 16;

export function addBenchCommand(models: Command): void {
  models
    .command("bench")
    .argument("[name]", "a model's name, or the path of its folder or graph (default: ember)")
    .description("measure a model's speed and memory on this machine")
    .addOption(
      new Option("--shape <size>", "measure a GPT-2 of this size with random weights").choices(
        Object.keys(GPT2_SHAPES),
      ),
    )
    .addOption(quantizeOption())
    .addOption(
      new Option("--past <lengths>", "tokens before the measured one")
        .argParser(parsePasts)
        .default([64, 512, 960], "64,512,960"),
    )
    .addOption(deviceOption())
    .addOption(threadsOption())
    .addOption(jsonOption())
    .action((name: string | undefined, _own: unknown, command: Command) =>
      bench(name, command.optsWithGlobals(), command),
    );
}

function parsePasts(text: string): number[] {
  const pasts = text.split(",").map((part) => wholeNumber(part.trim(), 1, 1_000_000));
  if (pasts.length <= MOST_PASTS) return pasts;
  throw new InvalidArgumentError(`At most ${MOST_PASTS} lengths.`);
}

async function bench(name: string | undefined, options: Options, command: Command): Promise<void> {
  if (options.shape === undefined) {
    if (command.getOptionValueSource("quantize") === "cli")
      throw new AppError(
        "usage.conflict",
        "A model that is there already has its weights stored in one way.",
        {
          hint: "--quantize belongs to --shape.",
        },
      );
    return report(await interruptible((signal) => measure(name ?? "ember", options, signal)), options);
  }
  if (name !== undefined) throw new AppError("usage.conflict", "Give either a model or a --shape, not both.");
  const shape = options.shape;
  report(await interruptible((signal) => benchShape(shape, options, signal)), options);
}

function report(figures: Figures, options: Options): void {
  if (options.json) {
    printJson(figures);
    return;
  }
  const speeds = Object.entries(figures.decodeTokensPerSecond);
  printTable([
    [
      "model",
      `${figures.model}, ${(figures.parameters / 1e6).toFixed(1)}M parameters, ${figures.quantization}`,
    ],
    ...speeds.map(([past, speed]) => [`one token after ${past}`, `${speed} tokens/s`]),
    [`${figures.prefillTokens} tokens at once`, `${figures.prefillTokensPerSecond} tokens/s`],
    ["load", `${figures.loadMs} ms`],
    ["peak memory", `${figures.peakMb} MB`],
    ["files", `${figures.fileMb} MB`],
  ]);
}

async function measure(name: string, options: Options, signal: AbortSignal): Promise<Figures> {
  await findModel(name);
  const start = performance.now();
  const model = await loadChosenModel(name, options);
  const loadMs = rounded(performance.now() - start);
  const bar = new ProgressBar("Measuring");
  try {
    refuseLongPasts(options.past, longestPast(model));
    const speeds = await measureSpeeds(model, { pasts: options.past, signal, onProgress: bar.update });
    return { ...factsOf(model.info), ...speeds, loadMs, peakMb: peakRssMb() };
  } finally {
    bar.end();
    await model.dispose();
  }
}

function factsOf(info: ModelInfo): Pick<Figures, "model" | "parameters" | "quantization" | "fileMb"> {
  const { name, parameters, quantization, sizeBytes } = info;
  return { model: name, parameters, quantization, fileMb: rounded(sizeBytes / 1e6) };
}

function refuseLongPasts(pasts: readonly number[], longest: number): void {
  const tooLong = pasts.find((past) => past > longest);
  if (tooLong === undefined) return;
  throw new AppError(
    "option.outOfRange",
    `--past ${tooLong} is too long: at most ${longest} for this model.`,
    {
      hint: `Choose lengths with --past, such as: --past ${Math.min(64, longest)},${longest}`,
    },
  );
}

async function benchShape(shape: Gpt2ShapeName, options: Options, signal: AbortSignal): Promise<Figures> {
  refuseLongPasts(options.past, GPT2_SHAPES[shape].positions - 16);
  const scratch = await mkdtemp(join(tmpdir(), "brasslamp-bench-"));
  const bar = new ProgressBar(`Making a GPT-2 of ${shape}`);
  try {
    const source = join(scratch, "source");
    await mkdir(source);
    await writeRandomGpt2(source, GPT2_SHAPES[shape], signal);
    const folder = join(scratch, `random-${shape}`);
    await importModel(source, folder, { quantization: options.quantize, signal, onProgress: bar.update });
    await rm(source, { recursive: true });
    return await measureInOwnProcess(folder, options, signal);
  } finally {
    bar.end();
    await rm(scratch, { recursive: true, force: true });
  }
}

function measureInOwnProcess(folder: string, options: Options, signal: AbortSignal): Promise<Figures> {
  const { past, device, threads } = options;
  const args = ["models", "bench", folder, "--json", "--past", past.join(","), "--device", device];
  if (threads !== undefined) args.push("--threads", String(threads));
  const child = spawn(process.execPath, [process.argv[1]!, ...args], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const stop = () => child.kill();
  signal.addEventListener("abort", stop);
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    output += text;
  });
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => {
      signal.removeEventListener("abort", stop);
      if (signal.aborted) reject(signal.reason);
      else if (code === 0) resolve(JSON.parse(output));
      else reject(new AppError("model.failed", `The measurement ended with exit code ${code}.`));
    });
  });
}
