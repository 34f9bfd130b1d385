"""Byte-level BPE as GPT-2 has it: training, the Hugging Face tokenizer.json, encoding and decoding.

The word split is GPT-2's regular expression for ASCII letters and digits (the training text is ASCII).
Sources: Sennrich et al. 2016; Radford et al. 2019.
"""
import heapq
import json
import re
from collections import Counter, defaultdict
from pathlib import Path

from documents import EOT

SPLIT = re.compile(r"'s|'t|'re|'ve|'m|'ll|'d| ?[A-Za-z]+| ?[0-9]+| ?[^\sA-Za-z0-9]+|\s+(?!\S)|\s+")


def byte_alphabet():
    """Byte -> the printable character that stands for it in tokenizer.json."""
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    characters = {b: chr(b) for b in printable}
    for b in range(256):
        if b not in characters:
            characters[b] = chr(256 + len(characters) - len(printable))
    return characters


BYTE = byte_alphabet()


class Words:
    """The words of a text as lists of symbols, with counts of the pairs in them."""

    def __init__(self, counts):
        self.words = [([BYTE[b] for b in w.encode()], n) for w, n in counts.items() if n > 1]
        self.pairs, self.where = Counter(), defaultdict(set)
        for i, (symbols, n) in enumerate(self.words):
            for pair in zip(symbols, symbols[1:]):
                self.pairs[pair] += n
                self.where[pair].add(i)

    def merge(self, pair):
        """Joins a pair everywhere; gives the pairs whose counts changed."""
        touched, joined = set(), pair[0] + pair[1]
        for i in self.where.pop(pair):
            symbols, n = self.words[i]
            for q in zip(symbols, symbols[1:]):
                self.pairs[q] -= n
                touched.add(q)
            symbols = join(symbols, pair, joined)
            self.words[i] = (symbols, n)
            for q in zip(symbols, symbols[1:]):
                self.pairs[q] += n
                self.where[q].add(i)
                touched.add(q)
        self.pairs.pop(pair, None)
        return touched


def join(symbols, pair, joined):
    """A list of symbols with each `pair` replaced by `joined`."""
    result, j = [], 0
    while j < len(symbols):
        if symbols[j] == pair[0] and j + 1 < len(symbols) and symbols[j + 1] == pair[1]:
            result.append(joined)
            j += 2
        else:
            result.append(symbols[j])
            j += 1
    return result


def learn_merges(texts, count):
    """The `count` most frequent merges, in order; ties go to the pair that sorts first."""
    counts = Counter()
    for text in texts:
        counts.update(SPLIT.findall(text))
    words, merges = Words(counts), []
    heap = [(-n, pair) for pair, n in words.pairs.items()]
    heapq.heapify(heap)
    while len(merges) < count and heap:
        n, pair = heapq.heappop(heap)
        now = words.pairs.get(pair, 0)
        if -n != now:
            if now > 0:
                heapq.heappush(heap, (-now, pair))
            continue
        merges.append(pair)
        for q in words.merge(pair):
            if words.pairs.get(q, 0) > 0:
                heapq.heappush(heap, (-words.pairs[q], q))
    return merges


def train(texts, vocabulary, folder):
    """Learns a vocabulary of the given size and writes tokenizer.json and tokenizer_config.json."""
    merges = learn_merges(texts, vocabulary - 257)
    tokens = [BYTE[b] for b in range(256)] + [a + b for a, b in merges]
    ids = {token: i for i, token in enumerate(tokens)}
    ids[EOT] = len(ids)
    byte_level = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True}
    special = {"single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": True}
    tokenizer = {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": [{"id": ids[EOT], "content": EOT, **special}],
        "normalizer": None,
        "pre_tokenizer": byte_level,
        "post_processor": None,
        "decoder": byte_level,
        "model": {
            "type": "BPE",
            "dropout": None,
            "unk_token": None,
            "continuing_subword_prefix": None,
            "end_of_word_suffix": None,
            "fuse_unk": False,
            "byte_fallback": False,
            "ignore_merges": False,
            "vocab": ids,
            "merges": [list(m) for m in merges],
        },
    }
    config = {"tokenizer_class": "GPT2Tokenizer", "bos_token": EOT, "eos_token": EOT, "unk_token": EOT}
    config |= {"model_max_length": 1024, "add_prefix_space": False}
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "tokenizer.json").write_text(json.dumps(tokenizer, ensure_ascii=False))
    (folder / "tokenizer_config.json").write_text(json.dumps(config))


class Tokenizer:
    """Encodes and decodes with the tokenizer.json of a folder."""

    def __init__(self, folder):
        model = json.loads((Path(folder) / "tokenizer.json").read_text())["model"]
        self.ids = model["vocab"]
        pairs = (m.split(" ") if isinstance(m, str) else m for m in model["merges"])
        self.rank = {tuple(pair): i for i, pair in enumerate(pairs)}
        self.eot = self.ids[EOT]
        self.known = {}
        back = {c: b for b, c in BYTE.items()}
        self.bytes = {i: bytes(back[c] for c in t) if i != self.eot else b"" for t, i in self.ids.items()}

    def encode_word(self, word):
        """The tokens of one piece of the word split."""
        symbols = [BYTE[b] for b in word.encode()]
        while len(symbols) > 1:
            rank, at = min((self.rank.get(pair, 1 << 30), i) for i, pair in enumerate(zip(symbols, symbols[1:])))
            if rank == 1 << 30:
                break
            symbols[at : at + 2] = [symbols[at] + symbols[at + 1]]
        return [self.ids[s] for s in symbols]

    def encode(self, text):
        """Tokens of a text, without end-of-text."""
        result, known = [], self.known
        for word in SPLIT.findall(text):
            ids = known.get(word)
            if ids is None:
                ids = known[word] = self.encode_word(word)
            result += ids
        return result

    def decode(self, ids):
        """The text of tokens; end-of-text is left out."""
        return b"".join(self.bytes[i] for i in ids).decode("utf-8", errors="replace")
