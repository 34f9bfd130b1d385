/** Checks `${key}` in authored text against the placeholders the story defines. */
import { findNearest } from "../../shared/nearest.ts";

/** More would not be shown. */
const MAX_PROBLEMS = 20;

/** `line` and `column` count from 1 within the text that was checked. */
export interface PlaceholderProblem {
  readonly message: string;
  readonly line: number;
  readonly column: number;
}

/** Undefined keys and `${` without its brace, in the order of the text; the first 20. */
export function findProblemsOfPlaceholders(
  text: string,
  keys: readonly string[],
): readonly PlaceholderProblem[] {
  const problems: PlaceholderProblem[] = [];
  for (const found of text.matchAll(/\$\{(?:([^}\n]*)\})?/g)) {
    const message = problemOf(found[1], keys);
    if (message === undefined) continue;
    if (problems.length === MAX_PROBLEMS) break;
    const before = text.slice(0, found.index).split("\n");
    problems.push({ message, line: before.length, column: before.at(-1)!.length + 1 });
  }
  return problems;
}

function problemOf(key: string | undefined, keys: readonly string[]): string | undefined {
  if (key === undefined) return 'the placeholder has no closing "}"';
  if (keys.includes(key)) return undefined;
  const near = findNearest(key, keys);
  const hint = near === undefined ? "add it under placeholders" : `did you mean "${near}"?`;
  return `placeholder "${key}" is not defined; ${hint}`;
}
