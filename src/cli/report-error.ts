/** How an error reaches the person at the keyboard: one line, a hint, and the exit code. Only bugs show a stack. */
import { CommanderError } from "commander";
import { AppError, exitCodeOf } from "../shared/errors.ts";
import { stripControls } from "../shared/text.ts";

/** Writes the error to `stderr` and returns the exit code it stands for. */
export function reportError(error: unknown, stderr: NodeJS.WritableStream): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2; // commander has printed its own message
  if (error instanceof AppError) {
    stderr.write(`brasslamp: ${stripControls(error.message)}\n`);
    if (error.hint !== undefined) stderr.write(`  ${stripControls(error.hint)}\n`);
    return exitCodeOf(error);
  }
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  stderr.write(
    `brasslamp: this is a bug in Brasslamp; your adventures are on disk.\n${stripControls(stack)}\n`,
  );
  return 1;
}
