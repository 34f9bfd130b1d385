"""Checks adventures against the format and the style of the project: check_adventures.py FILE_OR_FOLDER...

Standard library only. Prints each defect with its file and the number of the adventure in it, then totals and the most
repeated openings and phrases, which are for the eye. Ends with 1 if there are defects.
"""
import re
import sys
from collections import Counter
from pathlib import Path

EOT = "<|endoftext|>"
HEADER = re.compile(r"\[([A-Z][^:\]]{0,40}): (.+)\]")
STOCK = re.compile(
    r"\b(Elara|Lily|Kael|Thorne|Eldoria|Whispering Woods|testament to|tapestry of|a mix of|can't help but|shivers? down)\b"
)
SHORTEST_TURNS = 2
NEAR_SHARE = 0.2
SHINGLE = 8


class Report:
    """Defects and counts over all files."""

    def __init__(self):
        self.defects = []
        self.counts = Counter()
        self.lengths, self.openings, self.phrases, self.titles = [], Counter(), Counter(), Counter()
        self.owners = {}

    def defect(self, place, text):
        """Notes a defect."""
        self.defects.append(f"{place}: {text}")


def check_header(lines, place, report):
    """Header lines have the form [Name: text]."""
    for line in lines:
        match = HEADER.fullmatch(line)
        if not match:
            report.defect(place, f"header line: {line[:60]}")
        elif match[1] == "Title":
            report.titles[match[2]] += 1


def check_turn(lines, place, report):
    """An action `> You ...` that ends in punctuation, and its passage right below it."""
    action, passage = lines[0], " ".join(lines[1:])
    if not action.startswith("> You "):
        report.defect(place, f"action does not begin with '> You ': {action[:60]}")
    elif action[-1] not in ".!?\"'":
        report.defect(place, f"action does not end in punctuation: {action[-40:]}")
    if any(line.startswith(">") for line in lines[1:]):
        report.defect(place, f"an action inside a passage: {action[:60]}")
    if not passage:
        report.defect(place, f"no passage below: {action[:60]}")
        return
    words = passage.split()
    report.lengths.append(len(words))
    report.openings[" ".join(words[:3])] += 1


def check_repeats(document, place, report):
    """No document shares much of its wording with an earlier one."""
    words = re.findall(r"[a-z0-9']+", document.lower())
    shingles = {tuple(words[i : i + SHINGLE]) for i in range(len(words) - SHINGLE + 1)}
    others = Counter(report.owners[s] for s in shingles if s in report.owners)
    if others and others.most_common(1)[0][1] > NEAR_SHARE * len(shingles):
        report.defect(place, f"nearly the same as {others.most_common(1)[0][0]}")
    for s in shingles:
        report.owners.setdefault(s, place)
    report.phrases.update(" ".join(words[i : i + 6]) for i in range(len(words) - 5))


def check_document(document, place, report):
    """One adventure: header, opening, turns."""
    blocks = re.split(r"\n\s*\n", document)
    if blocks[0].startswith("["):
        check_header(blocks.pop(0).split("\n"), place, report)
    if not blocks or blocks[0].startswith(">"):
        report.defect(place, "no opening before the first action")
    turns = [b.split("\n") for b in blocks if b.startswith(">")]
    for lines in turns:
        check_turn(lines, place, report)
    for block in blocks:
        if not block.startswith(">") and "\n>" in block:
            report.defect(place, f"an action without a blank line before it: {block[:60]}")
    if len(turns) < SHORTEST_TURNS:
        report.defect(place, f"only {len(turns)} turns")
    for stock in STOCK.findall(document):
        report.defect(place, f"stock name or phrase: {stock}")
    check_repeats(document, place, report)
    report.counts.update(adventures=1, turns=len(turns), words=len(document.split()))


def check_file(path, report):
    """One file of adventures: plain ASCII, documents between end-of-text lines."""
    text = path.read_text(encoding="utf-8")
    strange = sorted({c for c in text if c != "\n" and not " " <= c <= "~"})
    if strange:
        report.defect(path, f"characters that are not plain ASCII: {''.join(strange)!r}")
    report.counts.update(files=1, characters=len(text))
    for i, document in enumerate(text.split(EOT)):
        if document.strip():
            check_document(document.strip("\n"), f"{path} adventure {i + 1}", report)


def main(arguments):
    """Checks all files; gives the exit code."""
    paths = [p for a in map(Path, arguments) for p in (sorted(a.rglob("*.txt")) if a.is_dir() else [a])]
    if not paths:
        print(__doc__)
        return 2
    report = Report()
    for path in paths:
        check_file(path, report)
    for defect in report.defects:
        print(defect)
    print(", ".join(f"{n} {what}" for what, n in report.counts.items()), f"- {len(report.defects)} defects")
    lengths = sorted(report.lengths) or [0]
    print("words in a passage, 5th/50th/95th of 100:", *(lengths[len(lengths) * p // 100] for p in (5, 50, 95)))
    print("most repeated openings:", report.openings.most_common(8))
    print("most repeated six words:", report.phrases.most_common(8))
    print("repeated titles:", [title for title, n in report.titles.items() if n > 1][:20])
    return 1 if report.defects else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
