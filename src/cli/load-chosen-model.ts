/** `--device` and `--threads`: what computes the model, and an honest word when it is not what was asked for. */
import { Option } from "commander";
import { findModel } from "../model/catalog.ts";
import type { DeviceReport } from "../model/device-choice.ts";
import { DEVICE_CHOICES, type DeviceChoice } from "../model/devices.ts";
import { loadModelOn } from "../model/load-model.ts";
import type { LanguageModel } from "../model/types.ts";
import { stripControls } from "../shared/text.ts";
import { wholeNumber } from "./options.ts";

/** The values of the two options. */
export interface RuntimeChoice {
  readonly device: DeviceChoice;
  readonly threads?: number;
}

const MOST_THREADS = 256;

export function deviceOption(): Option {
  return new Option("--device <name>", "what computes the model").choices(DEVICE_CHOICES).default("cpu");
}

export function threadsOption(): Option {
  return new Option(
    "--threads <number>",
    "threads of the processor (default: one per core, at most 8)",
  ).argParser((text) => wholeNumber(text, 1, MOST_THREADS));
}

/** Finds and loads a model. A device that cannot be used is told on standard error. Throws what loading throws. */
export async function loadChosenModel(nameOrPath: string, choice: RuntimeChoice): Promise<LanguageModel> {
  const { device, threads } = choice;
  return loadModelOn(await findModel(nameOrPath), { device, threads, onDevice: warnOfFallback });
}

/** `auto` asked for nothing in particular, so it is never a fallback. */
function warnOfFallback(report: DeviceReport): void {
  if (report.reason === undefined || report.asked === "auto") return;
  process.stderr.write(`brasslamp: ${describeDevice(report)}\n`);
}

/** "cuda", or why it is not: "cuda is not available here (no driver); using cpu". */
export function describeDevice({ asked, used, reason }: DeviceReport): string {
  if (reason === undefined) return used;
  if (asked === "auto") return `${used} (${reason})`;
  return `${asked} is not available here (${stripControls(reason)}); using ${used}`;
}
