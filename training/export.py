"""Exports a run's weights with their tokenizer as a Hugging Face folder, with checksums, ready for the game's importer."""
import hashlib
import json
import shutil
from pathlib import Path

from gpt2 import load_model, save_model

TOKENIZER_FILES = ("tokenizer.json", "tokenizer_config.json", "words.txt")


def write_sums(folder):
    """Writes SHA256SUMS of the files in a folder."""
    files = sorted(p for p in Path(folder).iterdir() if p.name != "SHA256SUMS")
    sums = [f"{hashlib.sha256(p.read_bytes()).hexdigest()}  {p.name}\n" for p in files]
    (Path(folder) / "SHA256SUMS").write_text("".join(sums))


def run(work, out, half):
    """Writes config.json, model.safetensors (float32, or float16 with `half`), the tokenizer with its words and SHA256SUMS to OUT."""
    work, out = Path(work), Path(out)
    weights = work / "run/weights"
    eot = json.loads((weights / "config.json").read_text())["eos_token_id"]
    save_model(load_model(weights), out, eot, half)
    for path in (work / "tokenizer" / name for name in TOKENIZER_FILES):
        if path.exists():
            shutil.copyfile(path, out / path.name)
    write_sums(out)
    print(f"exported to {out}; import it with: brasslamp models import {out}", flush=True)
