/** The session: one turn at a time, on disk before it is done, and nothing the player typed is ever lost. */
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { COMMANDS } from "../../src/game/commands.ts";
import type { UiUpdate } from "../../src/game/protocol.ts";
import { SaveStore } from "../../src/game/saves/save-store.ts";
import { parseInkStory } from "../../src/game/story/ink-story.ts";
import { AppError } from "../../src/shared/errors.ts";
import { Play, SALT_ROAD, temporaryFolder } from "./helpers/play.ts";

describe("turns", () => {
  test("a turn is told, saved before it is said to be told, and the narrator got everything", async () => {
    const play = await Play.begin();
    const onDisk: Promise<number>[] = [];
    play.onUpdate = (update) => {
      if (update.type === "told") onDisk.push(turnsOnDisk(play));
    };
    await play.type("call Vey");
    expect(await Promise.all(onDisk)).toEqual([1]);
    expect(play.narrator.requests[0]).toMatchObject({
      header: [
        { name: "Title", text: "The Salt Road" },
        { name: "Genre", text: "fantasy" },
        { name: "You", text: "Mira, a courier" },
      ],
      remembered: ["the letter must not get wet"],
      notes: [],
      inserted: [{ name: "Vey", text: "a captain" }],
      opening: "You are Mira.\n\nIt is past midnight.",
      turns: [],
      action: { kind: "do", text: "You call Vey." },
    });
    expect(play.updates.slice(-7).map(({ type }) => type)).toEqual([
      "block",
      "status",
      "text",
      "text",
      "told",
      "status",
      "request",
    ]);
    expect(play.status).toMatchObject({
      turn: 1,
      state: "waiting",
      tokensPerSecond: 20,
      contextTokens: 120,
      contextSize: 1024,
    });
    expect(play.texts("action", "passage")).toEqual([
      "You call Vey.",
      expect.stringContaining("Turn 1 answers do."),
    ]);
  });

  test("the same inputs and seed tell the same story; another seed another one", async () => {
    const story = async (seed: number) => {
      const play = new Play(await temporaryFolder(), seed);
      await play.session.start({ seed: SALT_ROAD, askPlaceholders: false });
      await play.type("look", "", "/retry", "/undo", "say hi");
      return play.texts("passage", "action");
    };
    expect(await story(1)).toEqual(await story(1));
    expect(await story(1)).not.toEqual(await story(2));
  });

  test("an invalid line is explained and comes back for editing", async () => {
    const play = await Play.begin();
    expect(await play.type("?!")).toMatchObject([{ kind: "error" }]);
    expect(play.request).toMatchObject({ kind: "action", initial: "?!" });
    expect(play.narrator.requests).toEqual([]);
  });

  test("an error of the narrator loses nothing: page as before, reason, words back, state unchanged", async () => {
    const play = await Play.begin();
    await play.type("wait");
    const before = play.page;
    play.narrator.failure = new AppError("model.broken", "The model broke.", { hint: "Mend it." });
    await play.type("open the door");
    expect(play.page).toEqual([...before, { kind: "error", text: "The model broke.\nMend it." }]);
    expect(play.request).toMatchObject({ kind: "action", initial: "open the door" });
    expect(await turnsOnDisk(play)).toBe(1);
    await play.type("open the door");
    expect(await turnsOnDisk(play)).toBe(2);
  });

  test("a bug in the narrator is not hidden, and the session still works", async () => {
    const play = await Play.begin();
    play.narrator.failure = new TypeError("bug");
    await expect(play.type("wait")).rejects.toThrow("bug");
    await play.type("wait");
    expect(await turnsOnDisk(play)).toBe(1);
  });

  test("an interrupt keeps what was told; a turn stopped before its first sentence is kept empty", async () => {
    const play = await Play.begin();
    play.narrator.holdsUntilAborted = true;
    play.onUpdate = (update) => {
      if (update.type === "text") void play.session.handle({ type: "interrupt" });
    };
    await play.type("wait");
    expect(play.texts("passage")).toEqual(["Turn 1 answers do."]);
    expect(play.texts("info")).toEqual([]);
    play.onUpdate = (update) => {
      if (update.type === "status" && update.status.state === "telling")
        void play.session.handle({ type: "interrupt" });
    };
    play.narrator.holdsUntilAborted = false;
    await play.type("go on");
    expect(play.session.adventure.tree.nodes[2]).toMatchObject({
      passage: "",
      action: { text: "You go on." },
    });
    expect(await turnsOnDisk(play)).toBe(2);
  });

  test("an interrupt before the narrator has begun stops the turn, it does not ask to quit", async () => {
    const play = await Play.begin();
    const told = play.type("wait");
    await Promise.resolve();
    await Promise.resolve();
    await play.session.handle({ type: "interrupt" });
    await told;
    expect(play.texts("info")).toEqual([expect.stringContaining("Stopped; nothing was told.")]);
    expect(play.session.adventure.tree.nodes[1]).toMatchObject({ passage: "", typed: "wait" });
  });

  test("a turn stopped before its first sentence says so, and can be told after all", async () => {
    const play = await Play.begin();
    play.onUpdate = (update) => {
      if (update.type === "status" && update.status.state === "telling")
        void play.session.handle({ type: "interrupt" });
    };
    await play.type("go on");
    expect(play.page.slice(-2)).toEqual([
      { kind: "action", text: "You go on." },
      { kind: "info", text: expect.stringMatching(/^Stopped; nothing was told\..*\/retry/) },
    ]);
    expect(play.request?.kind).toBe("action");
    play.onUpdate = () => undefined;
    await play.type("/retry");
    expect(play.texts("info")).toEqual([]);
    expect(play.texts("passage")).toEqual([expect.stringContaining("Turn 1")]);
  });

  test("a line submitted while the story is told is answered, not played", async () => {
    const play = await Play.begin();
    let answered: Promise<void> | undefined;
    play.onUpdate = (update) => {
      if (update.type === "text")
        answered ??= play.session.handle({ type: "submit", text: "jump", mode: "do" });
    };
    await play.type("wait");
    await answered;
    expect(play.texts("info")).toEqual([expect.stringContaining("still being told")]);
    expect(play.narrator.requests).toHaveLength(1);
  });

  test("lines that come at once are played one after the other", async () => {
    const play = await Play.begin();
    await Promise.all(
      ["/title A", "/remember b", "wait"].map((text) =>
        play.session.handle({ type: "submit", text, mode: "do" }),
      ),
    );
    expect(play.session.adventure).toMatchObject({ title: "A", remembered: [SALT_ROAD.remember[0], "b"] });
    expect(await turnsOnDisk(play)).toBe(1);
  });

  test("the narrator reads ahead after each turn, and is stopped before the next", async () => {
    const play = await Play.begin();
    await play.type("wait", "wait");
    expect(play.narrator.prepared.map(({ turns }) => turns.length)).toEqual([0, 1, 2]);
    await play.type("/look", "/help");
    expect(play.narrator.prepared).toHaveLength(3);
    await play.session.handle({ type: "close" });
    expect(play.narrator.isBusy).toBe(false);
  });

  test("THE END is shown, and play may go on", async () => {
    const play = await Play.begin();
    play.narrator.ends = true;
    await play.type("die");
    play.narrator.ends = false;
    expect(play.texts("ending")).toEqual(["The End"]);
    await play.type("wake up");
    await play.type("/undo");
    expect(play.page.map(({ kind }) => kind)).toEqual(["title", "opening", "action", "passage", "ending"]);
  });

  test("story text is part of the story, not an action line", async () => {
    const play = await Play.begin();
    await play.typeIn("story", "The rain stops");
    expect(play.page.map(({ kind, text }) => [kind, text]).slice(2, 3)).toEqual([
      ["passage", "The rain stops."],
    ]);
    await play.type("/story It snows", "/say hello");
    expect(play.narrator.requests.map(({ action }) => action)).toEqual([
      { kind: "story", text: "The rain stops." },
      { kind: "story", text: "It snows." },
      { kind: "say", text: 'You say "Hello."' },
    ]);
  });
});

