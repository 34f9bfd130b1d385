/**
 * The seed of a turn. It depends only on the adventure's seed and the turn's place in the tree, so the same inputs give
 * the same story, and a retry (another sibling) gives another passage.
 */

/** 32-bit finaliser of MurmurHash3 (Austin Appleby, public domain): every input bit changes about half the output. */
function mix(value: number): number {
  let hash = value >>> 0;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/**
 * Unsigned 32-bit seed: mix(mix(mix(adventure) + depth) + sibling), additions modulo 2^32. `depth` is the number of
 * turns before this one, `sibling` the number of children its parent already has.
 */
export function deriveTurnSeed(adventureSeed: number, depth: number, sibling: number): number {
  return mix(mix(mix(adventureSeed) + depth) + sibling);
}
