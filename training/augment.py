"""Step 2: variants of the adventures, so that the model meets each in the forms in which the game will show it.

Every variant is seeded. Text of the passages is never changed except for names, and names only consistently.
"""
import random
import re
from dataclasses import dataclass, field
from pathlib import Path

from documents import read_documents, write_documents
from names import NamePool, rename

HEADER = re.compile(r"^\[([^:\]]+): (.+)\]$")
FIXED = ("Title", "Genre", "Tone", "You", "Remember", "Earlier", "Scene")
LEANING = re.compile(r"(He|She|It|They|His|Her|Its|Their|There|This|That|These|Those|Then|But|And|So|Inside|One|Both)\b")
SENTENCE_END = re.compile(r"(?<=[.!?])[\"']?\s+(?=[A-Z\"'])")


@dataclass
class Story:
    """An adventure in parts: header lines and blocks (opening, turns, bracket lines)."""

    header: list = field(default_factory=list)
    blocks: list = field(default_factory=list)

    @staticmethod
    def parse(document):
        """Splits a document; one without a header has an empty list."""
        blocks = re.split(r"\n\s*\n", document)
        if blocks[0].startswith("["):
            return Story(blocks[0].split("\n"), blocks[1:])
        return Story([], blocks)

    def text(self):
        """The document again."""
        return "\n\n".join((["\n".join(self.header)] if self.header else []) + self.blocks)


def note_name(line):
    """The name of a world note, or None for other header lines."""
    match = HEADER.match(line)
    return match[1] if match and match[1] not in FIXED else None


def names_it(name, block):
    """Whether a block names a note: by its last word, in any case."""
    return re.search(r"\b" + re.escape(name.split()[-1]) + r"\b", block, re.I) is not None


def move_notes(story, rng):
    """Moves some notes to stand alone just before the first action whose turn names them, as when they fire in play."""
    late = [line for line in story.header if note_name(line) and rng.random() < 0.5]
    header = [line for line in story.header if line not in late]
    blocks = []
    for i, block in enumerate(story.blocks):
        fired = [line for line in late if names_it(note_name(line), block)]
        late = [line for line in late if line not in fired]
        if i and block.startswith(">"):
            blocks += fired
        else:
            header += fired
        blocks.append(block)
    return Story(header, blocks)


def drop_headers(story, rng):
    """Leaves out all header lines (one time in four), or some; what the rest cannot do without, [Earlier], stays."""
    if rng.random() < 0.25:
        return Story([h for h in story.header if h.startswith("[Earlier")], story.blocks)
    kept = [h for h in story.header if h.startswith(("[Earlier", "[Remember")) or rng.random() < 0.8]
    return Story(kept, story.blocks)


def telling_sentence(block):
    """The first sentence of a block's passage that is no speech and can stand alone, or ''."""
    passage = block.split("\n", 1)[1] if block.startswith(">") and "\n" in block else block
    for sentence in SENTENCE_END.split(passage.replace("\n", " ")):
        if '"' not in sentence and 15 < len(sentence) < 140 and not LEANING.match(sentence):
            return sentence.strip()
    return ""


def cut_history(story, rng):
    """Begins in the middle of the story, with an [Earlier: ...] line made of sentences of what is cut."""
    turns = [i for i, b in enumerate(story.blocks) if b.startswith(">")]
    if len(turns) < 6:
        return story
    at = turns[rng.randint(2, len(turns) - 3)]
    gone = [s for s in map(telling_sentence, story.blocks[:at]) if s]
    picked = sorted(rng.sample(range(len(gone)), min(len(gone), rng.randint(1, 3))))
    header = [h for h in story.header if not h.startswith("[Earlier")]
    if picked:
        header.append(f"[Earlier: {' '.join(gone[i] for i in picked)}]")
    return Story(header, story.blocks[at:])


def join_continued(story, rng):
    """Joins a passage that the player continued to the one before it, as one passage of two paragraphs in one block."""
    blocks = []
    for block in story.blocks:
        plain = not block.startswith((">", "[")) and block != "THE END"
        if plain and len(blocks) > 1 and blocks[-1].startswith(">") and rng.random() < 0.5:
            blocks[-1] += " " + block
        else:
            blocks.append(block)
    return Story(story.header, blocks)


def vary(document, pool, rng):
    """One variant of a document."""
    if rng.random() < 0.6:
        document = rename(document, pool, rng)
    story = join_continued(Story.parse(document), rng)
    if rng.random() < 0.35:
        story = cut_history(story, rng)
    story = drop_headers(move_notes(story, rng), rng)
    return story.text()


def run(config, work):
    """Writes WORK/text/augmented.txt: `copies` variants of each adventure to train on, and the adventures as they are."""
    work = Path(work)
    documents = read_documents(work / "text/adventures.txt")
    pool = NamePool.gather(documents)
    rng = random.Random(config["seed"])
    result = list(documents)
    for _ in range(config["copies"]):
        result += [vary(d, pool, rng) for d in documents]
    rng.shuffle(result)
    write_documents(work / "text/augmented.txt", result)
    print(f"augmented: {len(result)} documents, {sum(map(len, result)) / 1e6:.1f} MB; {pool}", flush=True)
