/**
 * Which of several sentences answers the player's action best: the one that the action makes likelier than the story alone
 * does. (For later sentences: the one that the story makes likelier than nothing does.) The difference of the two log
 * probabilities is the mutual information of action and answer (maximum mutual information, Li et al. 2016; used for ranking
 * by DialoGPT, Zhang et al. 2020), here mixed with the likelihood, because the difference alone prefers what merely echoes
 * the action.
 */
import type { TokenId } from "../model/types.ts";
import { highestOf } from "./sampling/candidates.ts";

/** How much the likelihood itself counts against the difference. */
const LIKELIHOOD_SHARE = 0.3;

/** A sentence of `tokens` tokens with its natural log probability in both views: with what should explain it and without. */
export interface RankedSentence {
  readonly tokens: number;
  readonly guided: number;
  readonly unguided: number;
}

/** Larger for the better one. Neither the sum over tokens nor their mean is fair to short and long sentences alike. */
export function relevance({ tokens, guided, unguided }: RankedSentence): number {
  return (guided - unguided + LIKELIHOOD_SHARE * guided) / Math.sqrt(Math.max(1, tokens));
}

/** A token so far below the likeliest adds less than 10^-7 of its share. */
const NEGLIGIBLE = 16;
const STEPS_PER_NAT = 128;
const STEPS = NEGLIGIBLE * STEPS_PER_NAT;
/** exp(-x) at each step, 0 at the last. Small enough to stay in the processor's nearest cache beside the logits. */
const EXPONENTIALS = Float32Array.from({ length: STEPS + 1 }, (_, i) =>
  i < STEPS ? Math.exp(-i / STEPS_PER_NAT) : 0,
);

/** Natural log of a token's softmax share in `logits` (V), to 0.004; a quarter of the time that Math.exp would take. */
export function logProbabilityOf(token: TokenId, logits: Float32Array): number {
  const most = highestOf(logits);
  const top = most * STEPS_PER_NAT + 0.5;
  let sum = 0;
  for (let i = 0; i < logits.length; i++) {
    const steps = top - logits[i]! * STEPS_PER_NAT;
    sum += EXPONENTIALS[steps < STEPS ? steps | 0 : STEPS]!;
  }
  return logits[token]! - most - Math.log(sum);
}
