/**
 * Cleaning of untrusted text (models, stories, saves, typed input) before it reaches a terminal or a prompt.
 */

const ESCAPE_SEQUENCES =
  // CSI, OSC (ended by BEL or ST), DCS/PM/APC/SOS strings, and two-character escapes
  /\u001b\[[0-?]*[ -/]*[@-~]|\u001b\][^\u0007\u001b]*(?:\u0007|\u001b\\)|\u001b[PX^_][^\u001b]*\u001b\\|\u001b[ -/]*[0-~]|\u009b[0-?]*[ -/]*[@-~]/g;
// Control characters but tab and newline; bidirectional overrides and other invisible format characters; lone surrogates.
const CONTROLS =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;

/** Removes escape sequences, control and invisible characters; CRLF becomes LF and lone surrogates U+FFFD. Idempotent. */
export function stripControls(text: string): string {
  let clean = text.replace(/\r\n?/g, "\n");
  for (let before = ""; before !== clean; ) {
    before = clean;
    clean = clean.replace(ESCAPE_SEQUENCES, "").replace(CONTROLS, "");
  }
  return clean.toWellFormed();
}

/** `stripControls` and all white space folded to single spaces: one line, trimmed. */
export function toOneLine(text: string): string {
  return stripControls(text).replace(/\s+/g, " ").trim();
}

const ASCII_PUNCTUATION: readonly (readonly [RegExp, string])[] = [
  [/[\u2018\u2019\u201a\u201b\u2032\u00b4]/g, "'"],
  [/[\u201c\u201d\u201e\u201f\u2033\u00ab\u00bb]/g, '"'],
  [/[\u2010-\u2013\u2212]/g, "-"],
  [/\s*[\u2014\u2015]\s*/g, " - "],
  [/\u2026/g, "..."],
  [/[\u00a0\u2000-\u200a\u202f\u205f\u3000]/g, " "],
];

/** Typographic quotes, dashes, dots and spaces as ASCII, which is what the narrator's text format is written in. */
export function toAsciiPunctuation(text: string): string {
  return ASCII_PUNCTUATION.reduce((result, [pattern, ascii]) => result.replace(pattern, ascii), text);
}
