"""Trains a GPT-2 on packed tokens, as its configuration says, and goes on where it was stopped.

    python3 train.py --config configs/ember.json --work WORK [--minutes M] [--deadline HH:MM] [--from DIR] [--teacher DIR]
                     [--parts DIR] [--pause-after M]

Reads WORK/packed and WORK/tokenizer, writes WORK/run: state.pt (to resume), log.tsv, weights/ (the newest export).
CPU: float32, one worker thread per core, each with its own micro-batches, so that nobody waits inside an operation.
CUDA: bfloat16, compiled. Needs torch and numpy only. Stops cleanly on SIGTERM; SIGSTOP and SIGCONT pause it, and the
time in between does not count.
"""
import os

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import argparse
import json
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from pathlib import Path

import numpy as np
import torch

from gpt2 import GPT2, Shape, load_model, save_model
from loss import HeadLoss, Terms, loss_plain
from muon import Muon
from parts import unpack
from schedule import Clock, parse_deadline, rate
from windows import Group, Mixture

SAVE_SECONDS = 300


def shape_of(config, vocabulary):
    """The model's shape from a configuration."""
    return Shape(config["layers"], config["width"], config["heads"], config["context"], vocabulary)


class Worker:
    """A copy of the model that shares the weights and has gradients of its own."""

    def __init__(self, model, terms, device, teacher):
        self.own = model
        if device == "cpu":
            self.own = GPT2(model.shape)
            for mine, shared in zip(self.own.parameters(), model.parameters()):
                mine.data = shared.data
        self.terms, self.device, self.teacher = terms, device, teacher
        self.loss = torch.compile(self.compute, dynamic=False) if device == "cuda" else self.compute

    def compute(self, batch_tokens, target, weight, avoid, offset):
        """(loss, cross-entropy) of one micro-batch."""
        hidden = self.own(batch_tokens, offset)
        rows = (hidden.flatten(0, 1), self.own.wte.weight, target.flatten(), weight.flatten(), avoid.flatten())
        if self.device == "cpu" and not self.teacher:
            return HeadLoss.apply(*rows, self.terms)
        logits = None
        if self.teacher:
            with torch.no_grad():
                logits = self.teacher.logits(batch_tokens).flatten(0, 1)
        return loss_plain(*rows, self.terms, logits)

    def run(self, queue, share):
        """Works off micro-batches; gradients add up. Gives the sum of their cross-entropies."""
        total = 0.0
        while queue:
            try:
                batch = queue.pop()
            except IndexError:
                break
            batch = batch.to(self.device)
            with torch.autocast("cuda", torch.bfloat16) if self.device == "cuda" else nullcontext():
                loss, cross = self.loss(batch.tokens, batch.target, batch.weight, batch.avoid, batch.offset)
            (loss * share).backward()
            total += cross
        return total


class Average:
    """The mean of the weights over the last part of a run."""

    def __init__(self, model):
        self.model, self.count, self.mean = model, 0, None

    @torch.no_grad()
    def add(self):
        """Takes the weights as they are now into the mean."""
        self.count += 1
        if self.mean is None:
            self.mean = [p.detach().clone() for p in self.model.parameters()]
        for mean, p in zip(self.mean, self.model.parameters()):
            mean.lerp_(p, 1 / self.count)

    @torch.no_grad()
    def apply(self):
        """Makes the mean the model's weights."""
        for mean, p in zip(self.mean or [], self.model.parameters()):
            p.copy_(mean)