describe("leaving", () => {
  test("a story that was only looked at leaves no save; the first turn makes one", async () => {
    const play = await Play.begin();
    expect(await play.saves.list()).toEqual([]);
    await play.type("wait");
    expect(await play.saves.list()).toHaveLength(1);
    await play.type("/quit");
    expect(play.bye).toContain("is saved");
  });

  test("two interrupts within two seconds leave; slower ones do not", async () => {
    const play = await Play.begin();
    const interrupt = () => play.session.handle({ type: "interrupt" });
    await interrupt();
    expect(play.texts("info")).toEqual(["Press Ctrl-C again to quit."]);
    play.nowMs += 2001;
    await interrupt();
    expect(play.bye).toBeUndefined();
    play.nowMs += 2000;
    await interrupt();
    expect(play.bye).toBe("Goodbye.");
    const count = play.updates.length;
    await play.type("wait");
    expect(play.updates).toHaveLength(count);
  });

  test("close while a turn is told keeps and saves what was told", async () => {
    const play = await Play.begin();
    play.narrator.holdsUntilAborted = true;
    let closed: Promise<void> | undefined;
    play.onUpdate = (update) => {
      if (update.type === "text") closed ??= play.session.handle({ type: "close" });
    };
    await play.type("wait");
    await closed;
    expect(play.updates.at(-1)).toMatchObject({ type: "bye" });
    expect(
      (await new SaveStore(play.saves.folder).load("the-salt-road")).adventure.tree.nodes[1]?.passage,
    ).toBe("Turn 1 answers do.");
  });

  test("/quit says goodbye once", async () => {
    const play = await Play.begin();
    await play.type("/quit");
    await play.session.handle({ type: "close" });
    expect(play.updates.filter(({ type }) => type === "bye")).toHaveLength(1);
  });
});

