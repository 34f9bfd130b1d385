/**
 * Several continuations of one prompt that leave the narrator's own sequence exactly as it was: evaluating it back would
 * change its last bits, and with them the story that follows. Branches where the model has them, else another sequence.
 */
import type { LanguageModel, Sequence, TokenId } from "../model/types.ts";

export const LINES_AT_ONCE = 4;

/** Adds one token to each line (null: none) and gives the logits (V) behind each. */
export interface ParallelLines {
  step(tokens: readonly (TokenId | null)[], signal?: AbortSignal): Promise<readonly Float32Array[]>;
  dispose(): Promise<void>;
}

/** `sequence` has evaluated `prompt` and nothing else, and takes no other call until the lines are disposed of. */
export async function createLines(
  language: LanguageModel,
  sequence: Sequence,
  prompt: readonly TokenId[],
): Promise<ParallelLines> {
  if (sequence.branch !== undefined) return sequence.branch(LINES_AT_ONCE);
  const other = await language.createSequence();
  const lines = Array.from({ length: LINES_AT_ONCE }, () => [...prompt]);
  const logits: Float32Array[] = [];
  return {
    async step(tokens, signal) {
      for (const [i, token] of tokens.entries()) {
        if (token === null) continue;
        lines[i]!.push(token);
        logits[i] = (await other.evaluate(lines[i]!, signal)).slice();
      }
      return logits;
    },
    dispose: () => other.dispose(),
  };
}
