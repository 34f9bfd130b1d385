/**
 * Recognises spoken words in a do-line: a leading quotation mark, `say hello`, `ask the guard "who is there"`, a bare
 * "yes", or a question. What stands in the quotes stays in the player's own person.
 */
import { toSecondPerson } from "./person.ts";

const VERBS = "say|ask|shout|whisper|yell|call|reply|answer|mutter|murmur|cry|scream|tell|sing";
const VERB_AND_QUOTE = new RegExp(`^(?:(?:i|you)\\s+)?(${VERBS})\\b([^"]*)"(.*)$`, "i");
const SAY = /^(?:(?:i|you)\s+)?say\s*[:,]?\s+(.+)$/i;
/** After "say" these begin a description, not the words themselves. */
const DESCRIBED = /^(?:nothing|anything|something|that|to|a|an|my|your|it|so)\b/i;
const INTERJECTION =
  /^(?:yes|no|hello|hi|hey|ok|okay|thanks|thank you|sorry|goodbye|bye|good (?:morning|evening|night|day)|nope|yeah)\b(?![\s-]+(?:one|way|matter))/i;
const QUESTION =
  /^(?:who|what|where|when|why|how|is|are|am|can|could|does|did|will|would|may|should|shall)\b.*\?["')]*$/i;

/** `You say "..."` for a line that is speech; `undefined` for a deed. */
export function readSpeech(line: string): string | undefined {
  if (line.startsWith('"')) return `You say ${quoteAndRest(line.slice(1))}`;
  const quoted = VERB_AND_QUOTE.exec(line);
  if (quoted !== null) {
    const [, verb = "", listener = "", words = ""] = quoted;
    if (!/[\p{L}\p{N}]/u.test(words)) return undefined;
    const to = toSecondPerson(listener.trim().replace(/[,:]$/, ""));
    return `You ${verb.toLowerCase()} ${to === "" ? "" : `${to} `}${quoteAndRest(words, verb)}`;
  }
  const said = SAY.exec(line)?.[1];
  if (said !== undefined && !said.includes('"')) {
    return DESCRIBED.test(said) ? undefined : `You say ${quote(said)}`;
  }
  if (INTERJECTION.test(line)) return `You say ${quote(line)}`;
  return QUESTION.test(line) ? `You ask ${quote(line)}` : undefined;
}

/**
 * Words in double quotes: first letter upper case, an end mark added (`?` after "ask"), quotes inside made single.
 */
export function quote(words: string, verb = "say"): string {
  const bare = words
    .replace(/^["\s]+|["\s]+$/g, "")
    .replaceAll('"', "'")
    .replace(/[,;:\s]+$/, "");
  const end = /[.!?\u3002\uff01\uff1f-]['")]*$/.test(bare) ? "" : endMarkOf(verb);
  return `"${bare.charAt(0).toUpperCase()}${bare.slice(1)}${end}"`;
}

function endMarkOf(verb: string): string {
  return verb.toLowerCase() === "ask" ? "?" : ".";
}

/** The text behind an opening quote: the words up to its end, and whatever the player does besides. */
function quoteAndRest(text: string, verb?: string): string {
  const end = text.indexOf('"');
  const rest = end < 0 ? "" : text.slice(end + 1).trim();
  // another quotation or nothing: all of it is speech
  if (rest === "" || rest.includes('"') || !/[\p{L}\p{N}]/u.test(rest)) return quote(text, verb);
  const tail = toSecondPerson(rest);
  return `${quote(text.slice(0, end), verb)} ${/[.!?]$/.test(tail) ? tail : `${tail}.`}`;
}
