/** Models by name and by path. */
import { mkdir, rm, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import {
  DEFAULT_MODEL,
  findModel,
  listModels,
  userModelFolder,
  userModelsFolder,
} from "../../src/model/catalog.ts";
import { importModel } from "../../src/model/import.ts";
import { verifyModel } from "../../src/model/model-folder.ts";
import { EMBER } from "./fixed-files.ts";
import { codeOf, temporaryFolder } from "./helpers.ts";
import { writeTinyGpt2 } from "./tiny-gpt2.ts";

const root = temporaryFolder();
const home = process.env.BRASSLAMP_HOME;
const userModels = join(root, "home", "models");

beforeAll(async () => {
  process.env.BRASSLAMP_HOME = join(root, "home");
  await importModel(await writeTinyGpt2(join(root, "source")), join(userModels, "tiny-one"));
});
afterAll(() => {
  if (home === undefined) delete process.env.BRASSLAMP_HOME;
  else process.env.BRASSLAMP_HOME = home;
});
beforeEach(() => rm(join(userModels, "broken"), { recursive: true, force: true }));

describe("findModel", () => {
  it("finds the built-in narrator, a player's model, and a path", async () => {
    expect(await findModel(DEFAULT_MODEL)).toBe(EMBER);
    expect(await findModel("tiny-one")).toBe(join(userModels, "tiny-one"));
    expect(await findModel(join(userModels, "tiny-one"))).toBe(join(userModels, "tiny-one"));
  });

  it("suggests the nearest name", async () => {
    const error = await findModel("tiny-on").catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      code: "model.unknown",
      hint: expect.stringContaining("Did you mean tiny-one?"),
    });
    const far = await findModel("something-else").catch((thrown: unknown) => thrown);
    expect(far).toMatchObject({ hint: expect.stringMatching(/^Known models: ember, tiny-one\.$/) });
  });

  it.each(["..", "../models/ember", "./nowhere", "/nowhere"])(
    "says that %s is no model's folder",
    async (path) => {
      expect(await codeOf(findModel(path))).toBe("model.missing");
    },
  );

  it.each(["", "Ember ", "a b", "con\u0000fig", "x".repeat(65)])("knows no model called %j", async (name) => {
    expect(await codeOf(findModel(name))).toBe("model.unknown");
  });
});

describe("listModels", () => {
  it("lists both places and the problem of a broken model", async () => {
    await mkdir(join(userModels, "broken"), { recursive: true });
    await writeFile(join(userModels, "broken", "config.json"), "{}");
    await mkdir(join(userModels, ".hidden-import"), { recursive: true });
    await writeFile(join(userModels, ".hidden-import", "config.json"), "{}");
    const models = await listModels();
    expect(models.map(({ name, builtIn }) => [name, builtIn])).toEqual([
      ["broken", false],
      ["ember", true],
      ["tiny-one", false],
    ]);
    expect(models[0]!.problem).toContain("not been imported");
    expect(models[2]!.info).toMatchObject({ name: "tiny-one", layers: 2 });
  });

  it("lets a player's model hide a built-in one", async () => {
    const own = join(userModels, "ember");
    await importModel(join(root, "source"), own);
    expect(await findModel("ember")).toBe(own);
    const ember = (await listModels()).find(({ name }) => name === "ember");
    expect(ember).toMatchObject({ builtIn: false, info: { layers: 2 } });
    await rm(own, { recursive: true });
  });
});

describe("the player's folder", () => {
  const cases: readonly (readonly [NodeJS.Platform, NodeJS.ProcessEnv, string])[] = [
    ["linux", { BRASSLAMP_HOME: "/b", XDG_DATA_HOME: "/x" }, join("/b", "models")],
    ["linux", { XDG_DATA_HOME: "/x" }, join("/x", "brasslamp", "models")],
    ["linux", { XDG_DATA_HOME: "relative" }, join(homedir(), ".local/share/brasslamp/models")],
    ["linux", {}, join(homedir(), ".local/share/brasslamp/models")],
    ["darwin", {}, join(homedir(), "Library/Application Support/brasslamp/models")],
    ["win32", { LOCALAPPDATA: "/local" }, join("/local", "brasslamp", "models")],
  ];
  it.each(cases)("on %s with %j is %s", (platform, env, folder) => {
    expect(userModelsFolder(env, platform)).toBe(folder);
  });

  it.each(["../x", "a/b", "", "A", "-a", "a..b", "a\\b"])("has no place for %j", (name) => {
    expect(() => userModelFolder(name)).toThrow(expect.objectContaining({ code: "model.badName" }));
  });

  it("has a place for a slug", () => {
    expect(userModelFolder("gpt2-1.5b")).toBe(join(userModels, "gpt2-1.5b"));
  });
});

it("ships a narrator whose files are whole", async () => {
  await verifyModel(EMBER);
});
