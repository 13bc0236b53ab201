"""Photos and films without faces: the use case behind ``rostro anonymise``."""

from __future__ import annotations

import os
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rostro import __version__
from rostro.anonymisation.answers import Anonymised, Picture, Summary
from rostro.anonymisation.covering import check_style, covered, shapes
from rostro.anonymisation.encoding import encode, further_pictures, is_lossless
from rostro.anonymisation.films import How, Stopped, anonymise_film
from rostro.anonymisation.finding import Finder
from rostro.anonymisation.journal import Journal
from rostro.anonymisation.listing import Item, list_files
from rostro.anonymisation.whom import Chooser, Whom
from rostro.core.errors import BadInput, PhotoError, UnreadablePhoto
from rostro.core.extras import need
from rostro.core.files import write_file
from rostro.core.lazy import Lazy
from rostro.core.ranges import Range
from rostro.photos.reading import name_of, photo_bytes, photo_hash, printable, read_photo
from rostro.photos.signatures import picture_format
from rostro.recognition.pipeline import Failure

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from rostro.anonymisation.covering import Style
    from rostro.photos.reading import Source
    from rostro.recognizer import Recognizer

#: How much wider than a face its box is, at each edge, as a part of its side.
MARGIN = 0.25
#: What the numbers may be.
RANGES = {
    "margin": Range(what="a margin", low=0, high=2),
    "every": Range(what="a number of frames", low=1, high=25, whole=True),
}


