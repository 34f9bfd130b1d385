/** Saves on disk: nothing is lost by damage, other programs, full disks or a kill at any moment. */
import { spawn } from "node:child_process";
import { chmod, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Adventure, createAdventure } from "../../src/game/adventure.ts";
import { SaveStore } from "../../src/game/saves/save-store.ts";
import { parseSave } from "../../src/game/saves/schema.ts";
import { deriveSlug, isSlug, parseSaveName } from "../../src/game/saves/slug.ts";
import { growTree } from "../../src/game/story-tree.ts";
import { AppError } from "../../src/shared/errors.ts";
import { SALT_ROAD, temporaryFolder } from "./helpers/play.ts";

const NOW = new Date(Date.UTC(2026, 0, 1));

function adventure(turns = 0, title = "The Salt Road"): Adventure {
  const model = { name: "m", sha256: "0", positions: 1024 };
  let result: Adventure = { ...createAdventure({ story: SALT_ROAD, seed: 1, now: NOW, model }), title };
  for (let count = 1; count <= turns; count++) result = withTurn(result, `Passage ${count}.`);
  return result;
}

function withTurn(base: Adventure, passage: string): Adventure {
  const turn = {
    action: { kind: "do", text: "You go." },
    typed: "go",
    inserted: [],
    passage,
    ended: false,
    seed: 3,
  } as const;
  return { ...base, tree: growTree(base.tree, { ...turn, at: NOW.toISOString() }) };
}

async function open(): Promise<{ folder: string; store: SaveStore }> {
  const folder = await temporaryFolder();
  return { folder, store: new SaveStore(folder) };
}

describe("slugs", () => {
  test.each([
    ["The Salt Road", "the-salt-road"],
    ["  M\u00e4rchen & Zauber's!  ", "marchen-zaubers"],
    ["CON", "save-con"],
    ["com7", "save-com7"],
    ["\u6d77", "adventure"],
    ["", "adventure"],
    ["../../etc/passwd", "etc-passwd"],
    ["x".repeat(300), "x".repeat(50)],
  ])("%j -> %j", (title, slug) => {
    expect(deriveSlug(title)).toBe(slug);
    expect(isSlug(slug)).toBe(true);
  });

  test.each(["../x", "a/b", "a\\b", "..", ".", "C:x", "", "   ", "\u6d77", "a\0b"])(
    "%j is no save name",
    (name) => {
      expect(() => parseSaveName(name)).toThrow(expect.objectContaining({ code: "save.name" }));
    },
  );

  test("a slug made from any title is a slug", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (title) => {
        expect(isSlug(deriveSlug(title))).toBe(true);
      }),
      { seed: 7 },
    );
  });

  test.each(["../x", "X", "nul", "a.b", "", "a".repeat(61)])("the store has no path for %j", async (slug) => {
    const { store } = await open();
    expect(() => store.pathOf(slug)).toThrow(expect.objectContaining({ code: "save.name" }));
  });
});

