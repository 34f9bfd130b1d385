/** Into what branches a sequence may part. */
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
  if (!(Number.isInteger(count) && count >= 1 && count <= MOST_BRANCHES))
    throw new RangeError(`${count} branches, expected 1 to ${MOST_BRANCHES}`);
  const from = given ?? Array.from({ length: count }, () => evaluated);
  const least = Math.min(1, evaluated);
  const isRight = (length: number) => Number.isInteger(length) && length >= least && length <= evaluated;
  if (given !== undefined && !(given.length === count && given.every(isRight)))
    throw new RangeError(`branches from ${given.join(", ")} of ${evaluated} tokens`);
  return from;
}
