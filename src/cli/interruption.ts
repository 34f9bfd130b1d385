/** Ctrl-C during long work: the work is aborted, cleans up after itself, and the command ends with its exit code. */
import { AppError } from "../shared/errors.ts";

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** Runs `work` with a signal that is aborted with the error `interrupt` by Ctrl-C, or when the program is told to end. */
export async function interruptible<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const stop = () => controller.abort(new AppError("interrupt", "Stopped."));
  for (const signal of SIGNALS) process.on(signal, stop);
  try {
    return await work(controller.signal);
  } finally {
    for (const signal of SIGNALS) process.off(signal, stop);
  }
}