describe("the store", () => {
  test("what was written is what is loaded, and fresh slugs are numbered", async () => {
    const { store, folder } = await open();
    const first = adventure(3);
    expect(await store.create(first)).toBe("the-salt-road");
    expect(await store.create(first)).toBe("the-salt-road-2");
    expect(await new SaveStore(folder).load("the-salt-road")).toEqual({
      slug: "the-salt-road",
      adventure: first,
    });
    expect((await readdir(folder)).sort()).toEqual(["the-salt-road-2.json", "the-salt-road.json"]);
  });

  test("each write keeps the one before as backup", async () => {
    const { store, folder } = await open();
    const slug = await store.create(adventure(0));
    for (let turns = 1; turns <= 3; turns++) expect(await store.write(slug, adventure(turns))).toBe(slug);
    const read = async (name: string) => parseSave(await readFile(join(folder, name), "utf8"), name);
    expect(await read("the-salt-road.json")).toMatchObject({ turns: 3, revision: 4 });
    expect(await read("the-salt-road.json.bak")).toMatchObject({ turns: 2, revision: 3 });
  });

  test("lists the newest first, broken ones last with their problem", async () => {
    const { store, folder } = await open();
    expect(await store.list()).toEqual([]);
    await store.create({ ...adventure(1), updatedAt: "2026-01-01T00:00:00.000Z" });
    await store.create({ ...adventure(2, "Later"), updatedAt: "2026-02-01T00:00:00.000Z" });
    await writeFile(join(folder, "bad.json"), "{");
    await writeFile(join(folder, "Not a slug.json"), "{}");
    const entries = await store.list();
    expect(entries.map(({ slug, kind }) => [slug, kind])).toEqual([
      ["later", "save"],
      ["the-salt-road", "save"],
      ["bad", "broken"],
    ]);
    expect(entries[0]).toMatchObject({ title: "Later", turns: 2 });
    expect(entries[2]).toMatchObject({ problem: { code: "save.corrupt" } });
  });

  test("finds by slug or title, and says what was meant otherwise", async () => {
    const { store } = await open();
    await store.create(adventure(0));
    expect(await store.find("The Salt Road")).toBe("the-salt-road");
    await expect(store.find("the salt raod")).rejects.toMatchObject({
      code: "save.unknown",
      hint: expect.stringContaining("the-salt-road"),
    });
    await expect(store.find("../x")).rejects.toMatchObject({ code: "save.name" });
  });

  test("a named copy is refused when the name is taken", async () => {
    const { store } = await open();
    expect(await store.createNamed("Before the Bridge", adventure(1))).toBe("before-the-bridge");
    await expect(store.createNamed("before the bridge", adventure(1))).rejects.toMatchObject({
      code: "save.exists",
    });
    await expect(store.createNamed("../x", adventure(1))).rejects.toMatchObject({ code: "save.name" });
  });

  test("two programs on one save: the second goes on under a fresh slug, both keep all turns", async () => {
    const { store, folder } = await open();
    const slug = await store.create(adventure(1));
    const other = new SaveStore(folder);
    await other.load(slug);
    expect(await other.write(slug, adventure(5))).toBe(slug);
    expect(await store.write(slug, adventure(2))).toBe("the-salt-road-2");
    expect(await store.write("the-salt-road-2", adventure(3))).toBe("the-salt-road-2");
    expect((await new SaveStore(folder).load(slug)).adventure.tree.nodes).toHaveLength(6);
    expect((await new SaveStore(folder).load("the-salt-road-2")).adventure.tree.nodes).toHaveLength(4);
  });

  test("a file that was deleted is written again; one that was damaged meanwhile is not overwritten", async () => {
    const { store, folder } = await open();
    const slug = await store.create(adventure(1));
    await rm(join(folder, "the-salt-road.json"));
    expect(await store.write(slug, adventure(2))).toBe(slug);
    await writeFile(join(folder, "the-salt-road.json"), "damaged");
    expect(await store.write(slug, adventure(3))).toBe("the-salt-road-2");
    expect(await readFile(join(folder, "the-salt-road.json"), "utf8")).toBe("damaged");
  });

  test("a folder that cannot be one is save.unwritable", async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, "file"), "");
    await expect(new SaveStore(join(folder, "file", "saves")).create(adventure(0))).rejects.toMatchObject({
      code: "save.unwritable",
    });
  });

  test.skipIf(process.getuid?.() === 0)(
    "a folder without permission is save.unwritable (not as root)",
    async () => {
      const { store, folder } = await open();
      await chmod(folder, 0o500);
      await expect(store.create(adventure(0))).rejects.toMatchObject({ code: "save.unwritable" });
      await chmod(folder, 0o700);
    },
  );

  test("a failed write changes nothing and the next one works", async () => {
    const { store, folder } = await open();
    const slug = await store.create(adventure(1));
    // a folder where the temporary file should be: the write must fail before it touches the save
    const obstacle = join(folder, `${slug}.json.tmp-${process.pid}`);
    await mkdir(obstacle);
    await expect(store.write(slug, adventure(2))).rejects.toMatchObject({ code: "save.write" });
    expect((await new SaveStore(folder).load(slug)).adventure.tree.nodes).toHaveLength(2);
    await rm(obstacle, { recursive: true });
    expect(await store.write(slug, adventure(2))).toBe(slug);
  });

  test("temporary files of programs that are gone are swept, those of running ones stay", async () => {
    const { store, folder } = await open();
    const slug = await store.create(adventure(1));
    await writeFile(join(folder, "x.json.tmp-999999999"), "");
    await writeFile(join(folder, `x.json.tmp-${process.pid}`), "");
    await store.load(slug);
    expect((await readdir(folder)).sort()).toEqual(["the-salt-road.json", `x.json.tmp-${process.pid}`]);
  });
});

