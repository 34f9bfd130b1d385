/**
 * Whole games as a player reads them, from typed lines to printed text: game, stories, saves and plain front end together,
 * with a narrator that follows a script. Real narration is not compared letter by letter: processors round differently.
 * `npx vitest run test/program/golden -u` writes the transcripts anew; read the difference.
 */
import { PassThrough } from "node:stream";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { SaveStore } from "../../src/game/saves/save-store.ts";
import { GameSession } from "../../src/game/session.ts";
import { findStory } from "../../src/game/story/catalog.ts";
import { PlainFrontEnd } from "../../src/ui/plain.ts";
import { ScriptedNarrator } from "../game/helpers/scripted-narrator.ts";
import { temporaryFolder } from "./command.ts";

const STORIES = fileURLToPath(new URL("../../stories", import.meta.url));

const GAMES: Record<string, { story: string; lines: readonly string[] }> = {
  "the-brass-lamp": {
    story: "the-brass-lamp",
    lines: [
      "look around",
      '"Who is there?"',
      "I take my lamp and open the blue door",
      "",
      "!The rain stops.",
      "/story The rain stops.",
      "/retry",
      "/undo",
      "/remember Nilu is on the roof",
      "wait",
      "/edit You wait. Nilu waves.",
      "/look",
      "/udno",
      "/quit",
    ],
  },
  "the-empty-pond": {
    story: "the-empty-pond",
    lines: ["1", "sing to the frogs", "2", "/undo", "9", "1", "/quit"],
  },
};

it.each(Object.entries(GAMES))("%s", async (name, { story, lines }) => {
  const output = new PassThrough();
  let printed = "";
  output.setEncoding("utf8").on("data", (text: string) => (printed += text));
  const input = new PassThrough();
  const frontEnd = new PlainFrontEnd({ input, output, environment: {} });
  const session = new GameSession({
    narrator: new ScriptedNarrator(),
    saves: new SaveStore(temporaryFolder()),
    now: () => new Date(0),
    seed: 7,
    emit: (update) => frontEnd.update(update),
  });
  await session.start({ seed: await findStory(story, [STORIES]), askPlaceholders: false });
  input.end(lines.map((line) => `${line}\n`).join(""));
  await frontEnd.run(session.handle);
  await expect(printed).toMatchFileSnapshot(`golden/${name}.transcript`);
});
