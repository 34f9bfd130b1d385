/**
 * YAML as authors of stories mean it: every value is text. A value that begins with `!` or `&` is text too, where YAML would
 * read a tag or an anchor and drop it without a word: `[!dream wolf, !x & y]` are two keys of a note.
 */
import { Composer, CST, type Document, LineCounter, Parser } from "yaml";

export interface PlainYaml {
  readonly document: Document;
  /** Messages for the author, with the offset they are about. */
  readonly problems: readonly { readonly message: string; readonly offset: number }[];
  /** The place of an offset, from 1. */
  readonly place: (offset: number) => { readonly line: number; readonly col: number };
}

/** Reads one document. May throw the library's own errors on very odd input. */
export function parsePlainYaml(source: string): PlainYaml {
  const lines = new LineCounter();
  const tokens = [...new Parser(lines.addNewLine).parse(source)];
  for (const token of tokens) if (token.type === "document") CST.visit(token, readMarksAsText);
  // "failsafe" reads every scalar as text: `title: 1984` and `tone: no` mean what they say
  const [only, second] = new Composer({ schema: "failsafe" }).compose(tokens, true, source.length);
  const document = only!; // forced: there is always one
  const problems = [...document.errors, ...document.warnings].map(({ code, message, pos }) => ({
    message: code === "TAG_RESOLVE_FAILED" ? 'text that begins with "!" needs quotes here' : message,
    offset: pos[0],
  }));
  if (second !== undefined)
    problems.push({ message: "a second YAML document begins here", offset: second.range[0] });
  return { document, problems, place: (offset) => lines.linePos(offset) };
}

function readMarksAsText(item: CST.CollectionItem): void {
  if (item.key) item.key = textOf(item.start, item.key) ?? item.key;
  const marks = item.key === undefined ? item.start : item.sep;
  const value = marks && textOf(marks, item.value);
  if (value !== undefined) item.value = value;
}

/**
 * A tag or anchor and all that stands between it and the end of the value, as a quoted text at the same place of the file;
 * `marks` stand before the value and lose what is taken. Nothing when there is none, or when the value is no line of text.
 */
function textOf(marks: CST.SourceToken[], value: CST.Token | undefined): CST.FlowScalar | undefined {
  const start = marks.findIndex(isMark);
  const first = marks[start];
  if (first === undefined || (value !== undefined && !isLine(value))) return undefined;
  const taken = marks.splice(start);
  const end = value === undefined ? taken.splice(taken.findLastIndex(isMark) + 1) : value.end;
  const words = taken.flatMap((token) => (token.type === "comment" ? [] : [token.source])).join("");
  const text = `${words}${value?.source ?? ""}`.replaceAll("'", "''");
  const { offset, indent } = first;
  return { type: "single-quoted-scalar", offset, indent, source: `'${text}'`, ...(end && { end }) };
}

function isMark({ type }: CST.SourceToken): boolean {
  return type === "tag" || type === "anchor";
}

function isLine(token: CST.Token): token is CST.FlowScalar {
  return /^(?:alias|scalar|single-quoted-scalar|double-quoted-scalar)$/.test(token.type);
}
