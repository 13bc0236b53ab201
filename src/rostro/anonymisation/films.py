"""Films without faces: read twice, once to find them and once to cover them and write.

Who somebody is shows only when all of them was seen, and a face that is found late was there before: nothing can be
written before everything was looked at.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from rostro.anonymisation.answers import Anonymised, Open
from rostro.anonymisation.covering import shapes
from rostro.anonymisation.filming import Frame, PictureWriter, decoded, errors, open_film, pictures_of, rate_of, writing
from rostro.anonymisation.following import Follower
from rostro.core.errors import UnreadablePhoto
from rostro.core.files import replacing
from rostro.photos.reading import printable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from rostro.anonymisation.covering import Box, Style
    from rostro.anonymisation.finding import Finder
    from rostro.anonymisation.following import Followed
    from rostro.anonymisation.trails import Span
    from rostro.anonymisation.whom import Chooser

#: A face that was found no oftener than this is a false alarm as a rule: it is covered, and losing it is not told.
_ONCE: Final = 1


class Stopped(Exception):  # noqa: N818 - no error: somebody asked for it
    """The work was to end before its end."""


@dataclass(frozen=True, slots=True)
class How:
    """How films are anonymised.

    Attributes:
        finder: Finds faces.
        chooser: Tells who stays open; None where nobody does.
        style: What covers them.
        margin: How much wider than faces the boxes are, as a part of their sides, at each edge.
        every: Faces are looked for in every so manieth frame.
        mute: Whether the sound is left out.
        max_pixels: Largest frame that is read.
        on_frame: Told after each frame how many steps are done, and of how many; every frame takes two. Of 0: nobody
            knows.
        stopped: Asked after each frame; True ends there.
    """

    finder: Finder
    chooser: Chooser | None
    style: Style
    margin: float
    every: int
    mute: bool
    max_pixels: int
    on_frame: Callable[[int, int], object]
    stopped: Callable[[], bool]

    def step(self, done: int, total: int) -> None:
        """A frame is done.

        Raises:
            Stopped: It was the last that is wanted.
        """
        self.on_frame(done, total)
        if self.stopped():
            raise Stopped


def anonymise_film(source: Path, target: Path, how: How) -> Anonymised:
    """Writes a film without its faces. The file is there whole or not at all.

    Its sound is copied as it is; its frames keep their times. Titles, places, chapters, subtitles, cover pictures and
    all else that is no picture and no sound is left out.

    Args:
        source: The film.
        target: What is written; its ending says in which container (`rostro.anonymisation.listing.FILMS`).
        how: How it is done.

    Raises:
        Stopped: It was stopped; nothing is left of it.
        UnreadablePhoto: It is no film, holds no picture, or cannot be decoded or written.
        PhotoTooLarge: Its frames are.
        OSError: The file cannot be written.
    """
    name = printable(str(source))
    with errors(name):
        followed, broken = _look(source, name, how)
        if not followed.times:
            raise UnreadablePhoto(name, "a film without a picture", why="broken-film")
        plan = _plan(followed, how)
        _write(source, target, followed.times, plan, how)
    uncovered = tuple(Open(first, last, followed.times[first]) for first, last in _joined(plan.unsure))
    return Anonymised(
        name, printable(str(target)), plan.covered, plan.kept, frames=len(followed.times), uncovered=uncovered,
        broken=broken,
    )  # fmt: skip


def _look(source: Path, name: str, how: How) -> tuple[Followed, int]:
    """Goes through a film once: its faces, and how many parts of it cannot be decoded."""
    with open_film(source) as film:
        video = pictures_of(film, name, how.max_pixels)
        rate = rate_of(video)
        total = 2 * int(video.frames or (film.duration or 0) / 1e6 * rate)
        follower = Follower(how.finder, how.chooser, rate=rate, every=how.every)
        broken: list[int] = []
        for done, frame in enumerate(decoded(film, video, [], broken), 1):
            follower.step(frame.image, frame.seconds)
            how.step(done, max(total, 2 * done) if total else 0)
        return follower.finish(), len(broken)


class _Plan(NamedTuple):
    """What is done in each frame, and what is told of the film."""

    hidden: dict[int, list[tuple[Box, bool]]]
    open: dict[int, list[Box]]
    covered: int
    kept: tuple[str | None, ...]
    unsure: list[Span]


def _plan(followed: Followed, how: How) -> _Plan:
    hidden = {frame: [(box, False) for box in found] for frame, found in followed.loose.items()}
    open_: dict[int, list[Box]] = {}
    kept: list[str | None] = []
    unsure: list[Span] = []
    covered = 0
    for trail in followed.trails:
        stays, who = how.chooser.stays_open(trail.evidence) if how.chooser is not None else (False, None)
        sure = trail.times > _ONCE
        if not stays:
            covered += 1
            unsure += trail.unsure if sure else []
        elif who is None or who not in kept:
            kept.append(who)
        for frame, box in trail.boxes.items():
            if stays and trail.vouched(frame, followed.reach):
                open_.setdefault(frame, []).append(box)
            else:
                hidden.setdefault(frame, []).append((box, sure))
    return _Plan(hidden, open_, covered, tuple(kept), unsure)


def _joined(spans: Iterable[Span]) -> Iterator[tuple[int, int]]:
    """Spans of frames that touch, as one."""
    joined: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if joined and start <= joined[-1][1] + 1:
            joined[-1] = joined[-1][0], max(joined[-1][1], end)
        else:
            joined.append((start, end))
    return iter(joined)


def _write(source: Path, target: Path, times: Sequence[float], plan: _Plan, how: How) -> None:
    """Goes through it once more, covers and writes."""
    name, frames = printable(str(source)), len(times)
    suffix = target.suffix.lower()
    with replacing(target) as beside, open_film(source) as film, writing(beside, suffix) as made:
        video = pictures_of(film, name, how.max_pixels)
        sounds = [] if how.mute else list(film.streams.audio)
        writer = PictureWriter(made, suffix, video)
        copies = {stream.index: made.add_stream_from_template(stream) for stream in sounds}
        early: list[Any] = []  # sound that comes before the first picture, which says what the file's head has to
        number = 0
        for item in decoded(film, video, sounds, []):
            if isinstance(item, Frame):
                if number >= frames or item.seconds != times[number]:
                    raise UnreadablePhoto(name, "it decodes otherwise each time", why="broken-film")
                what = shapes(plan.hidden.get(number, ()), plan.open.get(number, ()), how.margin)
                writer.write(item, what, how.style)
                number += 1
                how.step(frames + number, 2 * frames)
            else:
                item.stream = copies[item.stream.index]
                early.append(item)
            if number:
                made.mux(early)
                early.clear()
        if number < frames:
            raise UnreadablePhoto(name, "it decodes otherwise each time", why="broken-film")
        writer.end()
