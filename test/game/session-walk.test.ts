/**
 * Random games against a small model: a list of tellings and a place in it. After every step the state in memory, the
 * file on disk and the page agree with the model, and nothing that was told is gone.
 */
import fc from "fast-check";
import { expect, test } from "vitest";
import { buildPage } from "../../src/game/page.ts";
import { SaveStore } from "../../src/game/saves/save-store.ts";
import { findTreeFault, pathOf } from "../../src/game/story-tree.ts";
import { AppError } from "../../src/shared/errors.ts";
import { Play, SALT_ROAD, temporaryFolder } from "./helpers/play.ts";

/** A telling: which line led to it, and what came before. */
interface Telling {
  readonly parent: number;
  readonly typed: string;
}

/** What a player would expect, in terms of tellings only; 0 is the opening. */
class Model {
  readonly tellings: Telling[] = [{ parent: -1, typed: "" }];
  readonly visited = new Map<number, number>();
  place = 0;

  tell(parent: number, typed: string): void {
    this.go(this.tellings.push({ parent, typed }) - 1);
  }

  go(place: number): void {
    this.place = place;
    this.visited.set(this.tellings[place]!.parent, place);
  }

  undo(): void {
    if (this.place > 0) this.place = this.tellings[this.place]!.parent;
  }

  redo(): void {
    this.place = this.visited.get(this.place) ?? this.place;
  }

  other(): void {
    if (this.place === 0) return;
    const { parent } = this.tellings[this.place]!;
    const all = [...this.tellings.keys()].filter((index) => this.tellings[index]!.parent === parent);
    this.go(all[(all.indexOf(this.place) + 1) % all.length]!);
  }

  get line(): string[] {
    const line: string[] = [];
    for (let place = this.place; place > 0; place = this.tellings[place]!.parent) {
      line.unshift(this.tellings[place]!.typed);
    }
    return line;
  }
}

const LINES = [
  "wait",
  "say hello",
  "",
  "/undo",
  "/undo 2",
  "/redo",
  "/redo 3",
  "/retry",
  "/other",
  "/edit Edited.",
  "/remember x",
  "/forget 1",
  "/title Other",
  "/help",
  "/nonsense",
  "?!",
  "fail",
  "/notes A: b",
] as const;
type Line = (typeof LINES)[number] | "interrupted" | "reload";

const walk = fc.array(fc.constantFrom<Line>(...LINES, "wait", "wait", "interrupted", "reload"), {
  maxLength: 25,
});

function expectation(model: Model, line: Line): void {
  const { parent, typed } = model.tellings[model.place]!;
  if (line === "wait" || line === "say hello" || line === "") model.tell(model.place, line);
  else if (line === "interrupted") model.tell(model.place, "wait");
  else if (line === "/undo") model.undo();
  else if (line === "/undo 2") for (let count = 0; count < 2; count++) model.undo();
  else if (line === "/redo") model.redo();
  else if (line === "/redo 3") for (let count = 0; count < 3; count++) model.redo();
  else if (line === "/other") model.other();
  else if (line === "/retry" && parent >= 0) model.tell(parent, typed);
  else if (line === "/edit Edited." && parent >= 0) model.tell(parent, typed);
}

async function take(play: Play, line: Line): Promise<Play> {
  if (line === "reload") {
    await play.session.handle({ type: "close" });
    const again = new Play(play.saves.folder);
    await again.session.resume(play.session.slug ?? "");
    return again;
  }
  if (line === "fail") play.narrator.failure = new AppError("model.broken", "No.");
  if (line === "interrupted") {
    play.narrator.holdsUntilAborted = true;
    play.onUpdate = ({ type }) => {
      if (type === "text") void play.session.handle({ type: "interrupt" });
    };
  }
  await play.type(line === "interrupted" ? "wait" : line === "fail" ? "burn it" : line);
  play.narrator.holdsUntilAborted = false;
  play.narrator.failure = undefined;
  play.onUpdate = () => undefined;
  return play;
}

async function check(play: Play, model: Model): Promise<void> {
  const { adventure, slug } = play.session;
  const { tree } = adventure;
  expect(findTreeFault(tree)).toBeUndefined();
  expect(pathOf(tree).map(({ typed }) => typed)).toEqual(model.line);
  expect(tree.nodes).toHaveLength(model.tellings.length);
  expect((await new SaveStore(play.saves.folder).load(slug ?? "")).adventure).toEqual(adventure);
  const story = play.page.filter(({ kind }) => kind !== "info" && kind !== "error" && kind !== "title");
  const wanted = buildPage(adventure).filter(({ kind }) => kind !== "title");
  expect(story).toEqual(wanted);
  expect(play.status?.turn).toBe(model.line.length);
}

test("random games: no telling is lost, and memory, disk and page agree with the model after each step", async () => {
  const folder = await temporaryFolder();
  let games = 0;
  await fc.assert(
    fc.asyncProperty(walk, async (lines) => {
      games++;
      let play = new Play(`${folder}/${games}`);
      await play.session.start({ seed: SALT_ROAD, askPlaceholders: false });
      await play.type("/save");
      const model = new Model();
      for (const line of lines) {
        // an edit to the same text is no edit
        if (
          line === "/edit Edited." &&
          play.session.adventure.tree.nodes.at(play.session.adventure.tree.current)?.passage === "Edited."
        )
          continue;
        expectation(model, line);
        play = await take(play, line);
        await check(play, model);
      }
      await play.session.handle({ type: "close" });
    }),
    { numRuns: 60, seed: 9 },
  );
});
