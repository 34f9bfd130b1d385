"""One command per step from text to a narrator:

    python3 make.py STEP --config configs/ember.json --work WORK [options of the step]

    gather     --corpus DIR --adventures DIR...   WORK/text: cleaned, without duplicates, held-out documents apart
    augment                                       WORK/text/augmented.txt: variants of the adventures
    tokenizer  [--tokenizer DIR]                  WORK/tokenizer: learnt from the text, or taken from a folder
    pack                                          WORK/packed: tokens; WORK/tokenizer/words.txt
    train      [options of train.py]              WORK/run: weights, state to go on from, log
    evaluate   --models DIR...                    a table, and WORK/evaluation.json
    sample     --models DIR... [--count N]        transcripts from held-out openings
    curve                                         WORK/run/curve.svg
    export     --out DIR [--half]                 a Hugging Face folder
    blend      --models A B --share S --out DIR   (1 - S) of A's weights and S of B's
    import     --models DIR --out DIR [--quantize int8|int4|none]    a model folder of the game, by its own importer
    compare    --models DIR --game DIR            the game's probabilities against PyTorch's
    card       --models DIR --game DIR --corpus DIR    GAME/MODEL_CARD.md from what the other steps found
    pack-for-gpu --out DIR                        folders to carry to a machine with a GPU

A step that was done with the same configuration and the same input is not done again.
"""
import argparse
import hashlib
import json
import os
import shutil
import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))


def fingerprint(config, inputs):
    """A checksum of what a step depends on: the configuration without `train`, and names, sizes and times of files."""
    state = [{k: v for k, v in config.items() if k != "train"}]
    for path in sorted(p for folder in inputs for p in ([folder] if folder.is_file() else folder.rglob("*"))):
        if path.is_file():
            state.append([str(path), path.stat().st_size, path.stat().st_mtime_ns])
    return hashlib.sha256(json.dumps(state).encode()).hexdigest()


def once(name, config, work, inputs, action):
    """Does a step unless its stamp tells that it was done from the same things."""
    stamp, mark = work / "stamps" / name, fingerprint(config, [Path(p) for p in inputs])
    if stamp.exists() and stamp.read_text() == mark:
        print(f"{name}: done before", flush=True)
        return
    action()
    stamp.parent.mkdir(parents=True, exist_ok=True)
    stamp.write_text(mark)


def learn_tokenizer(config, work, given):
    """Learns the tokenizer from up to 15 MB of each group, or copies a given one."""
    from bpe import train
    from documents import read_documents, some

    target = work / "tokenizer"
    if given:
        target.mkdir(parents=True, exist_ok=True)
        for name in ("tokenizer.json", "tokenizer_config.json"):
            shutil.copyfile(Path(given) / name, target / name)
        return
    groups = [*config["groups"], "augmented"]
    train((d for g in groups for d in some(read_documents(work / f"text/{g}.txt"), 15e6)), config["vocabulary"], target)


def parse(arguments):
    """The options, and the arguments that are train.py's own."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("step", choices=sorted(STEPS))
    parser.add_argument("--config", required=True)
    parser.add_argument("--work", required=True, type=Path)
    parser.add_argument("--corpus")
    parser.add_argument("--adventures", nargs="+", default=[str(HERE / "adventures")])
    parser.add_argument("--tokenizer")
    parser.add_argument("--models", nargs="+", default=[])
    parser.add_argument("--count", type=int, default=10)
    parser.add_argument("--out")
    parser.add_argument("--half", action="store_true")
    parser.add_argument("--share", type=float, default=0.5)
    parser.add_argument("--game")
    parser.add_argument("--quantize", default="int8", choices=["int8", "int4", "none"])
    options, rest = parser.parse_known_args(arguments)
    if rest and options.step != "train":
        parser.error(f"{options.step} does not know {' '.join(rest)}")
    return options, rest


def need(options, name):
    """An option that the step cannot do without."""
    value = getattr(options, name)
    if not value:
        sys.exit(f"make.py {options.step}: --{name} is missing")
    return value


def do_gather(o, config, _):
    import gather

    inputs = [need(o, "corpus"), *o.adventures]
    once("gather", config, o.work, inputs, lambda: gather.run(config, o.work, o.corpus, o.adventures))


def do_augment(o, config, _):
    import augment

    once("augment", config, o.work, [o.work / "text/adventures.txt"], lambda: augment.run(config, o.work))


def do_tokenizer(o, config, _):
    inputs = [o.tokenizer] if o.tokenizer else [o.work / "text"]
    once("tokenizer", config, o.work, inputs, lambda: learn_tokenizer(config, o.work, o.tokenizer))


def do_pack(o, config, _):
    import pack
    import words

    def both():
        words.run(o.work)
        pack.run(o.work)

    once("pack", config, o.work, [o.work / "text", o.work / "tokenizer/tokenizer.json"], both)


def do_train(o, config, rest):
    command = [sys.executable, "-u", HERE / "train.py", "--config", o.config, "--work", o.work, *rest]
    os.execv(sys.executable, list(map(str, command)))  # so that signals reach the run itself


def do_evaluate(o, config, _):
    import evaluate

    evaluate.run(o.work, need(o, "models"))


def do_sample(o, config, _):
    import sample

    for folder in need(o, "models"):
        sample.run(o.work, folder, o.count, config["seed"])


def do_curve(o, config, _):
    import curve

    curve.run(o.work, config["name"])


def do_export(o, config, _):
    import export

    export.run(o.work, need(o, "out"), o.half)


def do_blend(o, config, _):
    import blend

    blend.run(*need(o, "models"), o.share, need(o, "out"), o.half)


def do_import(o, config, _):
    import in_game

    in_game.import_model(need(o, "models")[0], need(o, "out"), o.quantize)


def do_compare(o, config, _):
    import in_game

    in_game.compare(o.work, need(o, "models")[0], need(o, "game"))


def do_card(o, config, _):
    import card

    card.run(config, o.work, need(o, "corpus"), need(o, "models")[0], need(o, "game"))


def do_pack_for_gpu(o, config, _):
    import pack_for_gpu

    pack_for_gpu.run(o.config, config, o.work, need(o, "out"))


STEPS = {
    name.removeprefix("do_").replace("_", "-"): function
    for name, function in list(globals().items())
    if name.startswith("do_")
}


def main():
    """Does one step."""
    options, rest = parse(sys.argv[1:])
    STEPS[options.step](options, json.loads(Path(options.config).read_text()), rest)


if __name__ == "__main__":
    main()
