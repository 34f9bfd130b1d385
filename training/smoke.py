"""The whole pipeline on a tiny sample, from text to the game, in less than two minutes.

    python3 training/smoke.py

Makes its own corpus out of the repository's adventures. Looks for a Python with PyTorch; says so if there is none.
"""
import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))
OTHER_PYTHON = "/usr/bin/python3"


def find_torch():
    """Goes on under a Python that has PyTorch, or says aloud that the smoke run is skipped."""
    if importlib.util.find_spec("torch"):
        return
    probe = [OTHER_PYTHON, "-c", "import importlib.util as u, sys; sys.exit(not u.find_spec('torch'))"]
    if sys.executable != OTHER_PYTHON and os.path.exists(OTHER_PYTHON) and subprocess.run(probe).returncode == 0:
        os.execv(OTHER_PYTHON, [OTHER_PYTHON, *sys.argv])
    print("SKIPPED: the training smoke run needs PyTorch, which is not installed.")
    print("On Debian: apt-get install python3-torch libopenblas0-pthread zstd")
    sys.exit(0)


def tiny_sample(folder):
    """A corpus and adventures of about 100 KB, held-out ones among them."""
    from documents import is_held, read_adventures, write_documents

    documents = read_adventures([HERE / "adventures"])
    held = [d for d in documents if is_held(d)]
    chosen = documents[:28] + held[:4]
    write_documents(folder / "adventures/tiny.txt", chosen)
    told = documents[28:68]
    prose = ["\n\n".join(b for b in d.split("\n\n") if b[0] not in ">[") * 2 for d in told]
    prose += ["\n\n".join(line for line in d.split("\n") if line and line[0] not in ">[") for d in held[4:8] + told]
    write_documents(folder / "corpus/prose.txt", prose)
    commands = (d.replace("> You ", "> ") for d in documents[68:88])
    write_documents(folder / "corpus/second_person.txt", ["\n\n".join(d.split("\n")) for d in commands])
    (folder / "corpus/manifest.tsv").write_text("file\tsource\tlicence\tdocuments\tcharacters\n")


def run(*command):
    """One command; ends the smoke run where it fails."""
    began = time.time()
    done = subprocess.run(list(map(str, command)), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    last = done.stdout.strip().split("\n")[-1]
    print(f"  {time.time() - began:5.1f} s  {' '.join(Path(str(c)).name for c in command[1:4])}: {last}", flush=True)
    if done.returncode:
        sys.exit(f"FAILED: {' '.join(map(str, command))}\n{done.stdout}")
    return done.stdout


def pipeline(folder):
    """Every step, with a pause in the training."""
    config, work = HERE / "configs/smoke.json", folder / "work"

    def step(name, *options):
        return run(sys.executable, HERE / "make.py", name, "--config", config, "--work", work, *options)

    step("gather", "--corpus", folder / "corpus", "--adventures", folder / "adventures")
    for name in ("augment", "tokenizer", "pack"):
        step(name)
    assert "done before" in step("pack"), "a finished step was done again"
    step("train", "--pause-after", 0.05)
    assert "going on from step" in step("train"), "training did not go on where it was paused"
    step("export", "--out", folder / "smoke")
    step("blend", "--models", folder / "smoke", folder / "smoke", "--out", folder / "blend")
    step("evaluate", "--models", folder / "smoke", folder / "blend")
    step("sample", "--models", folder / "smoke", "--count", 1)
    step("curve")
    carried(step, config, folder)
    if shutil.which("npx") and (HERE.parent / "node_modules/tsx").exists():
        in_game(step, folder)
    else:
        print("SKIPPED: the import into the game needs Node and `npm install`")


def carried(step, config, folder):
    """The single-file program trains from its parts alone."""
    step("pack-for-gpu", "--out", folder / "gpu")
    trip = folder / "gpu/trip-1"
    shutil.copytree(trip / "tokenizer", folder / "away/tokenizer")
    options = ("--config", trip / "config.json", "--work", folder / "away", "--parts", trip, "--minutes", 0.05)
    assert "done:" in run(sys.executable, trip / "train.py", *options)


def in_game(step, folder):
    """float32 agrees with PyTorch; the card is written."""
    step("import", "--models", folder / "smoke", "--out", folder / "game", "--quantize", "none")
    report = step("compare", "--models", folder / "smoke", "--game", folder / "game")
    difference = float(report.split("log probability: ")[1].split("\n")[0])
    assert difference < 1e-3, f"the game's probabilities differ from PyTorch's by {difference}"
    step("card", "--corpus", folder / "corpus", "--models", folder / "smoke", "--game", folder / "game")


def main():
    """Unit checks, then the pipeline, in a folder that is removed at the end."""
    find_torch()
    began = time.time()
    run(sys.executable, "-m", "unittest", "discover", "-s", HERE, "-p", "check_*.py")
    with tempfile.TemporaryDirectory(prefix="narrator-smoke-") as name:
        tiny_sample(Path(name))
        pipeline(Path(name))
    print(f"training smoke run passed in {time.time() - began:.0f} seconds")


if __name__ == "__main__":
    main()
