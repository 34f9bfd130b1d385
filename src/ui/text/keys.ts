/**
 * From the bytes of a terminal in raw mode to keys. Joins sequences and UTF-8 characters that were split between reads,
 * keeps pasted text apart from typed text (bracketed paste), and reads the mouse wheel (SGR and X10 reports).
 * Names follow xterm's ctlseqs: a base name with `ctrl-`, `alt-`, `shift-` before it, in this order.
 */

/** `text` is typed text, `paste` pasted text, `key` everything that is not text, such as `ctrl-left` or `enter`. */
export type KeyEvent =
  | { readonly type: "text" | "paste"; readonly text: string }
  | { readonly type: "key"; readonly name: string };

const PASTE_START = "\u001b[200~";
const PASTE_END = "\u001b[201~";
const CSI = /^\u001b\[([<=>?]?)([0-9;:]*)[ -/]*([@-~])/;
const SS3 = /^\u001bO([0-9;]*)([A-Za-z])/;
const X10_MOUSE = /^\u001b\[M([\s\S]{3})/;
const LINUX_FUNCTION_KEY = /^\u001b\[\[([A-E])/;
const INCOMPLETE = /^\u001b(?:\[(?:M[\s\S]{0,2}|\[|[<=>?]?[0-9;:]*[ -/]*)|O[0-9;]*)?$/;

const LETTERS: Readonly<Record<string, string>> = {
  A: "up",
  B: "down",
  C: "right",
  D: "left",
  F: "end",
  H: "home",
  P: "f1",
  Q: "f2",
  R: "f3",
  S: "f4",
  Z: "shift-tab",
  // rxvt sends small letters for arrows with shift (CSI) or control (SS3).
  a: "shift-up",
  b: "shift-down",
};
const NUMBERS: Readonly<Record<string, string>> = {
  1: "home",
  2: "insert",
  3: "delete",
  4: "end",
  5: "pageup",
  6: "pagedown",
  7: "home",
  8: "end",
  11: "f1",
  12: "f2",
  13: "f3",
  14: "f4",
};
const CONTROLS: Readonly<Record<string, string>> = {
  "\r": "enter",
  "\n": "enter",
  "\t": "tab",
  "\b": "backspace",
  "\u007f": "backspace",
};
const WHEEL: Readonly<Record<number, string>> = { 64: "wheel-up", 65: "wheel-down" };

interface Step {
  /** UTF-16 units used up; 0: more bytes are needed. */
  readonly used: number;
  readonly event?: KeyEvent;
}

/** One terminal's input. Feed it with `push`; when nothing follows for a moment, `flush` a lone escape. */
export class KeyDecoder {
  readonly #decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  #pending = "";

  /** Whether the last bytes may be the beginning of a longer sequence (an escape key alone looks so). */
  get isPending(): boolean {
    return this.#pending !== "" && !this.#pending.startsWith(PASTE_START);
  }

  /** Takes bytes; returns the keys that are complete. */
  push(bytes: Uint8Array): KeyEvent[] {
    this.#pending += this.#decoder.decode(bytes, { stream: true });
    return this.#drain(false);
  }

  /** Ends the waiting: an unfinished sequence is an escape key and what followed it. A paste is never cut short. */
  flush(): KeyEvent[] {
    return this.#drain(true);
  }

  #drain(isFinal: boolean): KeyEvent[] {
    const events: KeyEvent[] = [];
    while (this.#pending !== "") {
      const { used, event } = nextStep(this.#pending, isFinal);
      if (used === 0) break;
      this.#pending = this.#pending.slice(used);
      if (event !== undefined) events.push(event);
    }
    return events;
  }
}

function nextStep(input: string, isFinal: boolean): Step {
  if (input.startsWith(PASTE_START)) return pasteStep(input);
  if (input[0] === "\u001b") return escapeStep(input, isFinal);
  const text = /^[^\u0000-\u001f\u007f]+/.exec(input)?.[0];
  if (text !== undefined) return { used: text.length, event: { type: "text", text } };
  return keyStep(1, controlName(input[0] ?? ""));
}

function keyStep(used: number, name: string | undefined): Step {
  return name === undefined ? { used } : { used, event: { type: "key", name } };
}

function pasteStep(input: string): Step {
  const end = input.indexOf(PASTE_END);
  if (end < 0) return { used: 0 };
  const text = input.slice(PASTE_START.length, end);
  return { used: end + PASTE_END.length, event: { type: "paste", text } };
}

function escapeStep(input: string, isFinal: boolean): Step {
  const mouse = X10_MOUSE.exec(input);
  if (mouse !== null) return keyStep(mouse[0].length, WHEEL[(mouse[1]?.charCodeAt(0) ?? 0) - 32]);
  if (!isFinal && INCOMPLETE.test(input)) return { used: 0 };
  const linux = LINUX_FUNCTION_KEY.exec(input);
  if (linux !== null) return keyStep(linux[0].length, `f${(linux[1]?.charCodeAt(0) ?? 0) - 64}`);
  const csi = CSI.exec(input);
  if (csi !== null) return keyStep(csi[0].length, csiName(csi[1] ?? "", csi[2] ?? "", csi[3] ?? ""));
  const ss3 = SS3.exec(input);
  if (ss3 !== null) return keyStep(ss3[0].length, modified(LETTERS[ss3[2] ?? ""], ss3[1]));
  return altStep(input);
}

function altStep(input: string): Step {
  const cluster = String.fromCodePoint(input.codePointAt(1) ?? 27);
  if (input.length === 1 || cluster === "\u001b") return keyStep(1, "escape");
  const name = cluster < " " || cluster === "\u007f" ? controlName(cluster) : cluster;
  return keyStep(1 + cluster.length, name === undefined ? undefined : `alt-${name}`);
}

function csiName(prefix: string, parameters: string, final: string): string | undefined {
  if (prefix === "<") return final === "M" ? WHEEL[Number.parseInt(parameters, 10)] : undefined;
  if (prefix !== "") return undefined;
  const [first = "", modifiers] = parameters.split(";");
  return modified(final === "~" ? NUMBERS[first] : LETTERS[final], modifiers);
}

function modified(name: string | undefined, parameter: string | undefined): string | undefined {
  if (name === undefined) return undefined;
  const bits = Math.max(0, Number.parseInt(parameter || "1", 10) - 1);
  return `${bits & 4 ? "ctrl-" : ""}${bits & 2 ? "alt-" : ""}${bits & 1 ? "shift-" : ""}${name}`;
}

function controlName(character: string): string | undefined {
  const named = CONTROLS[character];
  if (named !== undefined) return named;
  const code = character.charCodeAt(0);
  return code >= 1 && code <= 26 ? `ctrl-${String.fromCharCode(code + 96)}` : undefined;
}
