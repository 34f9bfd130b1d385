/** The line editor: a table of edits, and properties over random sequences of them. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  applyCommand,
  clearLine,
  type EditorCommand,
  type EditorState,
  EMPTY_EDITOR,
  insertText,
  isEditorCommand,
  LINE_LIMIT,
  replaceLine,
  takeLine,
} from "../../../src/ui/text/editor.ts";
import { graphemesOf } from "../../../src/ui/text/graphemes.ts";
import { KEY_BINDINGS } from "../../../src/ui/text/key-bindings.ts";

/** `|` marks the cursor. */
function line(marked: string): EditorState {
  const cursor = marked.indexOf("|");
  return { ...EMPTY_EDITOR, text: marked.replace("|", ""), cursor };
}
const shown = ({ text, cursor }: EditorState) => `${text.slice(0, cursor)}|${text.slice(cursor)}`;
const apply = (state: EditorState, ...commands: EditorCommand[]) => commands.reduce(applyCommand, state);

describe("commands", () => {
  test.each<[EditorCommand, string, string]>([
    ["backspace", "ab|c", "a|c"],
    ["backspace", "|abc", "|abc"],
    ["backspace", "a👩‍👩‍👧|b", "a|b"],
    ["backspace", "e\u0301|", "|"],
    ["delete", "a|bc", "a|c"],
    ["delete", "abc|", "abc|"],
    ["delete", "|🇳🇱x", "|x"],
    ["left", "世界|", "世|界"],
    ["left", "|a", "|a"],
    ["right", "|😀a", "😀|a"],
    ["right", "a|", "a|"],
    ["home", "ab|c", "|abc"],
    ["end", "a|bc", "abc|"],
    ["word-left", "go to the| door", "go to |the door"],
    ["word-left", "go to   |", "go |to   "],
    ["word-right", "go| to the", "go to| the"],
    ["word-right", "go|", "go|"],
    ["delete-word-left", "open the|", "open |"],
    ["delete-word-left", "open the  |x", "open |x"],
    ["delete-word-right", "|open the", "| the"],
    ["delete-to-start", "open| the", "| the"],
    ["delete-to-end", "open| the", "open|"],
  ])("%s on %s gives %s", (command, before, after) => {
    expect(shown(applyCommand(line(before), command))).toBe(after);
  });

  test("modes go round in both directions", () => {
    const modes = (command: EditorCommand) =>
      [1, 2, 3].map((count) => apply(EMPTY_EDITOR, ...Array<EditorCommand>(count).fill(command)).mode);
    expect(modes("next-mode")).toEqual(["say", "story", "do"]);
    expect(modes("previous-mode")).toEqual(["story", "say", "do"]);
  });
});

describe("insertText", () => {
  test("goes in at the cursor", () => {
    expect(shown(insertText(line("a|d"), "bc"))).toBe("abc|d");
  });

  test("several pasted lines become one", () => {
    expect(insertText(EMPTY_EDITOR, "\nopen the door\r\n\r\n  and  go\tin\n").text).toBe(
      "open the door and  go in",
    );
  });

  test("escape sequences and control characters are dropped", () => {
    expect(insertText(EMPTY_EDITOR, "a\u001b[31mb\u0007\u0000c\u202e").text).toBe("abc");
  });

  test("an accent typed after its letter joins it", () => {
    expect(apply(insertText(line("e|x"), "\u0301"), "backspace").text).toBe("x");
  });

  test("the line stops growing at its limit, never in the middle of a character", () => {
    const full = insertText(EMPTY_EDITOR, "a".repeat(LINE_LIMIT - 1));
    const state = insertText(full, "😀😀");
    expect(state.text.length).toBe(LINE_LIMIT);
    expect(state.text.isWellFormed()).toBe(true);
  });
});

describe("history", () => {
  const said = (...texts: string[]) =>
    texts.reduce((state, text) => takeLine(replaceLine(state, text)), EMPTY_EDITOR);

  test("goes back to the oldest and forth to the draft", () => {
    const state = insertText(said("one", "two"), "draft");
    const up = (count: number) => apply(state, ...Array<EditorCommand>(count).fill("history-previous"));
    expect([1, 2, 3].map((count) => shown(up(count)))).toEqual(["two|", "one|", "one|"]);
    expect(apply(up(2), "history-next", "history-next").text).toBe("draft");
    expect(apply(state, "history-next").text).toBe("draft");
  });

  test("an empty line and the same line twice are not kept", () => {
    expect(said("one", "one", "  ", "").history).toEqual(["one"]);
  });

  test("a recalled line that was edited and sent becomes the newest", () => {
    const state = takeLine(
      insertText(apply(said("one", "two"), "history-previous", "history-previous"), "!"),
    );
    expect(state.history).toEqual(["one", "two", "one!"]);
    expect(state.text).toBe("");
  });

  test("clearLine keeps what was typed out of the history", () => {
    expect(clearLine(insertText(said("one"), "secret"))).toMatchObject({
      text: "",
      history: ["one"],
      historyIndex: 1,
    });
  });
});

test("the cursor is always on a character boundary, and the text free of control characters", () => {
  const commands = Object.values(KEY_BINDINGS).filter(isEditorCommand);
  const step = fc.oneof(
    fc.constantFrom(...commands),
    fc.string({
      unit: fc.constantFrom("a", " ", "\u0301", "\u200d", "👩", "🇳", "🇱", "世", "\u001b", "\n", "क", "्"),
    }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      let state = EMPTY_EDITOR;
      for (const next of steps) {
        state = isEditorCommand(next) ? applyCommand(state, next) : insertText(state, next);
        const boundaries = [0];
        for (const part of graphemesOf(state.text)) boundaries.push((boundaries.at(-1) ?? 0) + part.length);
        expect(boundaries).toContain(state.cursor);
        expect(state.text).not.toMatch(/[\u0000-\u001f]/);
      }
    }),
    { numRuns: 300 },
  );
});
