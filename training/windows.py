"""Packed tokens and the windows that a training step sees.

A packed file holds documents end to end as uint16, with the end-of-text token before, between and after them. Bit 15 marks
tokens of header and action lines (what the player or the game writes), so the loss can weigh them less.
"""
from dataclasses import dataclass

import numpy as np
import torch

MARK = 0x8000


class Group:
    """One packed file: its tokens and where its documents begin (with end-of-text, as the game's prompts do)."""

    def __init__(self, path, eot):
        self.tokens = np.fromfile(path, dtype=np.uint16)
        self.starts = np.flatnonzero(self.tokens == eot)[:-1]

    def start(self, length, rng):
        """Where a window begins, and whether that is a document's beginning.

        The longer the window is against the documents, the more windows begin with one.
        """
        whole = rng.random() < min(0.6, max(0.1, length * len(self.starts) / len(self.tokens) / 2))
        at = int(self.starts[rng.integers(len(self.starts))] if whole else rng.integers(len(self.tokens)))
        last = len(self.tokens) - length - 1
        return (at, True) if whole and at <= last else (int(rng.integers(last + 1)), False)


@dataclass
class Batch:
    """tokens, target, weight, avoid [B, T]; offset [B]: the position of each window's first token."""

    tokens: torch.Tensor
    target: torch.Tensor
    weight: torch.Tensor
    avoid: torch.Tensor
    offset: torch.Tensor

    def to(self, device):
        """The same batch on a device; pinned and asynchronous where that helps."""
        if device == "cpu":
            return self
        moved = (t.pin_memory().to(device, non_blocking=True) for t in vars(self).values())
        return Batch(*moved)


def repeats(ids, order=3):
    """ids [B, T+1] -> the token that followed the last earlier occurrence of the same `order` tokens, or -1, as [B, T].

    Where the text itself repeats (the next token is that token), there is nothing to avoid: -1.
    """
    b, long = ids.shape
    key = np.repeat(np.arange(b), long - order).astype(np.uint64)
    for i in range(order):
        key = key * np.uint64(1_000_003) + ids[:, i : long - order + i].reshape(-1).astype(np.uint64)
    follow = ids[:, order:].reshape(-1)
    sorted_by = np.argsort(key, kind="stable")
    same = key[sorted_by[1:]] == key[sorted_by[:-1]]
    result = np.full(len(key), -1, np.int64)
    result[sorted_by[1:][same]] = follow[sorted_by[:-1][same]]
    result[result == follow] = -1
    return np.concatenate((np.full((b, order - 1), -1), result.reshape(b, -1)), axis=1)


class Mixture:
    """Groups with weights: draws batches from them."""

    def __init__(self, groups, weights, context, marked_weight, with_avoid):
        self.groups = [groups[name] for name in weights]
        self.share = np.array(list(weights.values()), float) / sum(weights.values())
        self.context, self.marked_weight, self.with_avoid = context, marked_weight, with_avoid

    def batch(self, count, length, rng):
        """`count` windows of `length` tokens.

        A window from the middle of a document stands at a random position, so that short windows train all positions.
        """
        raw, offset = np.empty((count, length + 1), np.uint16), np.zeros(count, np.int64)
        for i, which in enumerate(rng.choice(len(self.groups), size=count, p=self.share)):
            at, whole = self.groups[which].start(length, rng)
            raw[i] = self.groups[which].tokens[at : at + length + 1]
            offset[i] = 0 if whole else rng.integers(self.context - length + 1)
        ids = (raw & 0x7FFF).astype(np.int64)
        weight = np.where(raw[:, 1:] & MARK, self.marked_weight, 1.0).astype(np.float32)
        avoid = repeats(ids) if self.with_avoid else np.full((1, 1), -1)
        arrays = (ids[:, :-1], ids[:, 1:], weight, np.broadcast_to(avoid, (count, length)), offset)
        return Batch(*(torch.from_numpy(np.array(a)) for a in arrays))
