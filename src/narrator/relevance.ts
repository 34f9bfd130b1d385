/**
 * Which of several sentences answers the player's action best: the one that the action makes likelier than the story alone
 * does. (For later sentences: the one that the story makes likelier than nothing does.) The difference of the two log probabilities is the mutual information of action and answer (maximum mutual
 * information, Li et al. 2016; used for ranking by DialoGPT, Zhang et al. 2020), here mixed with the likelihood, because
 * the difference alone prefers what merely echoes the action.
 */
import type { TokenId } from "../model/types.ts";

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
const STEPS_PER_NAT = 256;
/** exp(-x) in the middle of each step: exact to 0.2 %, and ten times as fast over a whole vocabulary. */
const EXPONENTIALS = Float64Array.from({ length: NEGLIGIBLE * STEPS_PER_NAT }, (_, i) =>
  Math.exp(-(i + 0.5) / STEPS_PER_NAT),
);

/** Natural log of a token's softmax share in `logits` (V), to 0.002. */
export function logProbabilityOf(token: TokenId, logits: Float32Array): number {
  let most = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < logits.length; i++) if (logits[i]! > most) most = logits[i]!;
  let sum = 0;
  for (let i = 0; i < logits.length; i++) {
    const below = most - logits[i]!;
    if (below < NEGLIGIBLE) sum += EXPONENTIALS[Math.floor(below * STEPS_PER_NAT)]!;
  }
  return logits[token]! - most - Math.log(sum);
}
