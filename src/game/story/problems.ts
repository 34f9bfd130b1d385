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

/** `story.syntax`. The message shows the first mistakes; `mistakes` holds all, each as `file:line:column sentence`. */
export class StoryMistakes extends AppError {
  readonly mistakes: readonly string[];

  /** `problems` in any order; they are shown in the order of their lines. */
  constructor(file: string, problems: readonly AuthorProblem[]) {
    const sorted = problems.toSorted((a, b) => a.line - b.line || (a.column ?? 0) - (b.column ?? 0));
    const mistakes = sorted.map(tellProblem);
    const shown = mistakes.slice(0, MAX_SHOWN).map((mistake) => `\n  ${mistake}`);
    if (mistakes.length > MAX_SHOWN) shown.push(`\n  ... and ${mistakes.length - MAX_SHOWN} more`);
    const count = mistakes.length === 1 ? "a mistake" : `${mistakes.length} mistakes`;
    super("story.syntax", stripControls(`The story ${file} has ${count}:${shown.join("")}`), {
      hint: "docs/formats describes the story formats.",
    });
    this.mistakes = mistakes;
  }
}

function tellProblem({ file, line, column, message }: AuthorProblem): string {
  return stripControls(`${file}:${line}${column === undefined ? "" : `:${column}`} ${message}`);
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
    if (!this.isEmpty) throw new StoryMistakes(this.file, this.problems);
  }
}
