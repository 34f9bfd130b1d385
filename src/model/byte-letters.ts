/**
 * The alphabet in which byte-level tokenizers write bytes: each as one visible letter, itself where it is printable Latin-1,
 * else U+0100 and up in order: https://github.com/openai/gpt-2/blob/master/src/encoder.py (bytes_to_unicode)
 */

/** The letter of each byte. */
export const BYTE_LETTERS: readonly string[] = alphabet();

const BYTE_OF_LETTER: ReadonlyMap<string, number> = new Map(
  BYTE_LETTERS.map((letter, byte) => [letter, byte]),
);

/** The bytes that a token of the alphabet stands for; other letters stand for none. */
export function lettersToBytes(token: string): Uint8Array {
  const bytes: number[] = [];
  for (const letter of token) {
    const byte = BYTE_OF_LETTER.get(letter);
    if (byte !== undefined) bytes.push(byte);
  }
  return Uint8Array.from(bytes);
}

function alphabet(): string[] {
  const isPrintable = (byte: number) =>
    (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174;
  let hidden = 256;
  return Array.from({ length: 256 }, (_, byte) => String.fromCharCode(isPrintable(byte) ? byte : hidden++));
}
