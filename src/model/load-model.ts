/** Loads a model on the device a player asked for, and on the processor when that does not work. */
import { AppError, messageOf } from "../shared/errors.ts";
import { chooseDevice, type DeviceReport } from "./device-choice.ts";
import type { Device, DeviceChoice } from "./devices.ts";
import type { LanguageModel } from "./types.ts";
import { loadModel } from "./worker-model.ts";

export interface LoadOptions {
  /** Default `cpu`. */
  readonly device?: DeviceChoice | undefined;
  /** Threads of the processor. Default: see onnx-runtime.ts. */
  readonly threads?: number | undefined;
  /** Told once what computes. */
  readonly onDevice?: (report: DeviceReport) => void;
}

/** Throws what `loadModel` throws; a device that fails is reported, never an error. */
export async function loadModelOn(dir: string, options: LoadOptions = {}): Promise<LanguageModel> {
  const { device = "cpu", threads, onDevice } = options;
  const runtime = threads === undefined ? {} : { threads };
  const report = await chooseDevice(device);
  if (report.used === "cpu") {
    onDevice?.(report);
    return loadModel(dir, runtime);
  }
  try {
    const model = await loadAndTry(dir, runtime, report.used);
    onDevice?.(report);
    return model;
  } catch (error) {
    // A model that is damaged fails on the processor as well, and there with its own message.
    const model = await loadModel(dir, runtime);
    onDevice?.({ asked: device, used: "cpu", reason: `it cannot run this model: ${messageOf(error)}` });
    return model;
  }
}

/** A driver may accept a graph and fail, or give nonsense, when it runs it. */
async function loadAndTry(
  dir: string,
  runtime: { readonly threads?: number },
  device: Device,
): Promise<LanguageModel> {
  const model = await loadModel(dir, { ...runtime, device });
  try {
    const sequence = await model.createSequence();
    const logits = await sequence.evaluate([model.tokenizer.endOfText]);
    await sequence.dispose();
    if (logits.every(Number.isFinite)) return model;
    throw new AppError("model.failed", "it computes numbers that are none");
  } catch (error) {
    await model.dispose();
    throw error;
  }
}
