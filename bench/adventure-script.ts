/** A story and a long row of turns for measuring adventures: the actions and passages of the training adventures, in order. */
import { readdir, readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { parseTranscripts, type TranscriptTurn } from "../src/evaluation/transcript.ts";
import type { NarrationRequest } from "../src/game/ports.ts";

const ADVENTURES = new URL("../training/adventures/set-22/", import.meta.url);

export const STORY: Omit<NarrationRequest, "turns" | "inserted" | "action" | "seed"> = {
  header: [
    { name: "Title", text: "The Brass Lamp" },
    { name: "Genre", text: "fantasy, mystery" },
    { name: "Tone", text: "plain, quick, friendly" },
    { name: "You", text: "Aylin, a lamp mender with quick hands" },
  ],
  remembered: ["The brass lamp has oil for one night."],
  notes: [{ name: "The brass lamp", text: "small and dented; its flame is green and shows hidden things" }],
  opening:
    "You are Aylin, and you mend lamps in a small shop on Bridge Street. A girl you do not know puts a brass lamp on your " +
    "table and runs. You light it. The flame is green, and in its light there is a blue door in your wall, where there " +
    "was never a door before. Somebody is knocking on it from the inside.",
};

/** `count` turns with a passage each. */
export async function readScript(count: number): Promise<TranscriptTurn[]> {
  const turns: TranscriptTurn[] = [];
  const folder = fileURLToPath(ADVENTURES);
  for (const file of (await readdir(folder)).sort())
    for (const adventure of parseTranscripts(await readFile(`${folder}/${file}`, "utf8")))
      turns.push(...adventure.turns.filter(({ action, passage }) => action !== "" && passage !== ""));
  if (turns.length < count) throw new Error(`the script has ${turns.length} turns, fewer than ${count}`);
  return turns.slice(0, count);
}