describe("saving trouble", () => {
  test("an unwritable folder: the game goes on in memory, says so, and saves when it can", async () => {
    const folder = join(await temporaryFolder(), "file");
    await writeFile(folder, "");
    const play = new Play(folder);
    await play.session.start({ seed: SALT_ROAD, askPlaceholders: false });
    await play.type("wait");
    expect(play.texts("error")).toEqual([expect.stringContaining("goes on in memory")]);
    expect(play.session.adventure.tree.nodes).toHaveLength(2);
    await rm(folder);
    await play.type("wait");
    expect(play.texts("info")).toEqual([expect.stringContaining("Saving works again")]);
    expect(await turnsOnDisk(play)).toBe(2);
  });

  test("leaving with unsaved turns is not called saved", async () => {
    const folder = join(await temporaryFolder(), "file");
    await writeFile(folder, "");
    const play = new Play(folder);
    await play.session.start({ seed: SALT_ROAD, askPlaceholders: false });
    await play.type("wait", "/quit");
    expect(play.bye).toContain("NOT");
  });

  test("another adventure is not loaded over turns that cannot be saved", async () => {
    const play = await Play.begin();
    await play.type("/save other");
    const file = play.saves.pathOf("the-salt-road");
    const obstacle = `${file}.tmp-${process.pid}`;
    await mkdir(obstacle);
    await play.type("wait", "/load other");
    expect(play.session.adventure.tree.nodes).toHaveLength(2);
    expect(play.texts("error").at(-1)).toContain("could not be saved");
    await rm(obstacle, { recursive: true });
    await play.type("/load other", "/load the-salt-road");
    expect(play.status?.turn).toBe(1);
  });

  test("two sessions on one save keep both stories", async () => {
    const play = await Play.begin();
    await play.type("/save");
    const other = new Play(play.saves.folder);
    await other.session.resume("the-salt-road");
    await other.type("wait", "wait");
    await play.type("run");
    expect(play.texts("info").at(-1)).toContain("the-salt-road-2");
    expect(await turnsOnDisk(play)).toBe(1);
    expect(await turnsOnDisk(other)).toBe(2);
  });

  test("a damaged save: the backup is played and the player told", async () => {
    const play = await Play.begin();
    await play.type("one", "two");
    await writeFile(join(play.saves.folder, "the-salt-road.json"), "{");
    const again = new Play(play.saves.folder);
    await again.session.resume("the-salt-road");
    expect(again.texts("info")).toEqual([expect.stringContaining("corrupt-1")]);
    expect(again.status?.turn).toBe(1);
  });
});

