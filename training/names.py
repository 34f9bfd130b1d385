"""Finds the names of people and places in an adventure and replaces them consistently by names of the same kind.

A name is a capitalised word that is never written small, in the same document or (more than once) in the others. What
kind it is shows in the words around it (`Oren says`, `in Saltmere`), and a person's pronoun in what follows the name. Where
the kind is in doubt the word stays: a wrong change would teach the model to mix people up.
"""
import re
from collections import Counter
from dataclasses import dataclass, field

SPEECH = "says|asks|whispers|nods|shouts|laughs|answers|looks|smiles|shakes|points|turns|sighs|takes|holds|calls|stands"
PERSON = re.compile(rf"\b([A-Z][a-z]{{2,11}}) (?:{SPEECH})\b|(?:says|asks|whispers|shouts|answers) ([A-Z][a-z]{{2,11}})\b")
PLACE = re.compile(r"\b(?:in|at|to|from|near|of|reach|leave) ([A-Z][a-z]{3,13})\b(?! [A-Z])")
NOT_NAMES = set(
    "The You Your They She His Her Its That This There Then When What Who Monday Tuesday Wednesday Thursday Friday Saturday "
    "Sunday January February March April May June July August September October November December God Earth Mars Moon Sun "
    "Captain Doctor Master Mister Lady Lord Sir King Queen Prince Princess Sergeant Sister Brother Mother Father Uncle Aunt "
    "Grandmother Grandfather Mrs Miss North South East West Old Big Little Black White Red Green Blue River Lake "
    "Mount".split()
)
SAME_PLACE_SHARE = 0.8


@dataclass
class NamePool:
    """Names by kind (`he`, `she`, `place`), and the words that are no names, gathered from the adventures themselves."""

    kinds: dict
    words: set = field(default_factory=set)

    @staticmethod
    def gather(documents):
        """The names of all documents whose kind is certain; a name of two kinds is left out."""
        small = Counter(w for d in documents for w in re.findall(r"\b[a-z]{3,13}\b", d))
        pool = NamePool({"he": [], "she": [], "place": []}, {w for w, n in small.items() if n > 1})
        votes = {}
        for document in documents:
            for name, kind in find_names(document, pool.words).items():
                votes.setdefault(name, Counter())[kind] += 1
        for name, kinds in sorted(votes.items()):
            if len(kinds) == 1:
                pool.kinds[next(iter(kinds))].append(name)
        return pool

    def __str__(self):
        return ", ".join(f"{len(names)} names for {kind!r}" for kind, names in self.kinds.items())


def gender(document, name):
    """`he` or `she` where the pronoun nearest after the name is nearly always the same; else None."""
    after = re.findall(rf"\b{name}\b[^.!?\n]*[.!?]?\"? ?(?:[^.!?\n]*?)\b(he|she|his|her|him|He|She|His|Her)\b", document)
    votes = Counter("he" if word.lower() in ("he", "his", "him") else "she" for word in after)
    kind, count = votes.most_common(1)[0] if votes else (None, 0)
    return kind if count >= 2 and count >= 0.9 * votes.total() else None


def find_names(document, words):
    """Name -> kind for the names of a document whose kind is certain. `words`, written small, are no names."""
    small = words.union(re.findall(r"\b[a-z]{3,13}\b", document))
    people = Counter(a or b for a, b in PERSON.findall(document))
    places = Counter(PLACE.findall(document))
    result = {}
    for name in sorted(set(people) | set(places)):
        if name in NOT_NAMES or name.lower() in small or not re.search(rf"[a-z,] {name}\b", document):
            continue
        total = len(re.findall(rf"\b{name}\b", document))
        if people[name] >= 2 and (kind := gender(document, name)):
            result[name] = kind
        elif not people[name] and places[name] >= max(2, SAME_PLACE_SHARE * total):
            result[name] = "place"
    return result


def rename(document, pool, rng):
    """Gives most of the names new ones of the same kind that the document does not hold; possessives follow."""
    present, change = set(re.findall(r"\b[A-Z][a-z]+\b", document)), {}
    for name, kind in find_names(document, pool.words).items():
        free = [n for n in pool.kinds[kind] if n not in present and n not in change.values()]
        if free and rng.random() < 0.85:
            change[name] = rng.choice(free)
    if not change:
        return document
    return re.sub(r"\b(" + "|".join(change) + r")\b", lambda m: change[m[1]], document)
