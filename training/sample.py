"""Transcripts of a model: it tells on from held-out openings while a scripted player acts. NumPy only, with a key cache.

Plain sampling (temperature, top-p, a light repetition penalty), so that a transcript shows the model and not the game's
defences against repetition.
"""
import json
from pathlib import Path

import numpy as np

from bpe import Tokenizer
from documents import read_documents
from gpt2 import read_safetensors

ACTIONS = ("You look around.", "You pick it up.", 'You say "Who are you?"', "You go on.", "You wait and listen.")
TEMPERATURE, TOP_P, PENALTY, LONGEST = 0.7, 0.9, 1.12, 110


class Teller:
    """GPT-2 that reads tokens one batch after the other and remembers keys and values."""

    def __init__(self, folder):
        self.c = json.loads((Path(folder) / "config.json").read_text())
        self.w = {n.removeprefix("transformer."): a for n, a in read_safetensors(Path(folder) / "model.safetensors").items()}
        self.past = [None] * self.c["n_layer"]
        self.length = 0

    def norm(self, x, name):
        """Layer norm with the named gain and bias."""
        x = x - x.mean(-1, keepdims=True)
        x = x / np.sqrt((x * x).mean(-1, keepdims=True) + self.c["layer_norm_epsilon"])
        return x * self.w[name + ".weight"] + self.w[name + ".bias"]

    def linear(self, x, name):
        """x times the named [in, out] matrix, and its bias."""
        return x @ self.w[name + ".weight"] + self.w[name + ".bias"]

    def attention(self, x, layer):
        """Causal attention over what was read before and x."""
        t, heads = len(x), self.c["n_head"]
        qkv = self.linear(x, f"h.{layer}.attn.c_attn").reshape(t, 3, heads, -1).transpose(1, 2, 0, 3)
        q, kv = qkv[0], qkv[1:]
        if self.past[layer] is not None:
            kv = np.concatenate((self.past[layer], kv), axis=2)
        self.past[layer] = kv
        scores = q @ kv[0].transpose(0, 2, 1) / np.sqrt(q.shape[-1])
        scores = scores + np.triu(np.full((t, kv.shape[2]), -1e9), kv.shape[2] - t + 1)
        share = np.exp(scores - scores.max(-1, keepdims=True))
        y = (share / share.sum(-1, keepdims=True)) @ kv[1]
        return self.linear(y.transpose(1, 0, 2).reshape(t, -1), f"h.{layer}.attn.c_proj")

    def read(self, ids):
        """Reads tokens; gives the logits after the last one."""
        at = np.arange(self.length, self.length + len(ids))
        x = self.w["wte.weight"][ids] + self.w["wpe.weight"][at]
        self.length += len(ids)
        for i in range(self.c["n_layer"]):
            x = x + self.attention(self.norm(x, f"h.{i}.ln_1"), i)
            u = self.linear(self.norm(x, f"h.{i}.ln_2"), f"h.{i}.mlp.c_fc")
            u = 0.5 * u * (1 + np.tanh(0.7978845608 * (u + 0.044715 * u**3)))
            x = x + self.linear(u, f"h.{i}.mlp.c_proj")
        return self.norm(x[-1], "ln_f") @ self.w["wte.weight"].T


def choose(logits, recent, rng):
    """A token by temperature, repetition penalty over `recent`, and top-p."""
    logits = logits.copy()
    seen = list(set(recent))
    logits[seen] = np.where(logits[seen] > 0, logits[seen] / PENALTY, logits[seen] * PENALTY)
    p = np.exp((logits - logits.max()) / TEMPERATURE)
    order = np.argsort(-p)
    p = p[order] / p.sum()
    count = int(np.searchsorted(np.cumsum(p), TOP_P)) + 1
    return int(rng.choice(order[:count], p=p[:count] / p[:count].sum()))


class Story:
    """What was told so far, as tokens; when the context is full, the newer half of it is read anew."""

    def __init__(self, folder, seed):
        self.folder, self.tokenizer, self.rng = folder, Tokenizer(folder), np.random.default_rng(seed)
        self.teller = Teller(folder)
        self.ids = [self.tokenizer.eot]
        self.context = self.teller.c["n_positions"]
        self.longest = min(LONGEST, self.context // 4)

    def read(self, text):
        """Reads text on; gives the logits after it."""
        self.ids += self.tokenizer.encode(text)
        if len(self.ids) > self.context - self.longest:
            self.teller = Teller(self.folder)
            self.ids = self.ids[-self.context // 2 :]
        return self.teller.read(self.ids[self.teller.length :])

    def tell(self, text):
        """Lets the model write one paragraph after `text`; gives it."""
        logits, begin = self.read(text), len(self.ids)
        while len(self.ids) - begin < self.longest:
            token = choose(logits, self.ids[max(begin, len(self.ids) - 100) :], self.rng)
            if token == self.tokenizer.eot or "\n" in self.tokenizer.decode([token]):
                break
            self.ids.append(token)
            logits = self.teller.read([token])
        return self.tokenizer.decode(self.ids[begin:])


def transcript(folder, document, seed):
    """Header and opening of a document, its first action, and then the scripted player's."""
    story = Story(folder, seed)
    opening, _, rest = document.partition("\n\n> ")
    text, fresh = "", f"{opening}\n\n> {rest.splitlines()[0]}\n"
    for action in (*ACTIONS, None):
        text += fresh + story.tell(fresh)
        fresh = f"\n\n> {action}\n"
    return text


def run(work, folder, count, seed):
    """Prints `count` transcripts; the n-th uses the n-th held-out adventure of those in order of their text."""
    documents = [d for d in sorted(read_documents(Path(work) / "text/held-adventures.txt")) if "\n\n> " in d]
    step = max(1, len(documents) // count)
    for i in range(count):
        text = transcript(folder, documents[i * step], seed + i)
        print(f"--- {Path(folder).name}, seed {seed + i}\n\n{text}\n", flush=True)
