/**
 * Where the package's own files lie: the same code runs from TypeScript sources (src/model/*.ts, in tests) and from the
 * bundle (dist/*.js), and the two lie at different depths.
 */
import { fileURLToPath } from "node:url";

const RUNS_FROM_SOURCE = import.meta.url.endsWith(".ts");

/** Folder of the models that come with the package. */
export const BUILT_IN_MODELS = fromHere(RUNS_FROM_SOURCE ? "../../models" : "../models");

/** The bundled worker thread, which tests use as well. */
export const MODEL_WORKER = fromHere(RUNS_FROM_SOURCE ? "../../dist/model-worker.js" : "model-worker.js");

/** The bundled program that tries devices. */
export const DEVICE_PROBE = fromHere(RUNS_FROM_SOURCE ? "../../dist/device-probe.js" : "device-probe.js");

function fromHere(path: string): string {
  return fileURLToPath(new URL(path, import.meta.url));
}
