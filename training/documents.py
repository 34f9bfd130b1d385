"""Documents on disk: text files in which a line `<|endoftext|>` stands between documents, plain or zstd-compressed."""
import subprocess
import zlib
from pathlib import Path

EOT = "<|endoftext|>"
HELD_ONE_IN = 14


def read_text(path):
    """The text of a .txt or .txt.zst file; bytes that are not UTF-8 are left out."""
    path = Path(path)
    if path.suffix != ".zst":
        return path.read_text(encoding="utf-8", errors="ignore")
    unpack = subprocess.run(["zstd", "-dc", "--long=27", str(path)], capture_output=True, check=True)
    return unpack.stdout.decode("utf-8", errors="ignore")


def split_documents(text):
    """The documents of a text, without blank ones."""
    parts = (part.strip("\n") for part in text.split(EOT))
    return [part for part in parts if part.strip()]


def read_documents(path):
    """The documents of one file."""
    return split_documents(read_text(path))


def read_adventures(folders):
    """The documents of all .txt files below the folders, in order of their paths."""
    return [doc for folder in folders for path in sorted(Path(folder).rglob("*.txt")) for doc in read_documents(path)]


def write_documents(path, documents):
    """Writes documents to a file that appears only when it is complete."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    working = path.with_suffix(".tmp")
    working.write_text(f"\n{EOT}\n".join(documents) + "\n", encoding="utf-8")
    working.replace(path)


def is_held(document, one_in=HELD_ONE_IN):
    """Whether a document is never trained on: by its checksum, so the answer holds for ever."""
    return zlib.crc32(document.encode()) % one_in == 0


def some(documents, characters):
    """As many documents as make up about so many characters."""
    result, size = [], 0
    for d in documents:
        if size >= characters:
            break
        result.append(d)
        size += len(d)
    return result
