/**
 * The one error type that is meant for people. Codes are stable and dotted; tests and exit codes depend on them, never on
 * the sentences. Anything else that is thrown is a bug of the program.
 */

export interface AppErrorOptions {
  /** The command or edit that mends it. */
  readonly hint?: string;
  readonly cause?: unknown;
}

/** Says what failed, what was seen and what was expected; `code` is stable, e.g. `save.corrupt`. */
export class AppError extends Error {
  override readonly name = "AppError";
  readonly code: string;
  readonly hint: string | undefined;

  constructor(code: string, message: string, options: AppErrorOptions = {}) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.code = code;
    this.hint = options.hint;
  }
}

const EXIT_CODES: Readonly<Record<string, number>> = {
  usage: 2,
  option: 2,
  story: 3,
  save: 4,
  model: 5,
  interrupt: 130,
};

/** Process exit code of an error: 2 usage, 3 story, 4 save, 5 model, 130 interrupt, 1 for everything unexpected. */
export function exitCodeOf(error: unknown): number {
  if (!(error instanceof AppError)) return 1;
  return EXIT_CODES[error.code.split(".")[0] ?? ""] ?? 1;
}

/** The system's error code (`ENOENT`, `EACCES`, ...) of a failed file operation, if it is one. */
export function systemCodeOf(error: unknown): string | undefined {
  if (typeof error !== "object" || error === null || !("code" in error)) return undefined;
  return typeof error.code === "string" ? error.code : undefined;
}

/** One line about any thrown value, for messages that wrap it. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
