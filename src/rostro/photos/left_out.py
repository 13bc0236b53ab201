"""What lies among photos and is neither a photo nor a person: what programs put there, ours included."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from pathlib import Path

#: Names, in small letters, of folders and files that operating systems, network drives and photo programs make.
# fmt: off
_OF_PROGRAMS: Final = frozenset({
    "@eadir", "@synoresource", "@synoeastream", "@tmp", "#recycle", "#snapshot", "#recently-snapshot",  # Synology
    "@recycle", "@recently-snapshot", "@thumb",  # QNAP
    "__macosx", "icon\r", "desktop db", "desktop df", "network trash folder", "temporary items",  # macOS
    "$recycle.bin", "recycler", "recycled", "system volume information", "found.000",  # Windows
    "thumbs.db", "ehthumbs.db", "ehthumbs_vista.db", "desktop.ini",
    "lost+found",  # ext4
    "picasa.ini", "zbthumbnail.info", "digikam4.db", "thumbnails-digikam.db", "__pycache__",
})
# fmt: on

#: How names of ours end: pictures beside a gallery, its index and its log, the parts of an unfinished table.
_ENDINGS: Final = (".crops", ".index", ".db-wal", ".db-shm", ".npz.parts", ".parquet.parts")

#: Folders that verbs write into where nobody says another.
_OUTPUTS: Final = frozenset({
    "rostro-evaluation", "rostro-comparison",
    *(f"rostro-{recipe}" for recipe in ("classifier", "head", "is-it-me", "attributes", "embedder", "finetune")),
})  # fmt: skip

#: Files that tell a folder as a report, or as what a training wrote.
_MARKS: Final = (frozenset({"report.html", "results.json"}), frozenset({"best.yaml", "best.safetensors"}))

#: Folder of aligned faces, in one that a training wrote.
CROPS: Final = "crops"
#: Folder of score tables, in a report's.
SCORES: Final = "scores"

#: What the files are whose first picture is a thumbnail: as a photo they would give a face of a few pixels.
_RAW: Final = frozenset(f".{ending}" for ending in (
    "3fr", "arw", "cr2", "cr3", "crw", "dcr", "dng", "erf", "iiq", "kdc", "mef", "mos", "mrw", "nef", "nrw", "orf",
    "pef", "raf", "raw", "rw2", "rwl", "sr2", "srf", "srw", "x3f",
))  # fmt: skip

#: Files that a sentence names.
_NAMED: Final = 3


def is_nobodys(name: str) -> bool:
    """Whether a file or folder of this name is hidden, or something that a program made: no photo, and no person."""
    return name.startswith(".") or is_programs(name) or name.lower() in _OUTPUTS or name.lower().endswith(_ENDINGS)


def is_programs(name: str) -> bool:
    """Whether an operating system, a network drive or a photo program gives this name."""
    return name.lower() in _OF_PROGRAMS


def is_ours(names: Collection[str]) -> bool:
    """Whether a folder with these names in it is a report, or what a training wrote."""
    return any(marks.issubset(names) for marks in _MARKS)


def is_raw(file: Path) -> bool:
    """Whether a file is what a camera's sensor saw, to be developed into a photo first."""
    return file.suffix.lower() in _RAW


def no_pictures(files: Sequence[Path]) -> str:
    """Files in words: ``2 files that are not pictures: a.txt, b.pdf``."""
    shown = ", ".join(file.name for file in files[:_NAMED])
    more = ", …" if len(files) > _NAMED else ""
    what = "file that is not a picture" if len(files) == 1 else "files that are not pictures"
    return f"{len(files)} {what}: {shown}{more}"
