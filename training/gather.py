"""Step 1: gathers, cleans, splits off the held-out documents, and drops duplicates.

Writes WORK/text/GROUP.txt for each group of the configuration, adventures.txt, held-adventures.txt and held-prose.txt.
"""
import random
from pathlib import Path

from clean import clean_interactive, clean_prose
from dedupe import find_duplicates, without_overlap
from documents import is_held, read_adventures, read_documents, write_documents

HELD_PROSE_CHARACTERS = 1_500_000


def thin(documents, share, limit_mb, rng):
    """A random share of documents, and no more than `limit_mb` of them."""
    chosen = [d for d in documents if rng.random() < share]
    rng.shuffle(chosen)
    result, size = [], 0
    for d in chosen:
        if limit_mb and size > limit_mb * 1e6:
            break
        result.append(d)
        size += len(d)
    return result


def unique(documents):
    """Documents without those that repeat an earlier one."""
    doomed = find_duplicates(documents)
    return [d for i, d in enumerate(documents) if i not in doomed]


def gather_group(config, group, corpus, rng):
    """The cleaned documents of one group: {file: share} of the corpus."""
    result = []
    for name, share in config["groups"][group].items():
        interactive = name.startswith(("second_person", "if_"))
        path = next(p for p in (Path(corpus) / f"{name}.txt.zst", Path(corpus) / f"{name}.txt") if p.exists())
        documents = thin(read_documents(path), share, config["limitMegabytes"], rng)
        cleaned = (clean_interactive(d) if interactive else clean_prose(d) for d in documents)
        result += [d for d in cleaned if d]
    return unique(result)


def run(config, work, corpus, adventures):
    """See the module's first lines."""
    text, rng = Path(work) / "text", random.Random(config["seed"])
    ours = thin(read_adventures(adventures), 1.0, config["limitMegabytes"], rng)
    ours = unique(ours)
    held = [d for d in ours if is_held(d)]
    trained = without_overlap([d for d in ours if not is_held(d)], held, limit=0.1)
    write_documents(text / "held-adventures.txt", held)
    write_documents(text / "adventures.txt", trained)
    print(f"adventures: {len(trained)} to train on, {len(held)} held out", flush=True)
    held_prose, size = [], 0
    groups = {}
    for group in config["groups"]:
        groups[group] = gather_group(config, group, corpus, rng)
        for d in groups[group] if group == "prose" else ():
            if is_held(d) and size < HELD_PROSE_CHARACTERS:
                held_prose.append(d)
                size += len(d)
    write_documents(text / "held-prose.txt", held_prose)
    for group, documents in groups.items():
        kept = without_overlap([d for d in documents if not is_held(d)], held_prose)
        rng.shuffle(kept)
        write_documents(text / f"{group}.txt", kept)
        print(f"{group}: {len(kept)} documents, {sum(map(len, kept)) / 1e6:.1f} MB", flush=True)
