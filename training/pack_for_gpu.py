"""Makes folders to carry to a machine with a GPU: OUT/trip-1, trip-2, ..., each at most 60 MB.

The last holds the training program as one file, the configuration and the tokenizer besides its share of the tokens.
"""
import re
import shutil
from pathlib import Path

from parts import cut

MODULES = ["gpt2", "loss", "muon", "schedule", "windows", "parts", "train"]
TRIP_BYTES = 60_000_000
PART_BYTES = 15_000_000


def bundle():
    """The training program as the text of one file: the modules one after the other, without imports of each other."""
    here, pieces = Path(__file__).parent, []
    own = re.compile(r"^from (?:" + "|".join(MODULES) + r") import .*\n", re.M)
    for name in MODULES:
        source = (here / f"{name}.py").read_text()
        if name != "train":  # first in the file must stand what train.py sets before it imports torch
            pieces.append(own.sub("", source))
    head, rest = (here / "train.py").read_text().split("\nimport argparse\n", 1)
    return "\n\n".join([head, *pieces, "import argparse\n" + own.sub("", rest)])


def run(config_path, config, work, out):
    """See the module's first lines. `out` is made anew."""
    out, work = Path(out), Path(work)
    shutil.rmtree(out, ignore_errors=True)
    loose = out / "parts"
    loose.mkdir(parents=True)
    names = {**config["train"]["main"], **config["train"]["late"]}
    parts = [part for name in names for part in cut(work / "packed" / f"{name}.bin", loose, PART_BYTES)]
    trip, size = 1, 0
    for part in parts:
        if size + part.stat().st_size > TRIP_BYTES - 2_000_000:
            trip, size = trip + 1, 0
        size += part.stat().st_size
        folder = out / f"trip-{trip}"
        folder.mkdir(exist_ok=True)
        part.rename(folder / part.name)
    loose.rmdir()
    shutil.copytree(work / "tokenizer", folder / "tokenizer")
    shutil.copyfile(config_path, folder / "config.json")
    (folder / "train.py").write_text(bundle())
    for folder in sorted(out.iterdir()):
        total = sum(p.stat().st_size for p in folder.rglob("*") if p.is_file())
        print(f"{folder}: {total / 1e6:.1f} MB", flush=True)
