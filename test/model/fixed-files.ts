/** Files of the repository that the model's tests read. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

export const EMBER = fileURLToPath(new URL("../../models/ember", import.meta.url));

/** Adventures that were held out of the narrator's training. */
export const HELD_OUT = readFileSync(new URL("fixtures/held-out.txt", import.meta.url), "utf8");
