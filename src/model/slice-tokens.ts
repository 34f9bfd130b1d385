/**
 * How many tokens one run may evaluate. A stop is noticed between runs, and a run takes longer the larger the model is: on
 * two cores about 0.2 s for 128 tokens of a 124M model. The number depends on the model only, because where slices end
 * decides how sums are rounded.
 */

const SIZES: readonly (readonly [mostParameters: number, tokens: number])[] = [
  [200e6, 128],
  [500e6, 64],
];
const SMALLEST = 32;

/** Most tokens of one run for a model of so many weights: a power of two. */
export function sliceTokensOf(parameters: number): number {
  return SIZES.find(([most]) => parameters <= most)?.[1] ?? SMALLEST;
}
