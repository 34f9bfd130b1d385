/** Sets a session up for a test: temporary folder, fixed clock, recorded updates, and the page as a front end has it. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import type { Block, InputMode, InputRequest, Status, UiUpdate } from "../../../src/game/protocol.ts";
import { SaveStore } from "../../../src/game/saves/save-store.ts";
import { GameSession } from "../../../src/game/session.ts";
import type { StorySeed } from "../../../src/game/story/seed.ts";
import { ScriptedNarrator } from "./scripted-narrator.ts";

export const SALT_ROAD: StorySeed = {
  id: "the-salt-road",
  title: "The Salt Road",
  genre: "fantasy",
  you: `\${name}, a courier`,
  remember: ["the letter must not get wet"],
  notes: [{ name: "Vey", keys: ["vey"], text: "a captain", always: false }],
  placeholders: [{ key: "name", ask: "What is your name?", default: "Mira" }],
  opening: `You are \${name}.\n\nIt is past midnight.`,
  source: { kind: "markdown" },
};

/** A folder that is gone when the test is over. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "brasslamp-game-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** A session with everything a test wants to look at. */
export class Play {
  readonly narrator = new ScriptedNarrator();
  readonly updates: UiUpdate[] = [];
  readonly saves: SaveStore;
  readonly session: GameSession;
  nowMs = Date.UTC(2026, 0, 1);
  /** Called with every update, as it is emitted. */
  onUpdate: (update: UiUpdate) => void = () => undefined;

  constructor(folder: string, seed = 7) {
    this.saves = new SaveStore(folder);
    this.session = new GameSession({
      narrator: this.narrator,
      saves: this.saves,
      now: () => new Date(this.nowMs),
      seed,
      emit: (update) => {
        this.updates.push(update);
        this.onUpdate(update);
      },
    });
  }

  static async begin(seed: StorySeed = SALT_ROAD): Promise<Play> {
    const play = new Play(await temporaryFolder());
    await play.session.start({ seed, askPlaceholders: false });
    return play;
  }

  /** Types lines, one after the other, and gives what the last one showed. */
  async type(...lines: readonly string[]): Promise<readonly Block[]> {
    return this.typeIn("do", ...lines);
  }

  async typeIn(mode: InputMode, ...lines: readonly string[]): Promise<readonly Block[]> {
    let before = 0;
    for (const text of lines) {
      before = this.updates.length;
      await this.session.handle({ type: "submit", text, mode });
    }
    return this.updates.slice(before).flatMap((update) => (update.type === "block" ? [update.block] : []));
  }

  /** The page as a front end would show it now. */
  get page(): readonly Block[] {
    let blocks: Block[] = [];
    let isTelling = false;
    for (const update of this.updates) {
      if (update.type === "page") blocks = [...update.blocks];
      if (update.type === "block") blocks.push(update.block);
      if (update.type === "text") {
        const last = blocks.at(-1);
        if (isTelling && last !== undefined)
          blocks[blocks.length - 1] = { ...last, text: last.text + update.text };
        else blocks.push({ kind: "passage", text: update.text });
      }
      if (update.type !== "status") isTelling = update.type === "text";
    }
    return blocks;
  }

  /** Texts of the page's blocks of some kinds. */
  texts(...kinds: readonly Block["kind"][]): string[] {
    return this.page.filter(({ kind }) => kinds.includes(kind)).map(({ text }) => text);
  }

  get request(): InputRequest | undefined {
    return this.updates.flatMap((update) => (update.type === "request" ? [update.request] : [])).at(-1);
  }

  get status(): Status | undefined {
    return this.updates.flatMap((update) => (update.type === "status" ? [update.status] : [])).at(-1);
  }

  get bye(): string | undefined {
    return this.updates.flatMap((update) => (update.type === "bye" ? [update.text] : [])).at(-1);
  }
}
