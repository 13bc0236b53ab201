"""What became of a file, and of all of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

from rostro.core.types import Answer

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from rostro.core.types import Image
    from rostro.recognition.pipeline import Failure


@dataclass(frozen=True, slots=True)
class Open:
    """Frames of a film in which a face may be open: somebody was lost sight of, and not because the scene ended.

    Attributes:
        first: The first of them, counted from 0.
        last: The last.
        seconds: When the first is shown, since the film's start.
    """

    first: int
    last: int
    seconds: float

    def to_dict(self) -> dict[str, Any]:
        """``{"first", "last", "seconds"}``."""
        return {"first": self.first, "last": self.last, "seconds": round(self.seconds, 3)}


@dataclass(frozen=True, slots=True, repr=False)
class Anonymised(Answer):
    """A file that was written without the faces.

    Attributes:
        source: The file that it was made from.
        output: The new file.
        faces: How many faces were covered; of a film, how many tracks.
        kept: Who was left open: names, None for somebody whom the gallery does not know.
        further: Pictures of the source beside the first (frames of a GIF, pages), which are not in the new file.
        frames: Of a film; None of a photo.
        uncovered: Frames of a film in which a face may be open.
        broken: Parts of a film that could not be decoded and are not in the new file.
        before: Whether it was made by an earlier run, which was interrupted.
    """

    source: str
    output: str
    faces: int
    kept: tuple[str | None, ...] = ()
    further: int = 0
    frames: int | None = None
    uncovered: tuple[Open, ...] = ()
    broken: int = 0
    before: bool = False

    def __repr__(self) -> str:
        return f"<Anonymised {self.output}: {self.faces} covered, {len(self.kept)} kept>"

    def to_dict(self) -> dict[str, Any]:
        """``{"source", "output", "faces", "kept"}``; of a film ``"frames"`` and ``"uncovered"`` too."""
        found: dict[str, Any] = {
            "source": self.source, "output": self.output, "faces": self.faces, "kept": list(self.kept),
        }  # fmt: skip
        if self.further:
            found["further_pictures"] = self.further
        if self.frames is not None:
            found |= {"frames": self.frames, "uncovered": [part.to_dict() for part in self.uncovered]}
        if self.broken:
            found["broken"] = self.broken
        return found | ({"before": True} if self.before else {})

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> Self:
        """What `to_dict` said, of an earlier run.

        Raises:
            KeyError: It lacks something.
            TypeError: It is of another form.
            ValueError: A number is none.
        """
        frames = document.get("frames")
        return cls(
            str(document["source"]),
            str(document["output"]),
            int(document["faces"]),
            tuple(None if name is None else str(name) for name in document["kept"]),
            int(document.get("further_pictures", 0)),
            None if frames is None else int(frames),
            tuple(Open(int(p["first"]), int(p["last"]), float(p["seconds"])) for p in document.get("uncovered", ())),
            int(document.get("broken", 0)),
            before=True,
        )


@dataclass(frozen=True, slots=True, repr=False)
class Picture(Answer):
    """One photo in memory, anonymised.

    Attributes:
        photo: Its name.
        data: The new file, of the format that the photo had.
        form: That format: ``JPEG``, ``PNG``, ….
        image: Its pixels, RGB uint8 (H, W, 3).
        faces: How many faces were covered.
        kept: Who was left open.
        further: Pictures of the source beside the first, which are not in the new file.
    """

    photo: str
    data: bytes
    form: str
    image: Image
    faces: int
    kept: tuple[str | None, ...]
    further: int

    def __repr__(self) -> str:
        return f"<Picture {self.photo}: {self.faces} covered, {len(self.kept)} kept>"

    def to_dict(self) -> dict[str, Any]:
        """``{"photo", "format", "faces", "kept"}``."""
        return {"photo": self.photo, "format": self.form, "faces": self.faces, "kept": list(self.kept)}


@dataclass(frozen=True, slots=True, repr=False)
class Summary(Answer):
    """What came of all files. True where a face was covered.

    Attributes:
        files: The new ones, in the order of the sources.
        failed: Files that gave none: they were not copied.
        left_out: Files of folders that are neither photos nor films: they were not copied.
        interrupted: Whether it was stopped before the end; the same call goes on from there.
    """

    files: tuple[Anonymised, ...]
    failed: tuple[Failure, ...]
    left_out: tuple[Path, ...]
    interrupted: bool = False

    def __bool__(self) -> bool:
        return any(file.faces for file in self.files)

    def __repr__(self) -> str:
        return f"<Summary of {len(self.files)} files: {self.faces} faces covered, {len(self.failed)} failed>"

    @property
    def faces(self) -> int:
        """How many were covered in all."""
        return sum(file.faces for file in self.files)

    @property
    def uncovered(self) -> int:
        """In how many frames of films a face may be open."""
        return sum(part.last - part.first + 1 for file in self.files for part in file.uncovered)

    def to_dict(self) -> dict[str, Any]:
        """``{"files", "failed"}``, and ``"interrupted"`` where it was."""
        return {
            "files": [file.to_dict() for file in self.files],
            "failed": [failure.to_dict() for failure in self.failed],
            **({"interrupted": True} if self.interrupted else {}),
        }
