"""Evaluates models on held-out text: nats a token and bits a character, side by side.

A document is read as the game's prompts are, after an end-of-text token; one longer than the context is read on with half
a context of what went before. Bits a character compare models with different tokenizers; nats a token do not.
"""
import os

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import json
import math
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

from bpe import Tokenizer
from documents import read_documents, some
from gpt2 import load_model
from pack import encode_marked
from windows import MARK

PROSE_CHARACTERS = 300_000


@torch.no_grad()
def token_costs(model, ids):
    """Nats of each of ids[1:], each with at least half a context before it where there is so much."""
    context, costs, done = model.shape.context, [], 0
    ids = torch.tensor(ids)
    while done < len(ids) - 1:
        begin = max(0, done - context // 2) if done else 0
        window = ids[begin : begin + context + 1]
        logits = model.logits(window[None, :-1])[0, done - begin :]
        costs.append(F.cross_entropy(logits.float(), window[1 + done - begin :], reduction="none"))
        done = begin + len(window) - 1
    return torch.cat(costs).numpy()


def evaluate(folder, documents):
    """{'nats', 'bits', 'passageNats'} of a model folder on documents; the last over passages only."""
    model, tokenizer = load_model(folder).eval(), Tokenizer(folder)
    packed = [encode_marked(tokenizer, d) for d in documents]
    lists = [[tokenizer.eot, *(p & ~np.uint16(MARK)).tolist()] for p in packed]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        costs = list(pool.map(lambda ids: token_costs(model, ids), lists))
    cost, mark = np.concatenate(costs), np.concatenate(packed) & MARK > 0
    characters = sum(map(len, documents))
    return {
        "nats": float(cost.mean()),
        "bits": float(cost.sum() / math.log(2) / characters),
        "passageNats": float(cost[~mark].mean()),
    }


def run(work, folders):
    """Prints the table for the folders and writes WORK/evaluation.json."""
    torch.set_num_threads(1)
    text = Path(work) / "text"
    sets = {
        "adventures": read_documents(text / "held-adventures.txt"),
        "prose": some(read_documents(text / "held-prose.txt"), PROSE_CHARACTERS),
    }
    result = {}
    print("| model | text | documents | nats a token | bits a character | nats a token, passages |")
    print("|---|---|---:|---:|---:|---:|")
    for folder in folders:
        for name, documents in sets.items():
            if documents:
                r = result.setdefault(str(folder), {})[name] = evaluate(folder, documents)
                about = f"{Path(folder).name} | {name} | {len(documents)}"
                print(f"| {about} | {r['nats']:.3f} | {r['bits']:.3f} | {r['passageNats']:.3f} |", flush=True)
    (Path(work) / "evaluation.json").write_text(json.dumps(result, indent=1) + "\n")
    return result
