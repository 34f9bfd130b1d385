/** Into what branches a sequence may part. */
import type { BranchPoint, TokenId } from "./types.ts";

const MOST_BRANCHES = 8;

/**
 * After how many tokens each of `count` branches begins: as given, or after all that are evaluated (as one, when there are
 * none, for the sequence itself to refuse). Throws a RangeError for other numbers.
 */
export function checkBranches(
  count: number,
  given: readonly number[] | undefined,
  evaluated: number,
): readonly number[] {
  checkCount(count);
  const from = given ?? Array.from({ length: count }, () => evaluated);
  const least = Math.min(1, evaluated);
  const isRight = (length: number) => Number.isInteger(length) && length >= least && length <= evaluated;
  if (given !== undefined && !(given.length === count && given.every(isRight)))
    throw new RangeError(`branches from ${given.join(", ")} of ${evaluated} tokens`);
  return from;
}

/** Throws a RangeError unless each point is on one of the branches whose tokens are given, and they are 1 to 8. */
export function checkPoints(points: readonly BranchPoint[], tokens: readonly (readonly TokenId[])[]): void {
  checkCount(points.length);
  for (const { branch, length } of points)
    if (!(Number.isInteger(length) && length >= 0 && length <= (tokens[branch]?.length ?? -1)))
      throw new RangeError(`branch ${branch} has no ${length} tokens`);
}

function checkCount(count: number): void {
  if (Number.isInteger(count) && count >= 1 && count <= MOST_BRANCHES) return;
  throw new RangeError(`${count} branches, expected 1 to ${MOST_BRANCHES}`);
}
