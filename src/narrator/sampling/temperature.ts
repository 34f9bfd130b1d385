/** Temperature: divides the logits; below 1 the likely gets likelier. */
import { type Candidates, normalize, truncate } from "./candidates.ts";

/** `temperature` in [0, 10]; 1 changes nothing, 0 keeps only the most likely. Mutates. */
export function applyTemperature(candidates: Candidates, temperature: number): void {
  if (temperature === 1) return;
  if (temperature === 0) {
    truncate(candidates, 1);
    return;
  }
  for (let i = 0; i < candidates.size; i++) candidates.logits[i] = candidates.logits[i]! / temperature;
  normalize(candidates);
}