class Run:
    """One training run: model, optimisers, data and clock."""

    def __init__(self, options, config):
        self.options, self.config, self.plan = options, config, config["train"]
        self.folder = Path(options.work) / "run"
        self.folder.mkdir(parents=True, exist_ok=True)
        self.device = "cuda" if torch.cuda.is_available() else "cpu"
        torch.manual_seed(config["seed"])
        torch.set_num_threads(1)
        torch.set_float32_matmul_precision("high")
        vocabulary = json.loads((Path(options.work) / "tokenizer/tokenizer.json").read_text())["model"]["vocab"]
        self.eot = vocabulary["<|endoftext|>"]
        start = load_model(options.start) if options.start else GPT2(shape_of(config, len(vocabulary)))
        self.model = start.to(self.device)
        count = options.threads if self.device == "cpu" else 1
        self.pool = ThreadPoolExecutor(count) if count > 1 else None
        self.build_optimizers()
        self.build_data()
        self.step, self.seen, self.average = 0, 0, Average(self.model)
        spent = self.resume()
        self.clock = Clock(options.minutes or self.plan["minutes"], spent, parse_deadline(options.deadline))
        self.build_workers(count)
        self.stopped = False
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self.stop)

    def stop(self, *_):
        """Makes the run save and end after the step in hand."""
        self.stopped = True

    def build_optimizers(self):
        """Muon for the blocks' matrices, AdamW for embeddings, norms and biases."""
        matrices = self.model.matrices()
        chosen = {id(p) for p in matrices}
        rest = [p for p in self.model.parameters() if id(p) not in chosen]
        self.optimizers = [
            Muon(matrices, self.plan["muon"], decay=self.plan["decay"], workers=self.pool),
            torch.optim.AdamW(rest, lr=self.plan["adam"], betas=(0.9, 0.95), weight_decay=0.0),
        ]

    def build_data(self):
        """The two mixtures: for the flat part of the run, and for its cool-down."""
        packed, plan = Path(self.options.work) / "packed", self.plan
        groups = {name: Group(packed / f"{name}.bin", self.eot) for name in {**plan["main"], **plan["late"]}}
        about = (self.config["context"], plan["markedWeight"], plan["unlikelihood"] > 0)
        self.main, self.late = (Mixture(groups, plan[part], *about) for part in ("main", "late"))
        self.rng = np.random.default_rng(self.config["seed"])

    def build_workers(self, count):
        """One worker on a GPU, one per core on a CPU."""
        teacher = None
        if self.options.teacher:
            teacher = load_model(self.options.teacher).to(self.device).eval()
        terms = Terms(self.plan["z"], self.plan["unlikelihood"], self.plan["distill"] if teacher else 0.0)
        self.workers = [Worker(self.model, terms, self.device, teacher) for _ in range(count)]

    def resume(self):
        """Takes up WORK/run/state.pt; gives the seconds already spent."""
        path = self.folder / "state.pt"
        if not path.exists():
            return 0.0
        state = torch.load(path, map_location=self.device)
        self.model.load_state_dict(state["model"])
        for optimizer, saved in zip(self.optimizers, state["optimizers"]):
            optimizer.load_state_dict(saved)
        self.step, self.seen, self.average.count = state["step"], state["seen"], state["averageCount"]
        self.average.mean = state["average"]
        self.rng = np.random.default_rng((self.config["seed"], self.step))
        print(f"going on from step {self.step}", flush=True)
        return state["spent"]

    def save(self):
        """Writes the state to resume from (whole or not at all) and the weights as they are."""
        state = {
            "model": self.model.state_dict(),
            "optimizers": [o.state_dict() for o in self.optimizers],
            "step": self.step,
            "seen": self.seen,
            "spent": self.clock.spent,
            "average": self.average.mean,
            "averageCount": self.average.count,
        }
        torch.save(state, self.folder / "state.tmp")
        (self.folder / "state.tmp").replace(self.folder / "state.pt")
        save_model(self.model, self.folder / "weights", self.eot, self.config["half"])

    def batches(self, progress):
        """The micro-batches of one step: mostly short windows, every few steps the full context."""
        plan, cooling = self.plan, progress >= 1 - self.plan["cooldown"]
        every = plan["longEveryLate"] if cooling else plan["longEvery"]
        length = self.config["context"] if every and self.step % every == 0 else plan["window"]
        rows = max(1, plan["microTokens"] // length)
        count = max(1, plan["batchTokens"] // (rows * length))
        source = self.late if cooling else self.main
        return [source.batch(rows, length, self.rng) for _ in range(count)]

    def one_step(self, progress):
        """One update; gives the mean cross-entropy."""
        factor = rate(progress, self.plan["warmup"], self.plan["cooldown"])
        for optimizer, full in zip(self.optimizers, (self.plan["muon"], self.plan["adam"])):
            for group in optimizer.param_groups:
                group["lr"] = full * factor
        queue = self.batches(progress)
        count = len(queue)
        self.seen += sum(b.tokens.numel() for b in queue)
        if self.pool:
            jobs = [self.pool.submit(w.run, queue, 1 / count) for w in self.workers]
            total = sum(job.result() for job in jobs)
        else:
            total = self.workers[0].run(queue, 1 / count)
        self.collect_gradients()
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        for optimizer in self.optimizers:
            optimizer.step()
            optimizer.zero_grad(set_to_none=True)
        self.step += 1
        if progress >= 1 - self.plan["average"]:
            self.average.add()
        return total / count

    def collect_gradients(self):
        """Adds the workers' gradients up in the model that the optimisers know."""
        if self.device == "cuda":
            return
        for p, *copies in zip(self.model.parameters(), *(w.own.parameters() for w in self.workers)):
            parts = [c.grad for c in copies if c.grad is not None]
            p.grad = parts[0] if len(parts) == 1 else sum(parts[1:], parts[0])
            for c in copies:
                c.grad = None

    def log(self, progress, loss):
        """One line for people and one for the learning curve."""
        speed = self.seen / max(self.clock.spent, 1e-9)
        with open(self.folder / "log.tsv", "a") as file:
            file.write(f"{self.step}\t{self.seen}\t{self.clock.spent:.0f}\t{progress:.4f}\t{loss:.4f}\n")
        print(f"step {self.step} {100 * progress:.1f}% loss {loss:.3f} {speed:.0f} tokens/s", flush=True)

    def train(self):
        """Steps until the clock runs out, or `--pause-after` minutes of this call are over."""
        began = saved = time.time()
        mean, count = 0.0, 0
        while (progress := self.clock.progress()) < 1:
            loss = self.one_step(progress)
            self.clock.tick()
            mean, count = mean + loss, count + 1
            if self.step % self.plan["logEvery"] == 0:
                self.log(progress, float(mean) / count)
                mean, count = 0.0, 0
            if time.time() - saved > SAVE_SECONDS:
                self.save()
                saved = time.time()
            if self.stopped or (self.options.pause_after and time.time() - began > 60 * self.options.pause_after):
                self.save()
                print("paused; the same command goes on")
                return
        self.average.apply()
        self.save()
        print(f"done: {self.step} steps, {self.seen} tokens, {self.clock.spent / 60:.1f} minutes")


def main():
    """Reads the options and trains."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--config", required=True)
    parser.add_argument("--work", required=True, help="folder with packed/ and tokenizer/; run/ is written there")
    parser.add_argument("--minutes", type=float, help="training time instead of the configuration's")
    parser.add_argument("--deadline", help="HH:MM UTC by which the learning rate must have come down to zero")
    parser.add_argument("--pause-after", type=float, help="stop after so many minutes of this call, to go on later")
    parser.add_argument("--from", dest="start", help="begin with the weights of this folder")
    parser.add_argument("--teacher", help="folder of a larger model with the same tokenizer to distil from")
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--parts", help="first unpack WORK/packed from the NAME.bin.xz.NN in this folder")
    options = parser.parse_args()
    if options.parts:
        unpack(options.parts, Path(options.work) / "packed")
    Run(options, json.loads(Path(options.config).read_text())).train()


if __name__ == "__main__":
    main()