describe("commands", () => {
  test("/help lists every command", async () => {
    const play = await Play.begin();
    const [help] = await play.type("/help");
    for (const { usage } of COMMANDS) expect(help?.text).toContain(usage);
  });

  test("names and aliases are unique", () => {
    const names = COMMANDS.flatMap(({ name, aliases }) => [name, ...aliases]);
    expect(new Set(names).size).toBe(names.length);
  });

  test.each([
    ["/udno", "option.unknownCommand", "Did you mean /undo?"],
    ["/", "option.unknownCommand", "/help"],
    ["/xyzzy", "option.unknownCommand", "/help"],
    ["/undo 0", "option.outOfRange", "from 1"],
    ["/undo many", "option.outOfRange", "from 1"],
    ["/undo", "option.nothing", "beginning"],
    ["/redo", "option.nothing", "redo"],
    ["/retry", "option.nothing", "opening"],
    ["/edit", "option.nothing", "opening"],
    ["/other", "option.nothing", "once"],
    ["/forget 2", "option.outOfRange", "1 to 1"],
    ["/forget", "option.outOfRange", "1 to 1"],
    ["/notes nonsense", "option.missing", "Name: text"],
    ["/notes Nobody:", "option.unknown", "Nobody"],
    [`/remember ${"x".repeat(301)}`, "option.tooLong", "300"],
    [`/title ${"x".repeat(101)}`, "option.tooLong", "100"],
    ["/load nothing", "save.unknown", "nothing"],
    ["/load ../x", "save.name", "letters"],
    ["/save ../x", "save.name", "letters"],
    ["/save the salt road", "save.exists", "Choose another name"],
    ["/say", "option.missing", "/say"],
    ["/do /undo", "option.missing", "/do"],
  ])("%s is an error in words (%s)", async (line, _code, words) => {
    const play = await Play.begin();
    await play.type("/save");
    const before = play.session.adventure;
    const [block] = await play.type(line);
    expect(block).toMatchObject({ kind: "error", text: expect.stringContaining(words) });
    expect(play.session.adventure).toEqual(before);
    expect(play.request?.kind).toBe("action");
  });

  test("/undo, /redo, /retry and /other go through the tellings", async () => {
    const play = await Play.begin();
    await play.type("one", "two");
    const [, two] = play.texts("passage");
    await play.type("/retry");
    const [, twoAgain] = play.texts("passage");
    expect(twoAgain).not.toBe(two);
    expect(play.texts("action")).toEqual(["You one.", "You two."]);
    await play.type("/undo 2");
    expect(play.texts("passage")).toEqual([]);
    await play.type("/redo 2");
    expect(play.texts("passage").at(-1)).toBe(twoAgain);
    await play.type("/other");
    expect(play.texts("passage").at(-1)).toBe(two);
    expect(play.texts("info")).toEqual(["Telling 1 of 2."]);
    await play.type("/undo 9");
    expect(play.texts("info")).toEqual(["There were only 2 turns; this is the beginning."]);
    expect(play.session.adventure.tree.nodes).toHaveLength(4);
  });

  test("/retry keeps the old page when the narrator fails", async () => {
    const play = await Play.begin();
    await play.type("one");
    const before = play.page;
    play.narrator.failure = new AppError("model.broken", "No.");
    await play.type("/retry");
    expect(play.page).toEqual([...before, { kind: "error", text: "No." }]);
  });

  test("/edit rewrites the last passage and keeps the old one", async () => {
    const play = await Play.begin();
    await play.type("one");
    const [old] = play.texts("passage");
    await play.type("/edit");
    expect(play.request).toMatchObject({ kind: "question", initial: old });
    await play.type("New [text].\n\nSecond.");
    expect(play.texts("passage")).toEqual(["New (text).\n\nSecond."]);
    await play.type("/edit Third.");
    expect(play.texts("passage")).toEqual(["Third."]);
    await play.type("/other");
    expect(play.texts("passage")).toEqual([old]);
    await play.type("/edit", "");
    expect(play.request?.kind).toBe("action");
    expect(play.session.adventure.tree.nodes).toHaveLength(4);
  });

  test("/remember, /forget: facts reach the narrator and are inserted once", async () => {
    const play = await Play.begin();
    await play.type("/remember Vey is [dead]", "wait", "wait");
    const [first, second] = play.narrator.requests;
    expect(first?.remembered).toEqual(["the letter must not get wet", "Vey is (dead)"]);
    expect(first?.inserted).toEqual([{ name: "Remember", text: "Vey is (dead)" }]);
    expect(second?.inserted).toEqual([]);
    expect((await play.type("/remember"))[0]?.text).toBe("1. the letter must not get wet\n2. Vey is (dead)");
    await play.type("/forget 1", "wait");
    expect(play.narrator.requests.at(-1)?.remembered).toEqual(["Vey is (dead)"]);
  });

  test("/notes lists, adds, changes and takes away", async () => {
    const play = await Play.begin();
    await play.type("/notes Old Mill: it burnt down", "/notes vey: an admiral");
    const listed = (await play.type("/notes"))[0]!.text.split("\n").filter((line) => /^\S.*\(/.test(line));
    expect(listed).toEqual(["Vey (vey): an admiral", "Old Mill (Old Mill): it burnt down"]);
    await play.type("go to the old mill");
    expect(play.narrator.requests[0]?.inserted).toEqual([{ name: "Old Mill", text: "it burnt down" }]);
    await play.type("/notes Old Mill:");
    expect(play.session.adventure.notes).toHaveLength(1);
  });

  test("/save with a name keeps a copy, /load goes there, by name or number", async () => {
    const play = await Play.begin();
    await play.type("one", "/save Before the Bridge", "two", "/load before the bridge");
    expect(play.status?.turn).toBe(1);
    const list = await play.type("/load");
    expect(list[0]?.text).toMatch(/1\. The Salt Road \(.*\n.*2\. The Salt Road/);
    await play.type("7");
    expect(play.texts("error").at(-1)).toContain("not in the list");
    await play.type("the-salt-road");
    expect(play.status?.turn).toBe(2);
  });

  test("/title, /save, /look and /context answer", async () => {
    const play = await Play.begin();
    await play.type("one", "/title The [Other] Road");
    expect(play.status?.title).toBe("The (Other) Road");
    expect((await play.type("/save"))[0]?.text).toContain("the-salt-road.json");
    expect(await play.type("/look")).toEqual([
      { kind: "passage", text: play.session.adventure.tree.nodes[1]?.passage },
    ]);
    expect((await play.type("/context"))[0]?.text).toMatch(
      /42 {2}turns \(included: recent\).*\n.*42 {2}tokens in all/,
    );
  });
});

describe("beginning", () => {
  test("placeholders are asked; a bad answer is asked again, an empty one is the default", async () => {
    const play = new Play(await temporaryFolder());
    await play.session.start({ seed: SALT_ROAD, askPlaceholders: true });
    expect(play.request).toMatchObject({ kind: "question", label: "What is your name? [Mira]" });
    await play.type("x".repeat(201));
    expect(play.request).toMatchObject({ kind: "question", label: "What is your name? [Mira]" });
    await play.type("/Jo");
    expect(play.texts("opening")).toEqual(["You are /Jo.\n\nIt is past midnight."]);
    const second = new Play(await temporaryFolder());
    await second.session.start({ seed: SALT_ROAD, askPlaceholders: true });
    await second.type("");
    expect(second.texts("opening")[0]).toContain("You are Mira.");
  });

  test("given answers are not asked", async () => {
    const play = new Play(await temporaryFolder());
    await play.session.start({ seed: SALT_ROAD, answers: { name: "Jo" }, askPlaceholders: true });
    expect(play.texts("opening")[0]).toContain("You are Jo.");
  });

  test("/quit works in a question before anything has begun", async () => {
    const play = new Play(await temporaryFolder());
    await play.session.start({ seed: SALT_ROAD, askPlaceholders: true });
    await play.type("/quit");
    expect(play.bye).toBe("Goodbye.");
  });

  test("the menu lists saves and stories and begins either", async () => {
    const first = await Play.begin();
    await first.type("one");
    await writeFile(join(first.saves.folder, "bad.json"), "{");
    const stories = [{ kind: "story", id: SALT_ROAD.id, path: "x.md", seed: SALT_ROAD } as const];
    const open = async (...answers: string[]) => {
      const play = new Play(first.saves.folder);
      await play.session.openMenu(stories);
      await play.type(...answers);
      return play;
    };
    const play = await open("nothing like it");
    expect(play.texts("info")[0]).toMatch(
      /Continue:\n {2}1\. The Salt Road \(the-salt-road, 1 turn, 2026-01-01\)\n {5}bad: .*damaged[\s\S]*Begin:\n {2}2\. The Salt Road - fantasy/,
    );
    expect(play.request?.label).toBe("Number or name? [1]");
    expect((await open("1")).status?.turn).toBe(1);
    expect((await open("2", "Jo")).texts("opening")[0]).toContain("You are Jo.");
    await expect(new Play(await temporaryFolder()).session.openMenu([])).rejects.toMatchObject({
      code: "story.unknown",
    });
  });

  test.each([
    ["nothing", "save.unknown"],
    ["../x", "save.name"],
  ])("resuming %j is %s", async (slug, code) => {
    await expect(new Play(await temporaryFolder()).session.resume(slug)).rejects.toMatchObject({ code });
  });
});

const LIGHTHOUSE = `# title: The Lighthouse
The sea is loud.
* [Go up] -> top
* [Say nothing] Silence.
  -> END
* [Break it] {broken()}
  -> END
=== top
The lamp is cold.
+ [Wait] You wait.
  -> top
=== function broken()
~ return broken()
`;

describe("ink", () => {
  const seed = parseInkStory(LIGHTHOUSE, "/nowhere/lighthouse.ink", "lighthouse.ink", "lighthouse");

  test("choices by number and by words, free play in between, choices again afterwards", async () => {
    const play = await Play.begin(seed);
    expect(play.texts("opening", "choices")).toEqual([
      "The sea is loud.",
      "1. Go up\n2. Say nothing\n3. Break it",
    ]);
    await play.type("dance");
    expect(play.texts("choices").at(-1)).toBe("1. Go up\n2. Say nothing\n3. Break it");
    await play.type("1");
    expect(play.texts("action").at(-1)).toBe("You go up.");
    expect(play.texts("passage").at(-1)).toBe("The lamp is cold.");
    await play.type("WAIT.");
    expect(play.texts("passage").at(-1)).toBe("You wait.\n\nThe lamp is cold.");
    await play.type("2");
    expect(play.texts("error").at(-1)).toContain("no choice 2");
    await play.type("/retry");
    expect(play.texts("error").at(-1)).toContain("author");
    expect(play.narrator.requests).toHaveLength(1);
  });

  test("undo and reload bring the old choices back", async () => {
    const play = await Play.begin(seed);
    await play.type("1", "/undo");
    expect(play.texts("choices")).toEqual(["1. Go up\n2. Say nothing\n3. Break it"]);
    await play.type("/redo");
    expect(play.texts("choices")).toEqual(["1. Wait"]);
    const again = new Play(play.saves.folder);
    await again.session.resume("the-lighthouse");
    await again.type("1");
    expect(again.texts("passage").at(-1)).toContain("You wait.");
  });

  test("the end is shown, and free play goes on", async () => {
    const play = await Play.begin(seed);
    await play.type("say nothing");
    expect(play.texts("ending")).toEqual(["The End"]);
    await play.type("walk home");
    expect(play.texts("ending")).toEqual(["The End"]);
    expect(play.texts("passage").at(-1)).toContain("Turn 2");
  });

  test("a mistake in the ink story is told, and the turn taken back", async () => {
    const play = await Play.begin(seed);
    await play.type("3");
    expect(play.texts("error")).toEqual([expect.stringContaining("goes in circles")]);
    expect(play.request).toMatchObject({ initial: "3" });
    await play.type("1");
    expect(play.texts("passage")).toEqual(["The lamp is cold."]);
  });
});

test("control characters of stories, players, models and saves never reach a front end", async () => {
  const evil = "\u001b[2J\u0007\u009b31m\u202e";
  const play = new Play(await temporaryFolder());
  const story = {
    ...SALT_ROAD,
    title: `T${evil}`,
    opening: `O${evil}`,
    remember: [`R${evil}`],
    notes: [{ name: `N${evil}`, keys: ["x"], text: `X${evil}`, always: true }],
    placeholders: [{ key: "name", ask: `A${evil}?`, default: `D${evil}` }],
  };
  play.narrator.tell = () => [`P${evil}.`, " Q."];
  await play.session.start({ seed: story, askPlaceholders: true });
  await play.type(
    `J${evil}`,
    `go${evil}`,
    `/remember f${evil}`,
    "/remember",
    "/notes",
    `/x${evil}`,
    "/look",
    "/context",
  );
  await play.type(
    `/title t${evil}`,
    "/edit",
    `E${evil}`,
    "/undo",
    "/redo",
    "/save copy",
    "/load",
    `${evil}`,
    `?!${evil}`,
    "/quit",
  );
  expect(collectText(play.updates)).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
  const file = JSON.parse(await readFile(play.saves.pathOf(play.session.slug ?? ""), "utf8")) as {
    tree: unknown;
  };
  expect(collectText(file.tree)).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
});

function collectText(value: unknown): string {
  if (typeof value === "string") return value;
  if (typeof value !== "object" || value === null) return "";
  return (Object.values(value) as (UiUpdate | unknown)[]).map(collectText).join("\n");
}

async function turnsOnDisk(play: Play): Promise<number> {
  const slug = play.session.slug ?? "none";
  return (await new SaveStore(play.saves.folder).load(slug)).adventure.tree.nodes.length - 1;
}
