/** Tokens that a model can evaluate. */
import { AppError } from "../shared/errors.ts";
import type { TokenId } from "./types.ts";

/** Throws `model.emptyInput`, `model.contextOverflow`, `model.badToken`. */
export function checkTokens(
  tokens: readonly TokenId[],
  model: { readonly positions: number; readonly vocabularySize: number },
): void {
  const { positions } = model;
  if (tokens.length === 0) throw new AppError("model.emptyInput", "There are no tokens to evaluate.");
  if (tokens.length > positions) {
    throw new AppError(
      "model.contextOverflow",
      `${tokens.length} tokens are more than the model's ${positions} positions.`,
    );
  }
  const bad = tokens.find(
    (token) => !(Number.isInteger(token) && token >= 0 && token < model.vocabularySize),
  );
  if (bad !== undefined)
    throw new AppError("model.badToken", `${bad} is not one of the model's ${model.vocabularySize} tokens.`);
}
