/** Leaves the candidates that keep the text within known words; all of them when none does. */
import type { TokenId } from "../../model/types.ts";
import { type Candidates, keepOnly } from "./candidates.ts";

/** Mutates `candidates`. */
export function applyKnownWords(candidates: Candidates, spells: (token: TokenId) => boolean): void {
  const places = new Set<number>();
  for (let i = 0; i < candidates.size; i++) if (spells(candidates.ids[i]!)) places.add(i);
  if (places.size > 0) keepOnly(candidates, places);
}
