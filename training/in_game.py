"""The exported model in the game: imports it with the game's importer, and compares both on held-out adventures."""
import json
import math
import subprocess
from pathlib import Path

import numpy as np

from bpe import Tokenizer
from documents import read_documents
from evaluate import token_costs
from gpt2 import load_model

HERE = Path(__file__).parent
COMPARED_DOCUMENTS = 12


def node(*arguments, text=None):
    """Runs game-model.mjs; gives what it prints."""
    command = ["npx", "tsx", str(HERE / "game-model.mjs"), *map(str, arguments)]
    return subprocess.run(command, cwd=HERE.parent, input=text, stdout=subprocess.PIPE, check=True, text=True).stdout


def import_model(source, target, quantization):
    """Imports a Hugging Face folder as a new model folder of the game."""
    print(node("import", Path(source).resolve(), Path(target).resolve(), quantization), end="", flush=True)


def compare(work, source, game, documents=COMPARED_DOCUMENTS):
    """Prints by how much the game's log probabilities differ from PyTorch's, and what that costs in bits a character.

    Writes WORK/comparison.json, for the model card.
    """
    model, tokenizer = load_model(source).eval(), Tokenizer(source)
    texts = read_documents(Path(work) / "text/held-adventures.txt")[:documents]
    lists = [[tokenizer.eot, *tokenizer.encode(t)][: model.shape.context] for t in texts]
    answer = node("score", Path(game).resolve(), text="\n".join(map(json.dumps, lists)) + "\n")
    theirs = [-np.array(json.loads(line)) for line in answer.splitlines()]
    ours = [token_costs(model, ids) for ids in lists]
    assert [len(a) for a in ours] == [len(a) for a in theirs], "the game scored other tokens"
    ours, theirs = np.concatenate(ours), np.concatenate(theirs)
    characters = sum(len(tokenizer.decode(ids)) for ids in lists)
    bits = [costs.sum() / math.log(2) / characters for costs in (ours, theirs)]
    print(f"largest difference of a log probability: {np.abs(ours - theirs).max():.5f}")
    print(f"bits a character: {bits[0]:.4f} in PyTorch, {bits[1]:.4f} in the game ({100 * (bits[1] / bits[0] - 1):+.2f} %)")
    (Path(work) / "comparison.json").write_text(json.dumps({"pytorch": bits[0], "game": bits[1]}) + "\n")
    return float(np.abs(ours - theirs).max()), bits
