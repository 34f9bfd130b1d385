"""Blends two models of the same shape and tokenizer: the straight line between their weights (Izmailov et al. 2018)."""
import shutil
from pathlib import Path

import torch

from export import TOKENIZER_FILES, write_sums
from gpt2 import load_model, save_model


@torch.no_grad()
def run(first, second, share, out, half):
    """Writes (1 - share) * first + share * second to OUT, with the tokenizer of the second."""
    base, other = load_model(first), load_model(second)
    for p, q in zip(base.parameters(), other.parameters()):
        p.lerp_(q, share)
    save_model(base, out, base.shape.vocabulary - 1, half)
    for name in TOKENIZER_FILES:
        shutil.copyfile(Path(second) / name, Path(out) / name)
    write_sums(out)
    print(f"{share:.2f} of {second} and {1 - share:.2f} of {first} -> {out}", flush=True)
