"""Writes MODEL_CARD.md of a game model folder: size, training, evaluation, transcripts, sources with licences, checksums.

The training's curve is shown where curve.svg lies in the folder.
"""
import csv
import hashlib
import json
from collections import defaultdict
from pathlib import Path

import sample
from documents import read_documents
from gpt2 import load_model

TRANSCRIPTS = 10
CURVE = "curve.svg"


def sources(config, corpus):
    """Lines that name the corpus files used and, where a licence asks for it, their sources."""
    used = {name for files in config["groups"].values() for name in files}
    by_licence = defaultdict(set)
    with open(Path(corpus) / "manifest.tsv", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t"):
            if row["file"] in used and row["licence"] != "-":  # a row of totals has none
                owner = row["source"].split("/")[0]
                by_licence[row["licence"]].add(owner if owner == "standardebooks" else row["source"])
    lines = ["- adventures written for this project (MIT, the repository's licence)"]
    return lines + [f"- {licence}: {', '.join(sorted(names))}" for licence, names in sorted(by_licence.items())]


def table(evaluation):
    """The evaluation as Markdown."""
    lines = ["| model | held-out text | nats a token | bits a character |", "|---|---|---:|---:|"]
    for folder, texts in evaluation.items():
        for text, r in texts.items():
            lines.append(f"| {Path(folder).name} | {text} | {r['nats']:.3f} | {r['bits']:.3f} |")
    return lines


def quantisation(path):
    """What the game's form of the weights costs, where `compare` has measured it."""
    if not path.exists():
        return []
    bits = json.loads(path.read_text())
    loss = 100 * (bits["game"] / bits["pytorch"] - 1)
    figures = f"{bits['pytorch']:.4f} bits a character in PyTorch, {bits['game']:.4f} in the game ({loss:+.2f} %)"
    return [f"As shipped, on the first of these adventures: {figures}.", ""]


def run(config, work, corpus, source, game):
    """See the module's first lines."""
    work, game = Path(work), Path(game)
    shape, parameters = load_model(source).shape, sum(p.numel() for p in load_model(source).parameters())
    log = [line.split("\t") for line in (work / "run/log.tsv").read_text().splitlines()][-1]
    held = [d for d in sorted(read_documents(work / "text/held-adventures.txt")) if "\n\n> " in d]
    lines = [
        f"# {config['name'].capitalize()}, a built-in narrator",
        "",
        f"GPT-2 of {parameters / 1e6:.2f} million parameters: {shape.layers} layers, width {shape.width}, "
        f"{shape.heads} heads, {shape.context} positions, byte-level BPE of {shape.vocabulary} tokens.",
        "",
        *([config["about"], ""] if "about" in config else []),
        "## Training",
        "",
        f"{int(log[1]) / 1e6:.1f} million tokens in {float(log[2]) / 60:.0f} minutes by `training/` with "
        f"`training/configs/{config['name']}.json`. One adventure in fourteen is held out by its checksum.",
        *([config["history"]] if "history" in config else []),
        "",
        *([f"![Training loss against tokens]({CURVE})", ""] if (game / CURVE).exists() else []),
        *sources(config, corpus),
        "",
        "## Evaluation",
        "",
        *table(json.loads((work / "evaluation.json").read_text())),
        "",
        *quantisation(work / "comparison.json"),
        "## Checksums (SHA-256)",
        "",
        *(
            f"    {hashlib.sha256(p.read_bytes()).hexdigest()}  {p.name}"
            for p in sorted(game.iterdir())
            if p.name not in ("MODEL_CARD.md", CURVE)
        ),
        "",
        f"## Transcripts (seeds 1-{TRANSCRIPTS}, not picked; plain sampling, without the game's defences)",
        "",
    ]
    for i in range(min(TRANSCRIPTS, len(held))):
        text = sample.transcript(source, held[i * len(held) // TRANSCRIPTS % len(held)], i + 1)
        lines += [f"Seed {i + 1}", "", *("    " + line for line in text.split("\n")), ""]
    (game / "MODEL_CARD.md").write_text("\n".join(lines))
    print(f"{game / 'MODEL_CARD.md'} written", flush=True)
