/**
 * The narrator's only source of chance: a small seeded generator, so that a seed and a prompt decide a passage.
 * sfc32 by Chris Doty-Humphrey (PractRand, public domain), warmed up from one 32-bit seed.
 */

/** A coin: returns a number in [0, 1) with 32 random bits. */
export type Rng = () => number;

/** Creates a generator; `seed` is taken as an unsigned 32-bit integer. */
export function createRng(seed: number): Rng {
  let a = 0x9e3779b9;
  let b = 0x243f6a88;
  let c = seed >>> 0;
  let counter = 1;
  const next = () => {
    const sum = (a + b + counter) >>> 0;
    counter = (counter + 1) >>> 0;
    a = (b ^ (b >>> 9)) >>> 0;
    b = (c + (c << 3)) >>> 0;
    c = (((c << 21) | (c >>> 11)) + sum) >>> 0;
    return sum / 4294967296;
  };
  for (let i = 0; i < 12; i++) next();
  return next;
}
