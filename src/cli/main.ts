/** Entry of the `brasslamp` command: runs it, and ends the process in the only place that may. */
import { buildProgram } from "./program.ts";
import { reportError } from "./report-error.ts";

process.stdout.on("error", endQuietlyOnBrokenPipe);
process.exitCode = await run();
process.exit();

async function run(): Promise<number> {
  try {
    await buildProgram().parseAsync();
    return Number(process.exitCode ?? 0);
  } catch (error) {
    return reportError(error, process.stderr);
  }
}

/** `brasslamp stories | head` is no fault. */
function endQuietlyOnBrokenPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== "EPIPE") throw error;
}
