/**
 * Decides between the two front ends for people. Pure: the caller looks at the process.
 */

/** What is known of the terminal. `columns` and `rows` are absent or 0 when the terminal does not tell its size. */
export interface TerminalFacts {
  readonly isInputTty: boolean;
  readonly isOutputTty: boolean;
  /** `--plain` was given. */
  readonly isPlainWanted: boolean;
  /** The variable TERM. */
  readonly term: string | undefined;
  readonly columns: number | undefined;
  readonly rows: number | undefined;
}

/** `full` only on a terminal that can move its cursor and tells its size; `plain` in every other case. */
export function chooseFrontEnd(facts: TerminalFacts): "full" | "plain" {
  if (facts.isPlainWanted || !facts.isInputTty || !facts.isOutputTty) return "plain";
  if (facts.term === undefined || facts.term === "" || facts.term === "dumb") return "plain";
  return (facts.columns ?? 0) > 0 && (facts.rows ?? 0) > 0 ? "full" : "plain";
}
