"""The words that a narrator may use: those of its training text, so that the game can keep it from making up others."""
import re
from collections import Counter
from pathlib import Path

from documents import read_documents

WORD = re.compile(r"[a-z]+(?:'[a-z]+)?")
FILE = "words.txt"
LEAST_COUNT = 10  # in the text that others wrote; of ours, every word counts


def run(work):
    """Writes WORK/tokenizer/words.txt: a sorted word in small letters on each line."""
    text = Path(work) / "text"
    ours, others = Counter(), Counter()
    for path in sorted(text.glob("*.txt")):
        if path.stem.startswith("held-"):
            continue
        counts = ours if path.stem in ("adventures", "augmented") else others
        for document in read_documents(path):
            counts.update(WORD.findall(document.lower()))
    words = sorted({*ours, *(word for word, count in others.items() if count >= LEAST_COUNT)})
    (Path(work) / "tokenizer" / FILE).write_text("\n".join(words) + "\n")
    print(f"words: {len(words)}", flush=True)
