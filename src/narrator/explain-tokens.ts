/**
 * What the model would have told at each token of a passage, and what the sampler's rules did to that: the passage is
 * walked through again, so telling it costs nothing more. A passage that somebody edited can be explained as well.
 */
import type { TokenCandidate, TokenChoice } from "../game/ports.ts";
import type { Sequence, TokenId, Tokenizer } from "../model/types.ts";
import { contrastAt, type WriterParts } from "./passage-writer.ts";
import { type TokenClasses, traceToken } from "./sampling/chain.ts";
import type { SamplingSettings } from "./sampling/dials.ts";
import type { TracedCandidate } from "./sampling/token-tracer.ts";
import { findSentenceEnd } from "./sentences.ts";
import type { PassageSettings } from "./settings.ts";
import type { Speller } from "./speller.ts";

export interface ExplainParts
  extends Pick<WriterParts, "toAction" | "toStory" | "separator">,
    Pick<PassageSettings, "answeringSentences"> {
  readonly sequence: Sequence;
  /** For the second view. */
  readonly other: Sequence;
  readonly tokenizer: Tokenizer;
  readonly prompt: readonly TokenId[];
  /** The story's part of the prompt. */
  readonly history: readonly TokenId[];
  readonly settings: SamplingSettings;
  readonly classes: TokenClasses;
  readonly banned: ReadonlySet<TokenId>;
  readonly speller: Speller | undefined;
  readonly biases: ReadonlyMap<TokenId, number>;
  readonly signal: AbortSignal | undefined;
}

/**
 * One choice for each token of the passage, or for those before an interrupt. Says nothing of sentences that were sampled
 * anew with stricter rules. A token that is a part of a character reads as U+FFFD.
 */
export async function explainTokens(
  passage: readonly TokenId[],
  parts: ExplainParts,
): Promise<readonly TokenChoice[]> {
  const { sequence, tokenizer, prompt, history, settings, classes, banned, biases, speller, signal } = parts;
  const choices: TokenChoice[] = [];
  const name = ({ token, probability, effects }: TracedCandidate): TokenCandidate => {
    const text = token === tokenizer.endOfText ? "(the end)" : tokenizer.decode([token]);
    return { text, probability, effects };
  };
  try {
    for (const [i, token] of passage.entries()) {
      const told = passage.slice(0, i);
      const logits = await sequence.evaluate([...prompt, ...told], signal);
      const { guidance, unguided } = await guidanceOf(told, parts);
      const state = {
        history: [...history, ...told],
        banned,
        biases,
        ...(unguided === undefined ? {} : { unguided }),
        ...(speller === undefined ? {} : { spells: speller.behind(tokenizer.decode(told)) }),
      };
      const trace = traceToken(logits, { ...settings, guidance }, classes, state, token);
      choices.push({ ...name(trace), candidates: trace.candidates.map(name) });
    }
  } catch (error) {
    if (signal?.aborted !== true) throw error;
  }
  return choices;
}

/** How the token behind `told` was guided, and the logits (V) there of the second view. */
async function guidanceOf(
  told: readonly TokenId[],
  parts: ExplainParts,
): Promise<{ guidance: number; unguided?: Float32Array }> {
  const { answeringSentences, tokenizer, prompt, separator, other, signal } = parts;
  const contrast = contrastAt(countSentences(tokenizer.decode(told)), answeringSentences, parts);
  if (contrast === undefined) return { guidance: 0 };
  const view = [...prompt.slice(0, contrast.prefixLength), ...separator, ...told];
  return { guidance: contrast.guidance, unguided: await other.evaluate(view, signal) };
}

/** Sentences of growing text that are surely complete. */
function countSentences(text: string): number {
  const end = findSentenceEnd(text, false);
  return end === -1 ? 0 : 1 + countSentences(text.slice(end));
}
