/** Story files: what they become, every mistake with its code and place, and no input that does worse. */
import { mkdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { findStory, listStories, loadStory, titleOf } from "../../src/game/story/catalog.ts";
import { beginInk, chooseInk } from "../../src/game/story/ink.ts";
import { parseCompiledInk, parseInkStory } from "../../src/game/story/ink-story.ts";
import { parseMarkdownStory, toPlainText } from "../../src/game/story/markdown.ts";
import { StoryMistakes } from "../../src/game/story/problems.ts";
import { completeAnswers, fillPlaceholders, headerOf, type StorySeed } from "../../src/game/story/seed.ts";
import { AppError } from "../../src/shared/errors.ts";
import { temporaryFolder } from "./helpers/play.ts";

const GOOD = `---
title: The Salt Road
genre: fantasy, heist
tone: 1984
you: \${name}, a courier
licence: CC0
remember:
  - the letter must not get wet
notes:
  - name: Captain Vey
    text: commander; "honest" [really]
  - name: Harbor
    keys: [harbor, /dock(s|yard)/i]
    text: it smells
    always: true
placeholders:
  - key: name
    ask: What is your name?
    default: Mira
---
# The Salt Road

<!-- a note to
myself -->
You are **\${name}**, a *courier* in
the port\u2026

- - -

> It is _past_ midnight. See [the map](map.png).
`;

function caught(run: () => unknown): AppError {
  try {
    run();
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}

describe("Markdown stories", () => {
  test("a good file becomes a seed", () => {
    const seed = parseMarkdownStory(GOOD, "salt.md", "salt");
    expect(seed).toMatchObject({ id: "salt", title: "The Salt Road", tone: "1984", licence: "CC0" });
    expect(seed.notes).toEqual([
      { name: "Captain Vey", keys: ["Captain Vey"], text: 'commander; "honest" (really)', always: false },
      { name: "Harbor", keys: ["harbor", "/dock(s|yard)/i"], text: "it smells", always: true },
    ]);
    expect(seed.opening).toBe(
      `You are \${name}, a courier in the port...\n\nIt is past midnight. See the map.`,
    );
  });

  test("placeholders: defaults, answers, no second expansion, strangers refused", () => {
    const seed = parseMarkdownStory(GOOD, "salt.md", "salt");
    expect(fillPlaceholders(seed, completeAnswers(seed)).you).toBe("Mira, a courier");
    const odd = completeAnswers(seed, { name: ` [\${name}] \u001b[31mJo\n` });
    expect(fillPlaceholders(seed, odd).opening).toContain(`You are (\${name}) Jo, a courier`);
    expect(headerOf(fillPlaceholders(seed, odd)).map(({ name }) => name)).toEqual([
      "Title",
      "Genre",
      "Tone",
      "You",
    ]);
    expect(caught(() => completeAnswers(seed, { nam: "x" })).code).toBe("option.answer");
    expect(caught(() => completeAnswers(seed, { name: "x".repeat(201) })).code).toBe("option.answer");
  });

  const front = (fields: string, body = "Once.") => `---\ntitle: T\n${fields}\n---\n${body}\n`;

  test.each<[string, string, readonly string[]]>([
    ["no front matter", "Once.", ["x.md:1:1", "front matter"]],
    ["no end of it", "---\ntitle: T\nOnce.", ["x.md:1:1"]],
    ["empty file", "", ["x.md:1:1"]],
    ["no title", "---\ngenre: x\n---\nOnce.", ["title", "missing"]],
    ["empty title", "---\ntitle: ''\n---\nOnce.", ["x.md:2:8 title: must not be empty"]],
    ["no opening", front("genre: x", "# Only a heading"), ["opening is missing"]],
    ["unknown field", front("gener: x"), ['x.md:3:1 unknown field "gener"; did you mean "genre"?']],
    [
      "unknown field in a note",
      front("notes:\n  - name: V\n    text: t\n    kyes: [a]"),
      ["x.md:6:5", '"keys"'],
    ],
    ["wrong type", front("notes: hello"), ["x.md:3:8 notes: a list is expected"]],
    ["note without text", front("notes:\n  - name: V"), ["x.md:4:5 notes 1 text: is missing"]],
    ["always is no flag", front("notes:\n  - {name: V, text: t, always: yes}"), ["x.md:4:", "true or false"]],
    ["bad regex", front("notes:\n  - name: V\n    text: t\n    keys: [a, '/(/']"), ["x.md:6:15"]],
    ["slow regex", front("notes:\n  - name: V\n    text: t\n    keys: ['/(a+)+/']"), ["x.md:6:12"]],
    [
      "undefined placeholder in the opening",
      front("genre: x", `Once.\nYou are \${nme}.`),
      ["x.md:6:9", '"nme"'],
    ],
    ["undefined placeholder in a field", front(`you: \${who}`), ["x.md:3:6"]],
    ["open placeholder", front("genre: x", `You are \${name.`), ["x.md:5:9"]],
    [
      "placeholder twice",
      front("placeholders:\n  - &a {key: n, ask: a, default: d}\n  - {key: n, ask: a, default: d}"),
      ["twice"],
    ],
    ["alias", front("genre: &a x\ntone: *a"), ["x.md:2:1"]],
    ["YAML that does not parse", front("genre: [a"), ["x.md:"]],
    ["duplicate field", front("genre: x\ngenre: y"), ["x.md:4:1"]],
    ["__proto__", front("__proto__: x"), ['unknown field "__proto__"']],
    ["ban is no list", front("ban: hello"), ["x.md:3:6 ban: a list is expected"]],
    ["ban without a word", front("ban: [a, '...']"), ["x.md:3:10 ban 2: there is no word in it"]],
    ["long ban", front(`ban: [${"x".repeat(61)}]`), ["at most 60 characters"]],
    ["placeholder in a ban", front(`ban: ["a \${who}"]`), ["x.md:3:7", '"who"']],
    ["bias is no map", front("bias: [salt]"), ["x.md:3:7 bias: words with numbers are expected"]],
    ["bias out of range", front("bias: {salt: 2.5}"), ["bias salt: a number from -2 to 2 is expected"]],
    ["bias is no number", front("bias: {salt: much}"), ["bias salt: a number from -2 to 2 is expected"]],
    ["bias of a phrase", front("bias: {a salt: 1}"), ["x.md:3:7 bias: each name must be one word"]],
    ["too much front matter", front(`genre: ${"x".repeat(70_000)}`), ["65536"]],
  ])("%s is story.syntax with its place", (_name, source, parts) => {
    const error = caught(() => parseMarkdownStory(source, "x.md", "x"));
    expect(error.code).toBe("story.syntax");
    for (const part of parts) expect(error.message).toContain(part);
  });

  test("phrases that are never told and words told more or less often are read", () => {
    const seed = parseMarkdownStory(
      front('ban: ["a  shiver", sigh]\nbias: {Salt: 1.5, red: -2}'),
      "x.md",
      "x",
    );
    expect(seed).toMatchObject({ ban: ["a shiver", "sigh"], bias: { Salt: 1.5, red: -2 } });
    expect(parseMarkdownStory(front("genre: x"), "x.md", "x")).not.toHaveProperty("ban");
  });

  test.each<[string, readonly string[]]>([
    ["[!dream wolf, deer]", ["!dream wolf", "deer"]],
    ["[wolf, !dream]", ["wolf", "!dream"]],
    ["[&a b, wolf & &c]", ["&a b", "wolf & &c"]],
    ["[!x & y, z]", ["!x & y", "z"]],
    ["[wolf & !dream, !a & !b c]", ["wolf & !dream", "!a & !b c"]],
    ["[! a, !\u00e9lan, !don't, !/a b/i]", ["! a", "!\u00e9lan", "!don't", "!/a b/i"]],
    [`['!a', "!b"]`, ["!a", "!b"]],
    ["\n      - !x & y # why\n      - !dream", ["!x & y", "!dream"]],
  ])("keys that begin with ! need no quotes: %s", (keys, want) => {
    const fields = `notes:\n  - name: Wolf\n    keys: ${keys}\n    text: !gray`;
    const [note] = parseMarkdownStory(front(fields), "x.md", "x").notes;
    expect(note).toMatchObject({ keys: want, text: "!gray" });
  });

  test("brackets in a key stay what they are in a regex", () => {
    const fields = "notes:\n  - name: Wolf\n    keys: ['/wol[fv]es?/', 'a [b]']\n    text: '[gray]'";
    expect(parseMarkdownStory(front(fields), "x.md", "x").notes[0]).toMatchObject({
      keys: ["/wol[fv]es?/", "a [b]"],
      text: "(gray)",
    });
    const [note] = ink("# note: The [Wolf] | /wol[fv]es?/, deer | [gray]\nHi\n-> END\n").notes;
    expect(note).toMatchObject({ name: "The (Wolf)", keys: ["/wol[fv]es?/", "deer"], text: "(gray)" });
  });

  test.each([
    ["genre: !x {a: b}", "x.md:3:8"],
    ["genre: !x |\n  text", "x.md:3:8"],
  ])("a ! where YAML would read a tag after all is a mistake: %j", (fields, place) => {
    const { message } = caught(() => parseMarkdownStory(front(fields), "x.md", "x"));
    expect(message).toContain(`${place} text that begins with "!" needs quotes here`);
  });

  test("a mistake behind an unquoted ! has its place", () => {
    const fields = "notes:\n  - name: V\n    text: t\n    keys: [!dream wolf, '/(/']";
    expect(caught(() => parseMarkdownStory(front(fields), "x.md", "x")).message).toContain(
      "x.md:6:25 notes 1 keys 2:",
    );
  });

  test("mistakes in fields, keys and placeholders do not hide each other", () => {
    const fields = `gener: x\nyou: \${who}\nnotes:\n  - {name: V, text: t, keys: ['...']}`;
    const { message } = caught(() => parseMarkdownStory(front(fields, `\${me}`), "x.md", "x"));
    for (const part of ["x.md:3:1 unknown", 'x.md:4:6 placeholder "who"', "x.md:6:", "x.md:8:1"])
      expect(message).toContain(part);
    expect(message).toContain("4 mistakes");
  });

  test("the message shows the first mistakes, the error holds all", () => {
    const fields = Array.from({ length: 30 }, (_, i) => `x${i}: y`).join("\n");
    const error = caught(() => parseMarkdownStory(front(fields), "x.md", "x"));
    expect(error.message).toContain("... and 10 more");
    expect(error).toBeInstanceOf(StoryMistakes);
    expect((error as StoryMistakes).mistakes).toHaveLength(30);
  });

  test("all mistakes of a file are shown together, by line", () => {
    const source = front("gener: x\ntoen: y", "");
    const { message } = caught(() => parseMarkdownStory(source, "x.md", "x"));
    expect(message).toContain("3 mistakes");
    expect(message.indexOf("x.md:3:1")).toBeLessThan(message.indexOf("x.md:4:1"));
  });

  test.each([
    ["snake_case stays, _this_ goes", "snake_case stays, this goes"],
    ["2 * 3 * 4", "2 * 3 * 4"],
    ["***both*** and `code`", "both and code"],
    ["# a\n#b\n\n***\n\ntext", "#b\n\ntext"],
    ["a ![pic](x.png) b", "a b"],
    ["THE<!-- x --> END", "THE END"],
    ["<!-- open\nfor ever", ""],
  ])("plain text of %j", (markdown, want) => {
    expect(toPlainText(markdown)).toBe(want);
  });
});

const INK = `# title: The Lighthouse
# genre: mystery
# remember: the lamp is out
# note: Keeper | keeper, old man | he lies | a lot
The sea is loud.
* [Go up] You climb. -> top
* Knock
  A voice answers.
  -> END
=== top
The lamp is cold. {~a|b|c|d}
-> END
`;

function ink(source: string): StorySeed {
  return parseInkStory(source, "/nowhere/x.ink", "x.ink", "x");
}

function compiledOf({ source }: StorySeed): string {
  if (source.kind !== "ink") throw new Error("no ink");
  return source.compiled;
}

describe("ink stories", () => {
  test("tags become the seed, compiled JSON gives the same seed", () => {
    const seed = ink(INK);
    expect(seed).toMatchObject({ title: "The Lighthouse", genre: "mystery", remember: ["the lamp is out"] });
    expect(seed.notes).toEqual([
      {
        name: "Keeper",
        keys: ["keeper", "old man"],
        text: "he lies | a lot",
        always: false,
      },
    ]);
    expect(parseCompiledInk(`\ufeff${compiledOf(seed)}`, "x.ink.json", "x")).toEqual(seed);
  });

  test("plays step by step from saved states, repeatably", () => {
    const compiled = compiledOf(ink(INK));
    const begin = beginInk(compiled, 5);
    expect(begin.text).toBe("The sea is loud.");
    expect(begin.moment).toMatchObject({ choices: ["Go up", "Knock"], ended: false });
    const up = chooseInk(compiled, begin.moment, 0);
    expect(up.text).toMatch(/^You climb\. The lamp is cold\. [abcd]$/);
    expect(up.moment).toMatchObject({ choices: [], ended: true });
    expect(chooseInk(compiled, beginInk(compiled, 5).moment, 0)).toEqual(up);
    // the line that repeats the choice is not told twice
    expect(chooseInk(compiled, begin.moment, 1).text).toBe("A voice answers.");
    const tellings = new Set(
      [1, 2, 3, 4, 5, 6, 7, 8].map((seed) => chooseInk(compiled, beginInk(compiled, seed).moment, 0).text),
    );
    expect(tellings.size).toBeGreaterThan(1);
  });

  test.each<[string, string, readonly string[]]>([
    ["unknown divert", "# title: T\nHello\n-> nowhere\n", ["x.ink:3", "nowhere"]],
    ["open brace", "Hello\n{ foo\n", ["x.ink:2"]],
    ["two mistakes", "-> a\n-> b\n", ["x.ink:1", "x.ink:2", "2 mistakes"]],
    ["missing include", "Hello\nINCLUDE no.ink\n", ["x.ink:2", "no such file"]],
    ["include outside", "INCLUDE ../secret.ink\n", ["x.ink:1", "may not leave"]],
    ["include absolute", "INCLUDE /etc/passwd\n", ["x.ink:1", "relative"]],
    ["include on a drive", "INCLUDE C:\\x.ink\n", ["x.ink:1", "relative"]],
    ["note without text", "# title: T\n# note: Vey\nHi\n-> END\n", ["x.ink:2", "Name | key"]],
    ["note with a bad key", "# note: Vey | /(a+)+/ | text\nHi\n-> END\n", ["x.ink:1"]],
    ["nearly a tag", "# titel: T\nHi\n-> END\n", ['x.ink:1 unknown tag "titel"; did you mean "title"?']],
    ["title twice", "# title: A\n# title: B\nHi\n-> END\n", ["twice"]],
  ])("%s is story.syntax with its place", (_name, source, parts) => {
    const error = caught(() => ink(source));
    expect(error.code).toBe("story.syntax");
    for (const part of parts) expect(error.message).toContain(part);
  });

  test.each([
    ["a silent circle", "-> a\n=== a\n-> b\n=== b\n-> a\n"],
    ["a telling circle", "-> a\n=== a\nHi there.\n-> a\n"],
    ["a function that calls itself", "{f(1)}\n=== function f(x)\n~ return f(x)\n"],
    ["a function nobody bound", "EXTERNAL g(x)\n{g(1)}\n-> END\n"],
    ["growing text", 'VAR s = "x"\n-> a\n=== a\n~ s = s + s\n{s}\n-> a\n'],
  ])("%s ends as story.runtime, soon", (_name, source) => {
    const compiled = compiledOf(ink(source));
    const begin = performance.now();
    expect(caught(() => beginInk(compiled, 0)).code).toBe("story.runtime");
    expect(performance.now() - begin).toBeLessThan(5000);
  });

  test("a global variable that never comes to an end is refused when compiled ink is loaded", () => {
    const compiled = JSON.parse(compiledOf(ink("VAR x = 1\nHi\n-> END\n"))) as { root: unknown[] };
    const named = compiled.root.at(-1) as Record<string, unknown>;
    named["global decl"] = ["ev", "/ev", { "->": "global decl" }, null];
    expect(caught(() => parseCompiledInk(JSON.stringify(compiled), "x.ink.json", "x")).code).toBe(
      "story.syntax",
    );
  });

  test("running out of content is an end, not a mistake of the player's", () => {
    const compiled = compiledOf(ink("Hi\n* [go]\n  -> a\n=== a\nThere.\n"));
    const step = chooseInk(compiled, beginInk(compiled, 0).moment, 0);
    expect(step).toMatchObject({ text: "There.", moment: { ended: true } });
  });

  test.each(["", "null", "{}", "[]", '{"inkVersion":21}', '{"inkVersion":999,"root":[null]}'])(
    "compiled %j is story.syntax",
    (json) => {
      expect(caught(() => parseCompiledInk(json, "x.ink.json", "x")).code).toBe("story.syntax");
    },
  );
});

describe("catalogue", () => {
  async function library(): Promise<string> {
    const folder = await temporaryFolder();
    const files: Record<string, string> = {
      "zebra.md": "---\ntitle: Aardvark\n---\nOnce.\n",
      "lighthouse/lighthouse.ink": "# title: The Lighthouse\nINCLUDE parts/one.ink\n",
      "lighthouse/parts/one.ink": "Hello.\n-> END\n",
      "broken.md": "nothing",
      "README.md": "# Stories",
      "notes.txt": "x",
      "secret.ink": "Hidden.\n",
      "sub/other.md": "not listed",
    };
    for (const [name, text] of Object.entries(files)) {
      await mkdir(join(folder, name, ".."), { recursive: true });
      await writeFile(join(folder, name), text);
    }
    return folder;
  }

  test("lists stories by title, broken ones with their problem, and no other files", async () => {
    const entries = await listStories([await library(), "/nowhere/at/all"]);
    expect(entries.map((entry) => [titleOf(entry), entry.kind])).toEqual([
      ["Aardvark", "story"],
      ["broken", "broken"],
      ["secret", "story"],
      ["The Lighthouse", "story"],
    ]);
    expect(entries[1]).toMatchObject({ problem: { code: "story.syntax" } });
  });

  test.each(["zebra", "ZEBRA", "Aardvark", "aardvark", "the-lighthouse", "lighthouse"])(
    "finds %j",
    async (name) => {
      const seed = await findStory(name, [await library()]);
      expect(["Aardvark", "The Lighthouse"]).toContain(seed.title);
    },
  );

  test("finds a path, and says what was meant otherwise", async () => {
    const folder = await library();
    expect((await findStory(join(folder, "zebra.md"), [])).id).toBe("zebra");
    await expect(findStory("lighthose", [folder])).rejects.toMatchObject({
      code: "story.unknown",
      hint: expect.stringContaining("lighthouse"),
    });
    await expect(findStory("broken", [folder])).rejects.toMatchObject({ code: "story.syntax" });
  });

  test.each<[string, string]>([
    ["no.md", "story.unreadable"],
    ["notes.txt", "story.unknown"],
    ["big.md", "story.tooLarge"],
    ["folder.md", "story.unreadable"],
    ["link/link.ink", "story.syntax"],
  ])("%s is %s", async (name, code) => {
    const folder = await library();
    await writeFile(join(folder, "big.md"), "x".repeat(262_145));
    await mkdir(join(folder, "folder.md"));
    await mkdir(join(folder, "link"));
    await writeFile(join(folder, "link/link.ink"), "INCLUDE out.ink\n");
    await symlink(join(folder, "secret.ink"), join(folder, "link/out.ink"));
    await expect(loadStory(join(folder, name))).rejects.toMatchObject({ code });
  });
});

describe("fuzz", () => {
  const piece = fc.constantFrom(
    "---",
    "\n",
    "title:",
    " x",
    "- ",
    "  ",
    "[",
    "]",
    "{",
    "}",
    "|",
    ">",
    "#",
    "*",
    `\${`,
    "&a",
    "*a",
    "->",
    "===",
    "~",
    "INCLUDE ",
    "<>",
    "VAR ",
    "\t",
    "\u001b[31m",
    "\u0000",
    "'",
    '"',
    "name",
    "notes",
    ":",
    "=",
    "+",
    "(",
    ")",
    "!",
    "\\",
    "//",
    "/*",
    "END",
  );
  const soup = fc.oneof(
    fc.array(piece, { maxLength: 60 }).map((parts) => parts.join("")),
    fc.string({ unit: "binary", maxLength: 200 }),
  );
  const mutated = (text: string) =>
    fc
      .tuple(fc.nat(text.length), fc.nat(20), soup)
      .map(([at, cut, extra]) => text.slice(0, at) + extra + text.slice(at + cut));

  function survives(run: () => unknown): void {
    try {
      run();
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      expect(error.code).toMatch(/^story\./);
    }
  }

  test("Markdown gives a seed or story errors", () => {
    fc.assert(
      fc.property(fc.oneof(soup, mutated(GOOD)), (text) =>
        survives(() => parseMarkdownStory(text, "x.md", "x")),
      ),
      {
        numRuns: 1500,
        seed: 4,
      },
    );
  });

  test("ink source gives a story that plays or story errors", () => {
    const play = (text: string) => {
      const compiled = compiledOf(ink(text));
      const { moment } = beginInk(compiled, 0);
      if (moment.choices.length > 0) chooseInk(compiled, moment, 0);
    };
    fc.assert(
      fc.property(fc.oneof(soup, mutated(INK)), (text) => survives(() => play(text))),
      { numRuns: 300, seed: 5 },
    );
  });

  test("compiled ink gives a story that plays or story errors", () => {
    const good = compiledOf(ink(INK));
    const play = (text: string) => beginInk(compiledOf(parseCompiledInk(text, "x.ink.json", "x")), 0);
    fc.assert(
      fc.property(fc.oneof(soup, mutated(good)), (text) => survives(() => play(text))),
      { numRuns: 500, seed: 6 },
    );
  });

  test.each([
    ["newlines", "\n".repeat(250_000)],
    ["brackets", "[".repeat(200_000)],
    ["marks", "<|".repeat(100_000)],
    ["stars", "*a".repeat(100_000)],
    ["dashes", "- ".repeat(100_000)],
    ["comments", "<!--".repeat(60_000)],
    ["placeholders", `\${`.repeat(60_000)],
    ["escapes", "\u001b]".repeat(60_000)],
  ])("an opening of %s does not hang", (_name, body) => {
    const begin = performance.now();
    survives(() => parseMarkdownStory(`---\ntitle: T\n---\n${body}\n`, "x.md", "x"));
    expect(performance.now() - begin).toBeLessThan(4000);
  });
});