class Anonymiser:
    """Covers faces in photos and films. Safe to share between threads.

    >>> anonymiser = rostro.Anonymiser()  # doctest: +SKIP
    >>> anonymiser.run(["album/"], "for-the-press/").faces  # doctest: +SKIP
    412
    """

    def __init__(
        self,
        recognizer: Recognizer | None = None,
        *,
        style: Style = "solid",
        spare: Iterable[str] = (),
        only: Iterable[str] = (),
        margin: float = MARGIN,
        every: int = 1,
        mute: bool = False,
        finder: Finder | None = None,
    ) -> None:
        """Notes what is wanted; models are loaded when they are first needed.

        Args:
            recognizer: Its detector finds the faces, and its gallery knows the people; None takes the default one.
            style: ``solid`` leaves nothing of a face; ``pixelated`` and ``blurred`` leave what can be guessed from.
            spare: People of the gallery who stay open. In doubt a face is covered.
            only: People of the gallery who alone are covered. In doubt a face is covered: whoever is not clearly
                somebody else.
            margin: How much wider than a face its box is at each edge, as a part of its side, in [0, 2].
            every: Of films: faces are looked for in every so manieth frame, 1 to 25, and carried in between.
            mute: Of films: leave the sound out. A voice tells people, too.
            finder: Finds faces, where several share one; None makes one of the recogniser's detector.

        Raises:
            BadInput: There is no such style, a number is outside of its range, or both ``spare`` and ``only`` are
                given, or a single text for one of them.
        """
        if isinstance(spare, str) or isinstance(only, str):
            raise BadInput("several people are given as a list of names, got one text alone")
        self._style = check_style(style)
        self._margin = RANGES["margin"].check(margin)
        self._every = RANGES["every"].check(every)
        self._mute = mute
        self._whom = Whom(tuple(spare), tuple(only))
        self._recognizer = Lazy(lambda: recognizer if recognizer is not None else _default())
        self._finder = Lazy(lambda: Finder(self._recognizer()) if finder is None else finder)
        self._chooser = Lazy(lambda: Chooser(self._recognizer(), self._whom) if self._whom else None)

    def picture(self, photo: Source, *, name: str | None = None) -> Picture:
        """One photo without its faces, in memory.

        Args:
            photo: A path, the bytes of a file or a binary file object.
            name: What it is called.

        Raises:
            PhotoError: It cannot be read, or nothing writes its format. Pixels have none to be written in.
        """
        settings = self._recognizer().settings
        name = printable(name if name is not None else name_of(photo))
        data = photo_bytes(photo, name=name, max_bytes=settings.max_bytes)
        read = read_photo(data, name=name, max_bytes=settings.max_bytes, max_pixels=settings.max_pixels)
        form = picture_format(data) or ""
        faces = self._finder().in_photo(read.image)
        chooser = self._chooser()
        kept = {} if chooser is None else chooser.open_faces(read.image, faces, name)
        sure = self._finder().good_score
        hidden = [(face.box, face.score >= sure) for place, face in enumerate(faces) if place not in kept]
        what = shapes(hidden, [faces[place].box for place in kept], self._margin)
        image = covered(read.image, what, self._style)
        made = encode(image, form, name, lossless=is_lossless(data))
        return Picture(name, made, form, image, len(hidden), tuple(kept.values()), further_pictures(data, form))

    def run(
        self,
        sources: Iterable[str | os.PathLike[str]],
        output: str | os.PathLike[str],
        *,
        overwrite: bool = False,
        on_count: Callable[[int], object] = lambda files: None,
        on_file: Callable[[Anonymised | Failure], object] = lambda made: None,
        on_frame: Callable[[int, int], object] = lambda done, total: None,
        stopped: Callable[[], bool] = lambda: False,
    ) -> Summary:
        """Photos, films and folders without their faces, into another folder. Interrupted, the same call goes on.

        Until all is done, a hidden file in the folder notes for its owner alone what became of what; see
        `rostro.anonymisation.journal`. It goes at the end of a run in which nothing failed.

        Args:
            sources: Photos, films, folders; these keep their structure.
            output: The folder that all goes to; made where it is not there. What is there is not written over.
            overwrite: Write over what is there. The sources themselves are never written over.
            on_count: Told how many files there are, before the first is read.
            on_file: Told what came of each file, in the order of the sources.
            on_frame: Told of a film how many steps are done, of how many (0: not known).
            stopped: Asked after each photo and frame; True ends there, and what was finished stays.

        Returns:
            What came of each. A file that failed was not copied.

        Raises:
            BadInput: A source would be written over, two files would become one, or the folder cannot be made.
            MissingExtra: There are films, and what reads them is not installed.
            UnknownPerson: The gallery holds nobody of a name that was given.
        """
        if isinstance(sources, str | os.PathLike):
            raise BadInput("several files are given as a list, got one alone")
        folder = Path(output)
        listing = list_files(list(sources), folder)
        if any(item.film for item in listing.items):
            need("video", "lap", "av")
        self._finder(), self._chooser()  # what is wrong with names and models is said before a file is written
        _make(folder)
        journal = Journal(folder, self._options())
        on_count(len(listing.items))
        files: list[Anonymised] = []
        failed: list[Failure] = []
        whole = True
        try:
            for answer in self._each(listing.items, journal, overwrite, on_frame, stopped):
                on_file(answer)
                (failed if isinstance(answer, Failure) else files).append(answer)  # type: ignore[arg-type]
        except Stopped:
            whole = False
        if whole and not failed:
            journal.end()
        return Summary(tuple(files), tuple(failed), listing.left_out, interrupted=not whole)

    def _options(self) -> dict[str, Any]:
        own = self._recognizer()
        return {
            "version": __version__, "style": self._style, "margin": self._margin, "every": self._every,
            "mute": self._mute, "spare": sorted(self._whom.spare), "only": sorted(self._whom.only),
            "detector": own.detector_name, "min_score": own.detector.min_score, "max_side": own.max_side,
            **({"space": own.space, "gallery": own.gallery_url} if self._whom else {}),
        }  # fmt: skip

    def _each(
        self,
        items: Iterable[Item],
        journal: Journal,
        overwrite: bool,
        on_frame: Callable[[int, int], object],
        stopped: Callable[[], bool],
    ) -> Iterator[Anonymised | Failure]:
        """Photos side by side, films one at a time; answers in order."""
        threads = max(1, self._recognizer().settings.threads)
        waiting: deque[Future[Anonymised | Failure]] = deque()
        with ThreadPoolExecutor(threads, thread_name_prefix="rostro-anonymise") as pool:
            try:
                for item in items:
                    if item.film:
                        while waiting:
                            yield waiting.popleft().result()
                        yield self._one(item, journal, overwrite, on_frame, stopped)
                    else:
                        waiting.append(pool.submit(self._one, item, journal, overwrite, on_frame, stopped))
                    while len(waiting) > threads:
                        yield waiting.popleft().result()
                while waiting:
                    yield waiting.popleft().result()
            finally:
                pool.shutdown(wait=True, cancel_futures=True)

    def _one(
        self,
        item: Item,
        journal: Journal,
        overwrite: bool,
        on_frame: Callable[[int, int], object],
        stopped: Callable[[], bool],
    ) -> Anonymised | Failure:
        name, target = printable(str(item.source)), item.target
        if stopped():
            raise Stopped
        limit = self._recognizer().settings.max_bytes
        try:
            source_hash = photo_hash(item.source, max_bytes=2**63 - 1 if item.film else limit)
            if (before := journal.done(target, source_hash)) is not None:
                return before
            if os.path.lexists(target) and not overwrite and not journal.is_ours(target):
                reason = f"{target} is there already, and is not written over unasked"
                raise UnreadablePhoto(name, printable(reason), why="exists")
            _make(target.parent)
            made = self._film(item, on_frame, stopped) if item.film else self._photo(item)
        except PhotoError as error:
            return Failure(error)
        except BadInput as error:
            return Failure(UnreadablePhoto(name, str(error), why="not-written"))
        except OSError as error:
            return Failure(UnreadablePhoto(name, f"cannot be written: {error.strerror or error}", why="not-written"))
        journal.add(made, target, source_hash)
        return made

    def _photo(self, item: Item) -> Anonymised:
        picture = self.picture(item.source)
        write_file(item.target, picture.data)
        target = printable(str(item.target))
        return Anonymised(picture.photo, target, picture.faces, picture.kept, picture.further)

    def _film(self, item: Item, on_frame: Callable[[int, int], object], stopped: Callable[[], bool]) -> Anonymised:
        how = How(
            self._finder(), self._chooser(), self._style, self._margin, self._every, self._mute,
            self._recognizer().settings.max_pixels, on_frame, stopped,
        )  # fmt: skip
        return anonymise_film(item.source, item.target, how)


def _default() -> Recognizer:
    from rostro.recognizer import Recognizer

    return Recognizer(create_gallery=False)


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BadInput(f"cannot make the folder {folder}: {(error.strerror or str(error)).lower()}") from None
