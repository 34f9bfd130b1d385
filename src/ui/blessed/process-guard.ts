/**
 * Gives the terminal back however the process ends. Adds no behaviour of its own: an uncaught error is still reported by
 * whoever reports it, and a signal nobody else listens to still kills the process with that signal.
 */

const DEADLY_SIGNALS = ["SIGTERM", "SIGHUP", "SIGQUIT"] as const;

/** What to do with the terminal. `restore` may be called several times. */
export interface ProcessGuardOptions {
  restore(): void;
  /** `kill -INT`: the same as the interrupt key. */
  onInterrupt(): void;
  /** The process goes on after it was stopped (`fg`): the shell has changed the terminal's modes. */
  onContinue(): void;
}

/** Installs the guard; returns the function that removes it. */
export function guardProcess(options: ProcessGuardOptions): () => void {
  const restore = () => options.restore();
  const die = (signal: NodeJS.Signals) => {
    options.restore();
    // Restoring has removed this guard; with other listeners the decision is theirs.
    if (process.listenerCount(signal) === 0) process.kill(process.pid, signal);
  };
  const interrupt = () => options.onInterrupt();
  const resume = () => options.onContinue();
  process.on("exit", restore);
  // The monitor sees the error first, so that it is printed on the normal screen and not lost with the alternate one.
  process.on("uncaughtExceptionMonitor", restore);
  for (const signal of DEADLY_SIGNALS) process.on(signal, die);
  process.on("SIGINT", interrupt);
  process.on("SIGCONT", resume);
  return () => {
    process.off("exit", restore);
    process.off("uncaughtExceptionMonitor", restore);
    for (const signal of DEADLY_SIGNALS) process.off(signal, die);
    process.off("SIGINT", interrupt);
    process.off("SIGCONT", resume);
  };
}
