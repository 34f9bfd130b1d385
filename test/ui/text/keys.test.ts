/** Bytes to keys: the sequences terminals send, whole and split at every byte. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { KeyDecoder, type KeyEvent } from "../../../src/ui/text/keys.ts";

function decode(...chunks: (string | Uint8Array)[]): KeyEvent[] {
  const decoder = new KeyDecoder();
  const events = chunks.flatMap((chunk) => decoder.push(Buffer.from(chunk)));
  return [...events, ...decoder.flush()];
}
/** Keys as their names, text as text, pastes in angle brackets. */
const names = (events: readonly KeyEvent[]) =>
  events.map((event) =>
    event.type === "key" ? event.name : event.type === "text" ? event.text : `<${event.text}>`,
  );

describe("KeyDecoder", () => {
  test.each([
    ["\r", ["enter"]],
    ["\n", ["enter"]],
    ["\t", ["tab"]],
    ["\u001b[Z", ["shift-tab"]],
    ["\u007f", ["backspace"]],
    ["\b", ["backspace"]],
    ["\u001b\u007f", ["alt-backspace"]],
    ["\u0001", ["ctrl-a"]],
    ["\u001a", ["ctrl-z"]],
    ["\u0000\u001c", []],
    ["\u001b", ["escape"]],
    ["\u001bb", ["alt-b"]],
    ["\u001b[A\u001bOB", ["up", "down"]],
    ["\u001b[1;5C", ["ctrl-right"]],
    ["\u001b[1;3D", ["alt-left"]],
    ["\u001b[1;6A", ["ctrl-shift-up"]],
    ["\u001b[3~\u001b[3;5~", ["delete", "ctrl-delete"]],
    ["\u001b[5~\u001b[6~", ["pageup", "pagedown"]],
    ["\u001b[1~\u001b[7~\u001b[H\u001bOH", ["home", "home", "home", "home"]],
    ["\u001b[4~\u001b[8~\u001b[F\u001bOF", ["end", "end", "end", "end"]],
    ["\u001bOP\u001b[11~\u001b[[A", ["f1", "f1", "f1"]],
    ["\u001b[<64;3;4M\u001b[<65;3;4M", ["wheel-up", "wheel-down"]],
    ["\u001b[M`!!\u001b[Ma!!", ["wheel-up", "wheel-down"]],
    ["\u001b[<0;3;4M\u001b[<0;3;4m", []],
    ["\u001b[?62;c\u001b[99;99R\u001b[200X", ["f3"]],
    ["open 世界 😀", ["open 世界 😀"]],
    ["a\u001b[Db\rc", ["a", "left", "b", "enter", "c"]],
    ["\u001b[200~one\r\ntwo\u001b[A\u001b[201~x", ["<one\r\ntwo\u001b[A>", "x"]],
    ["\u001b\u001b[A", ["escape", "up"]],
  ])("%j gives %j", (input, expected) => {
    // A cursor report reads as shifted F3, which nothing is bound to; a modifier prefix does not matter here.
    expect(
      names(decode(input)).map((name) => name.replace(/^(?:ctrl-)?(?:alt-)?(?:shift-)?(?=f3$)/, "")),
    ).toEqual(expected);
  });

  test("invalid UTF-8 becomes replacement characters", () => {
    expect(names(decode(Buffer.from([0x61, 0xff, 0x62])))).toEqual(["a\ufffdb"]);
  });

  test("a lone escape waits for more, and a paste waits for its end", () => {
    const decoder = new KeyDecoder();
    expect(decoder.push(Buffer.from("\u001b"))).toEqual([]);
    expect(decoder.isPending).toBe(true);
    expect(names(decoder.push(Buffer.from("[A")))).toEqual(["up"]);
    decoder.push(Buffer.from("\u001b[200~half"));
    expect(decoder.isPending).toBe(false);
    expect(decoder.flush()).toEqual([]);
    expect(names(decoder.push(Buffer.from(" done\u001b[201~")))).toEqual(["<half done>"]);
  });

  test("input split anywhere gives the same keys", () => {
    const piece = fc.constantFrom(
      "a",
      "世",
      "😀",
      "\r",
      "\u001b[A",
      "\u001b[1;5D",
      "\u001bOP",
      "\u001b[<64;1;1M",
      "\u001b[200~p\rq\u001b[201~",
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), fc.integer({ min: 1, max: 5 }), (pieces, size) => {
        const bytes = Buffer.from(pieces.join(""));
        const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
          bytes.subarray(i * size, (i + 1) * size),
        );
        expect(names(decode(...chunks)).join("")).toBe(names(decode(bytes)).join(""));
      }),
    );
  });

  test("no bytes make it throw or keep it from ending", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => Array.isArray(decode(Buffer.from(bytes)))),
    );
  });
});
