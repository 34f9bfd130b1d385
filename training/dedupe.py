"""Near-duplicates among documents, and training text that repeats held-out text.

A document's sketch is its smallest hashes of five-word shingles (bottom-k MinHash, Broder 1997). Two documents whose
sketches share more than LIMIT are the same text twice.
"""
import re
import zlib
from collections import Counter, defaultdict

import numpy as np

WORD = re.compile(r"[a-z0-9']+")
SKETCH = 64
PROBES = 12
LIMIT = 0.5


class Shingler:
    """Turns text into hashes of its runs of `order` words."""

    def __init__(self, order=5):
        self.order, self.known = order, {}

    def __call__(self, text):
        words = WORD.findall(text.lower())
        known = self.known
        for w in words:
            if w not in known:
                known[w] = zlib.crc32(w.encode()) * 0x9E3779B97F4A7C15 % 2**64
        ids = np.array([known[w] for w in words], dtype=np.uint64)
        key = np.zeros(max(0, len(ids) - self.order + 1), np.uint64)
        for i in range(self.order):
            key = (key ^ ids[i : i + len(key)]) * np.uint64(0xFF51AFD7ED558CCD)
            key ^= key >> np.uint64(32)
        return np.unique(key)


def find_duplicates(documents):
    """Indices of documents that repeat an earlier one. Documents of fewer than 20 shingles count only if identical."""
    shingle, seen, sketches = Shingler(), defaultdict(list), []
    doomed = set()
    for i, document in enumerate(documents):
        hashes = shingle(document)
        if len(hashes) < 20:
            hashes = np.array([hash_text(document)], np.uint64)
        sketch = hashes[:SKETCH]  # np.unique sorts: these are the smallest
        sketches.append(sketch)
        hits = Counter(j for h in sketch[:PROBES].tolist() for j in seen[h])
        if any(overlap(sketch, sketches[j]) > LIMIT for j, _ in hits.most_common(5)):
            doomed.add(i)
            continue
        for h in sketch[:PROBES].tolist():
            seen[h].append(i)
    return doomed


def hash_text(text):
    """A 64-bit checksum of a whole text."""
    return zlib.crc32(text.encode()) << 32 | zlib.adler32(text.encode())


def overlap(a, b):
    """Estimated Jaccard similarity of two sketches."""
    both = np.union1d(a, b)[:SKETCH]
    return np.isin(both, a).__and__(np.isin(both, b)).mean()


def without_overlap(documents, held, limit=0.02, order=8):
    """The documents that share at most `limit` of their eight-word shingles with held-out text."""
    shingle = Shingler(order)
    forbidden = np.unique(np.concatenate([shingle(d) for d in held])) if held else np.array([], np.uint64)
    return [d for d in documents if not len(forbidden) or share_in(shingle(d), forbidden) <= limit]


def share_in(hashes, table):
    """Share of hashes found in a sorted table."""
    if not len(hashes):
        return 0.0
    at = np.minimum(np.searchsorted(table, hashes), len(table) - 1)
    return float((table[at] == hashes).mean())
