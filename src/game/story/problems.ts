/**
 * Mistakes in a story file: collected with their place and shown together, because an author mends them together.
 */
import { AppError } from "../../shared/errors.ts";
import { stripControls } from "../../shared/text.ts";

/** One mistake. `line` and `column` count from 1; `message` is a sentence without a full stop. */
export interface AuthorProblem {
  readonly file: string;
  readonly line: number;
  readonly column?: number;
  readonly message: string;
}

const MAX_SHOWN = 20;

/** One `story.syntax` error for all problems of a file, in the order of their lines. */
function buildSyntaxError(file: string, problems: readonly AuthorProblem[]): AppError {
  const sorted = problems.toSorted((a, b) => a.line - b.line || (a.column ?? 0) - (b.column ?? 0));
  const shown = sorted.slice(0, MAX_SHOWN).map((problem) => {
    const column = problem.column === undefined ? "" : `:${problem.column}`;
    return `  ${problem.file}:${problem.line}${column} ${problem.message}`;
  });
  if (sorted.length > MAX_SHOWN) shown.push(`  ... and ${sorted.length - MAX_SHOWN} more`);
  const count = sorted.length === 1 ? "a mistake" : `${sorted.length} mistakes`;
  return new AppError("story.syntax", stripControls(`The story ${file} has ${count}:\n${shown.join("\n")}`), {
    hint: "docs/formats describes the story formats.",
  });
}

/** Collects problems of one file. */
export class ProblemList {
  private readonly problems: AuthorProblem[] = [];
  private readonly file: string;

  constructor(file: string) {
    this.file = file;
  }

  add(message: string, line: number, column?: number, file = this.file): void {
    this.problems.push({ file, line, message, ...(column === undefined ? {} : { column }) });
  }

  get isEmpty(): boolean {
    return this.problems.length === 0;
  }

  /** Throws `story.syntax` with all problems, if there are any. */
  throwIfAny(): void {
    if (!this.isEmpty) throw buildSyntaxError(this.file, this.problems);
  }
}
