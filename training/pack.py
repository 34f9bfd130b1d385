"""Step 4: encodes every text of WORK/text into WORK/packed/NAME.bin (uint16; see windows.py for bit 15)."""
from pathlib import Path

import numpy as np

from bpe import Tokenizer
from documents import read_documents
from windows import MARK


def encode_marked(tokenizer, document):
    """Tokens of a document and its end-of-text; bit 15 is set on tokens that begin in a header or action line."""
    ids = np.array(tokenizer.encode(document), dtype=np.uint16)
    sizes = np.array([len(tokenizer.bytes[i]) for i in ids.tolist()])
    marked = np.zeros(len(document.encode()) + 1, bool)
    at = 0
    for line in document.encode().split(b"\n"):
        if line[:1] in (b">", b"["):
            marked[at : at + len(line)] = True
        at += len(line) + 1
    begins = np.cumsum(sizes) - sizes
    ids[marked[begins]] |= MARK
    return np.append(ids, np.uint16(tokenizer.eot))


def run(work):
    """Encodes all groups."""
    work = Path(work)
    tokenizer = Tokenizer(work / "tokenizer")
    (work / "packed").mkdir(exist_ok=True)
    for path in sorted((work / "text").glob("*.txt")):
        documents = read_documents(path)
        packed = np.concatenate([[np.uint16(tokenizer.eot)], *(encode_marked(tokenizer, d) for d in documents)])
        target = work / "packed" / f"{path.stem}.bin"
        packed.tofile(target.with_suffix(".tmp"))
        target.with_suffix(".tmp").replace(target)
        ratio = sum(map(len, documents)) / len(packed)
        print(f"{path.stem}: {len(packed) / 1e6:.2f}M tokens, {ratio:.2f} characters a token", flush=True)
