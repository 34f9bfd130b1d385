/** Which front end for which terminal, and what the environment says about characters and colours. */
import { expect, test } from "vitest";
import { chooseFrontEnd } from "../../src/ui/choose-front-end.ts";
import { isColourWanted, isUtf8Locale } from "../../src/ui/locale.ts";

const TERMINAL = {
  isInputTty: true,
  isOutputTty: true,
  isPlainWanted: false,
  term: "xterm-256color",
  columns: 80,
  rows: 24,
};

test.each([
  ["a terminal", {}, "full"],
  ["a tiny terminal", { columns: 1, rows: 1 }, "full"],
  ["input from a pipe", { isInputTty: false }, "plain"],
  ["output into a pipe", { isOutputTty: false }, "plain"],
  ["--plain", { isPlainWanted: true }, "plain"],
  ["a dumb terminal", { term: "dumb" }, "plain"],
  ["no TERM", { term: undefined }, "plain"],
  ["an empty TERM", { term: "" }, "plain"],
  ["unknown columns", { columns: undefined }, "plain"],
  ["no rows", { rows: 0 }, "plain"],
] as const)("%s: %j is %s", (_, difference, expected) => {
  expect(chooseFrontEnd({ ...TERMINAL, ...difference })).toBe(expected);
});

test.each([
  [{}, false],
  [{ LANG: "en_GB.UTF-8" }, true],
  [{ LANG: "en_GB.utf8" }, true],
  [{ LANG: "en_GB.UTF-8", LC_ALL: "C" }, false],
  [{ LANG: "C", LC_CTYPE: "C.UTF-8", LC_ALL: "" }, true],
])("%j: UTF-8 is %s", (environment, expected) => {
  expect(isUtf8Locale(environment)).toBe(expected);
});

test.each([
  [{ TERM: "xterm" }, true],
  [{ TERM: "xterm", NO_COLOR: "" }, true],
  [{ TERM: "xterm", NO_COLOR: "1" }, false],
  [{ TERM: "dumb" }, false],
])("%j: colour is %s", (environment, expected) => {
  expect(isColourWanted(environment)).toBe(expected);
});
