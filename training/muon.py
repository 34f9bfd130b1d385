"""Muon: momentum made orthogonal by a Newton-Schulz iteration, for weight matrices (Jordan et al. 2024)."""
import torch


def orthogonal(matrix, rounds=5):
    """A matrix with the same singular vectors and singular values near one."""
    x = matrix.bfloat16() if matrix.is_cuda else matrix
    flip = x.size(0) > x.size(1)
    x = x.T if flip else x
    x = x / (x.norm() + 1e-7)
    for _ in range(rounds):
        a = x @ x.T
        x = torch.addmm(x, torch.addmm(a, a, a, beta=-4.7750, alpha=2.0315), x, beta=3.4445)
    return (x.T if flip else x).to(matrix.dtype)


class Muon(torch.optim.Optimizer):
    """Nesterov momentum, made orthogonal, with decoupled weight decay.

    `workers` (an executor, or None) shares out the matrices: with small batches on a CPU the iteration is a quarter of a step.
    """

    def __init__(self, parameters, lr, momentum=0.95, decay=0.0, workers=None):
        super().__init__(parameters, {"lr": lr, "momentum": momentum, "decay": decay})
        self.workers = workers

    def step(self):
        for group in self.param_groups:
            each = self.workers.map if self.workers else map
            list(each(lambda p, group=group: self.update(p, group), group["params"]))

    @torch.no_grad()
    def update(self, p, group):
        """One matrix. (Gradients are switched off per thread, so here and not in `step`.)"""
        average = self.state[p].setdefault("average", torch.zeros_like(p))
        average.lerp_(p.grad, 1 - group["momentum"])
        update = orthogonal(p.grad.lerp(average, group["momentum"]))
        stretch = max(1, p.size(0) / p.size(1)) ** 0.5
        p.mul_(1 - group["lr"] * group["decay"]).add_(update, alpha=-group["lr"] * stretch)
