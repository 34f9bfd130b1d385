"""Packed tokens cut into compressed parts that are small enough to carry, and put together again."""
import lzma
from pathlib import Path


def cut(path, folder, part_bytes):
    """Compresses a file into FOLDER/NAME.xz.00, .01, ...; gives their paths."""
    blob = lzma.compress(Path(path).read_bytes(), preset=6)
    result = []
    for i, at in enumerate(range(0, len(blob), part_bytes)):
        part = Path(folder) / f"{Path(path).name}.xz.{i:02d}"
        part.write_bytes(blob[at : at + part_bytes])
        result.append(part)
    return result


def unpack(folder, target):
    """Puts all parts of a folder together in `target`, leaving out what is there already."""
    target = Path(target)
    target.mkdir(parents=True, exist_ok=True)
    names = sorted({p.name.rsplit(".xz.", 1)[0] for p in Path(folder).glob("*.xz.*")})
    for name in names:
        if not (target / name).exists():
            blob = b"".join(p.read_bytes() for p in sorted(Path(folder).glob(f"{name}.xz.*")))
            (target / f"{name}.tmp").write_bytes(lzma.decompress(blob))
            (target / f"{name}.tmp").replace(target / name)
