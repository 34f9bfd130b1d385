/**
 * Turns every token towards what the player's action, or the story, makes likelier: classifier-free guidance for text (Sanchez et al. 2023;
 * context-aware decoding, Shi et al. 2023), among plausible tokens only (contrastive decoding, Li et al. 2022).
 */

import { highestOf } from "./candidates.ts";

/** A token is plausible with this share of the likeliest one's probability. */
const PLAUSIBLE_SHARE = 0.05;
/** Taken off the others: they come last, in their own order, for when the rules ban all plausible ones. */
const IMPLAUSIBLE = 100;

/** Changes `logits` (V) by `strength` (0: not at all) times their difference to the `unguided` ones, seen without it. */
export function guide(logits: Float32Array, unguided: Float32Array, strength: number): void {
  if (strength === 0) return;
  const least = highestOf(logits) + Math.log(PLAUSIBLE_SHARE);
  for (let i = 0; i < logits.length; i++) {
    const logit = logits[i]!;
    logits[i] = logit < least ? logit - IMPLAUSIBLE : logit + strength * (logit - unguided[i]!);
  }
}
