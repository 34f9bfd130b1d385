"""Cleaning of corpus text: ASCII forms, boilerplate, slurs of the period, and actions in the game's `> You ...` form."""
import re

ASCII = str.maketrans({
    "\u2018": "'", "\u2019": "'", "\u201c": '"', "\u201d": '"', "\u2013": "--", "\u2014": "--", "\u2026": "...",
    "\u00a0": " ", "\u00e9": "e", "\u00e8": "e", "\u00ea": "e", "\u00e7": "c", "\u00ef": "i", "\u00f6": "o", "\u00fc": "u",
})  # fmt: skip
SLURS = re.compile(r"\b(nigg\w+|dark(ey|ie)s?|chinam[ae]n|injuns?|redskins?|half-breeds?|kaffirs?|sambos?|japs?)\b", re.I)
BOILERPLATE = re.compile(r"project gutenberg|www\.|https?:|\bISBN\b|all rights reserved|\[illustration", re.I)
COMMAND = re.compile(r'^> *(?!You\b)(["\w].*)$', re.M)
AFTER_ACTION = re.compile(r"^(> .+)\n\n(?![>\[])", re.M)
SHORTEST = 200


def clean_prose(document):
    """A document without the paragraphs that must not be learnt, or None where too little is left."""
    document = document.translate(ASCII).encode("ascii", "ignore").decode()
    document = re.sub(r"[ \t]+", " ", document)
    paragraphs = [p.strip() for p in re.split(r"\n\s*\n", document)]
    kept = [p for p in paragraphs if p and not SLURS.search(p) and not BOILERPLATE.search(p)]
    text = "\n\n".join(kept)
    letters = sum(c.isalpha() or c == " " for c in text)
    if len(text) < SHORTEST or letters < 0.85 * len(text):
        return None
    return text


def as_action(command):
    """`open the door` -> `You open the door.`; `"Who?"` -> `You say "Who?"`."""
    second = {"my": "your", "mine": "yours", "me": "you", "i": "you"}
    command = re.sub(r"\b(?:my|mine|me|[Ii])\b", lambda m: second[m[0].lower()], command.strip())
    said = command.startswith('"')
    closed = command[-1] in ".!?\"'"
    return f"> You {'say ' if said else ''}{command if said else command[0].lower() + command[1:]}{'' if closed else '.'}"


def clean_interactive(document):
    """Cleans, puts every action into the game's form and its passage right below it."""
    text = clean_prose(document)
    if text is None:
        return None
    text = COMMAND.sub(lambda m: as_action(m[1]), text)
    return AFTER_ACTION.sub(r"\1\n", text)