describe("damage", () => {
  /** A save with a good backup, its text to be spoilt. */
  async function damaged(spoil: (text: string) => string): Promise<{ folder: string; text: string }> {
    const { store, folder } = await open();
    const slug = await store.create(adventure(1));
    await store.write(slug, adventure(2));
    const file = join(folder, "the-salt-road.json");
    const text = spoil(await readFile(file, "utf8"));
    await writeFile(file, text);
    return { folder, text };
  }

  const json = (change: (save: Record<string, unknown>) => void) => (text: string) => {
    const save = JSON.parse(text) as Record<string, unknown>;
    change(save);
    return JSON.stringify(save);
  };

  const SPOILT: [string, (text: string) => string][] = [
    ["empty", () => ""],
    ["cut short", (text) => text.slice(0, text.length / 2)],
    ["zeros", (text) => "\0".repeat(text.length)],
    ["another kind", json((save) => Object.assign(save, { kind: "other" }))],
    ["version 0", json((save) => Object.assign(save, { version: 0 }))],
    ["no tree", json((save) => Reflect.deleteProperty(save, "tree"))],
    ["unknown field", json((save) => Object.assign(save, { extra: 1 }))],
    ["array", () => "[]"],
    ["null", () => "null"],
    ["deep", () => `${"[".repeat(100_000)}${"]".repeat(100_000)}`],
    ["__proto__", (text) => text.replace('"seed":', '"__proto__": {"polluted": true},\n "seed":')],
    ["cycle", (text) => text.replace('"parent": 0', '"parent": 2')],
    ["time", (text) => text.replace(/"createdAt": "[^"]*"/, '"createdAt": "yesterday"')],
  ];

  test.each(SPOILT)(
    "%s: the backup is loaded, the damaged file kept aside, and play goes on",
    async (_name, spoil) => {
      const { folder, text } = await damaged(spoil);
      const store = new SaveStore(folder);
      const { adventure: loaded, notice } = await store.load("the-salt-road");
      expect(loaded).toEqual(adventure(1));
      expect(notice).toContain("the-salt-road.json.corrupt-1");
      expect(await readFile(join(folder, "the-salt-road.json.corrupt-1"), "utf8")).toBe(text);
      expect(await store.write("the-salt-road", adventure(2))).toBe("the-salt-road");
      expect((await new SaveStore(folder).load("the-salt-road")).adventure).toEqual(adventure(2));
      expect(({} as Record<string, unknown>).polluted).toBeUndefined();
    },
  );

  test.each(SPOILT)("%s with a bad backup: save.corrupt, and nothing is touched", async (_name, spoil) => {
    const { folder, text } = await damaged(spoil);
    await writeFile(join(folder, "the-salt-road.json.bak"), "bad too");
    await expect(new SaveStore(folder).load("the-salt-road")).rejects.toMatchObject({ code: "save.corrupt" });
    expect((await readdir(folder)).sort()).toEqual(["the-salt-road.json", "the-salt-road.json.bak"]);
    expect(await readFile(join(folder, "the-salt-road.json"), "utf8")).toBe(text);
  });

  test("a missing file with a backup is listed and loaded", async () => {
    const { folder } = await damaged((text) => text);
    await rm(join(folder, "the-salt-road.json"));
    const store = new SaveStore(folder);
    expect(await store.list()).toMatchObject([{ kind: "save", slug: "the-salt-road", turns: 1 }]);
    expect((await store.load("the-salt-road")).adventure).toEqual(adventure(1));
    expect(await store.create(adventure(0))).toBe("the-salt-road-2");
  });

  test("a newer version is refused, not replaced by the backup, and not touched", async () => {
    const { folder, text } = await damaged(json((save) => Object.assign(save, { version: 2, future: true })));
    await expect(new SaveStore(folder).load("the-salt-road")).rejects.toMatchObject({ code: "save.version" });
    expect(await readFile(join(folder, "the-salt-road.json"), "utf8")).toBe(text);
  });

  test("control characters in a save are gone when it is loaded", async () => {
    const { folder } = await damaged((text) => text.replaceAll("Passage 2.", "Pas\\u001b[31msage\\u0007 2."));
    const { adventure: loaded } = await new SaveStore(folder).load("the-salt-road");
    expect(loaded.tree.nodes[2]?.passage).toBe("Passage 2.");
  });

  test("fuzz: any change of the text loads or is an AppError", async () => {
    const { folder } = await damaged((text) => text);
    const good = await readFile(join(folder, "the-salt-road.json"), "utf8");
    const edit = fc.tuple(fc.nat(good.length), fc.nat(30), fc.oneof(fc.string({ maxLength: 20 }), fc.json()));
    fc.assert(
      fc.property(edit, ([at, cut, extra]) => {
        try {
          parseSave(good.slice(0, at) + extra + good.slice(at + cut), "x");
        } catch (error) {
          if (!(error instanceof AppError)) throw error;
          expect(["save.corrupt", "save.version"]).toContain(error.code);
        }
      }),
      { numRuns: 1000, seed: 8 },
    );
  });
});

test("kill -9 at any moment: every save loads, and at most the unfinished turn is lost", async () => {
  const folder = await temporaryFolder();
  const program = fileURLToPath(new URL("./helpers/save-loop.ts", import.meta.url));
  for (const delayMs of [0, 3, 7, 12, 20, 35]) {
    const done = await runAndKill(program, folder, delayMs);
    const store = new SaveStore(folder);
    const entries = await store.list();
    expect(entries.filter(({ kind }) => kind === "broken")).toEqual([]);
    const { adventure: loaded, notice } = await store.load(entries[0]!.slug);
    expect(notice).toBeUndefined();
    const turns = loaded.tree.nodes.length - 1;
    expect(turns).toBeGreaterThanOrEqual(done);
    expect(turns).toBeLessThanOrEqual(done + 1);
  }
});

/** Runs the save loop on the folder and kills it `delayMs` after a save it reported; gives the last reported turn. */
function runAndKill(program: string, folder: string, delayMs: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ["--import", "tsx", program, folder], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    let output = "";
    child.stdout.on("data", (chunk) => {
      output += String(chunk);
    });
    child.stdout.once("data", () => setTimeout(() => child.kill("SIGKILL"), 20 + delayMs));
    child.on("error", reject);
    child.on("close", () => {
      const last = output.split("\n").slice(0, -1).at(-1);
      if (last === undefined) reject(new Error("the save loop reported nothing"));
      else resolve(Number(last));
    });
  });
}
