"""Live recognition, end to end: frames per second, right names, flicker, strangers named.

    python benchmarks/live.py [--known 120] [--strangers 120] [--seconds 3] [--rate 25] [--keep FOLDER]

Makes videos of 640 × 480 at 25 frames a second in which one to three photos of Labeled Faces in the Wild move, turn,
grow, blur and change their light over moving backgrounds, with noise, coded as H.264. People who are known are enrolled
from three *other* photos of theirs; strangers are not enrolled. Then `rostro watch`'s own parts decode, detect, follow,
embed, name and (in every second clip) draw and write them again, as fast as they can, and what they say is compared
with what was put in.

With fewer than 4 frames a second (`--rate 1`) people leap: in each picture everybody is in another column.
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
import time
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import cv2
import numpy as np

from rostro.recognition.pipeline import Failure
from rostro.recognizer import Recognizer
from rostro.video.drawing import draw_scene
from rostro.video.events import FaceEvent
from rostro.video.eyes import RecognizerEyes
from rostro.video.loop import run
from rostro.video.sources import open_source
from rostro.video.watcher import Scene, Watcher, WatchOptions
from rostro.video.writer import VideoWriter

DATA = Path(os.environ.get("ROSTRO_DATA", Path(__file__).resolve().parents[1] / ".." / "shared" / "data"))
WIDTH, HEIGHT, RATE = 640, 480, 25
#: Where the face is in a deep-funneled photo of 250 × 250: centre and half its width and height.
FACE = (125.0, 122.0, 48.0, 62.0)


@dataclass
class Actor:
    """A photo that moves through a clip."""

    person: str
    known: bool
    photo: Path
    start: np.ndarray
    way: np.ndarray
    sway: np.ndarray
    phase: float
    scale: float
    growth: float
    turn: float
    columns: int
    leaps: int = 0

    def matrix(self, t: float) -> np.ndarray:
        """From the photo's pixels to the frame's, at a time in [0, 1]."""
        x, y = self.start + self.way * t + self.sway * np.sin(2 * np.pi * (t + self.phase))
        x = (x + WIDTH / self.columns * round(t * self.leaps)) % WIDTH if self.leaps else x
        size = self.scale * (1 + self.growth * np.sin(np.pi * t))
        angle = np.deg2rad(self.turn * np.sin(2 * np.pi * (t + self.phase)))
        turn = size * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
        return np.column_stack([turn, np.array([x, y]) - turn @ np.array(FACE[:2])])

    def centre(self, t: float) -> tuple[float, float]:
        """Of the face, in the frame."""
        return tuple(self.matrix(t) @ np.array([*FACE[:2], 1.0]))

    def width(self, t: float) -> float:
        """Of the face, in the frame."""
        matrix = self.matrix(t)
        return 2 * FACE[2] * float(np.hypot(matrix[0, 0], matrix[1, 0]))


def cast(people: list[tuple[str, bool, Path]], rng: np.random.Generator, leaps: int = 0) -> list[list[Actor]]:
    """Clips of one to three people, each with a column of the frame as their own."""
    clips, left = [], list(people)
    while left:
        count = min(len(left), int(rng.integers(1, 4)))
        columns = rng.permutation(count)
        clip = []
        for column, (person, known, photo) in zip(columns, left[:count], strict=True):
            x = WIDTH * (column + 0.5) / count
            clip.append(
                Actor(
                    person, known, photo,
                    start=np.array([x, HEIGHT / 2 + rng.uniform(-70, 70)]),
                    way=rng.uniform(-60, 60, 2) / count,
                    sway=rng.uniform(5, 30, 2) / count,
                    phase=rng.uniform(0, 1),
                    scale=rng.uniform(0.55, 1.1) * (1.1 - 0.1 * count),
                    growth=rng.uniform(-0.25, 0.35),
                    turn=rng.uniform(0, 12),
                    columns=max(2, count),
                    leaps=leaps,
                )
            )  # fmt: skip
        clips.append(clip)
        left = left[count:]
    return clips


def mask() -> np.ndarray:
    """How much of each pixel of the photo is the person: an ellipse around the head with soft edges."""
    y, x = np.mgrid[:250, :250].astype(np.float32)
    distance = np.hypot((x - FACE[0]) / 82, (y - FACE[1]) / 105)
    soft: np.ndarray = np.clip((1.0 - distance) / 0.12, 0, 1).astype(np.float32)
    return soft


def background(rng: np.random.Generator) -> np.ndarray:
    """Smooth colours with some structure, larger than the frame, to move behind the people."""
    coarse = rng.integers(30, 220, (7, 9, 3), dtype=np.uint8)
    fine = rng.integers(0, 60, (60, 80, 3), dtype=np.uint8)
    size = (WIDTH + 80, HEIGHT + 60)
    picture = cv2.resize(coarse, size, interpolation=cv2.INTER_CUBIC).astype(np.float32) * 0.8
    moved: np.ndarray = picture + cv2.resize(fine, size, interpolation=cv2.INTER_LINEAR)
    return moved


def film(clip: list[Actor], path: Path, frames: int, rng: np.random.Generator, rate: float) -> None:
    """Renders a clip into a file."""
    behind, soft = background(rng), mask()
    photos = [cv2.cvtColor(cv2.imread(str(actor.photo)), cv2.COLOR_BGR2RGB).astype(np.float32) for actor in clip]
    blur = rng.uniform(0, 1.2)
    with VideoWriter(path, rate=rate) as video:
        for number in range(frames):
            t = number / frames
            left, top = round(40 + 35 * np.sin(2 * np.pi * t)), round(30 + 25 * np.cos(2 * np.pi * t))
            canvas = behind[top : top + HEIGHT, left : left + WIDTH].copy()
            for actor, photo in zip(clip, photos, strict=True):
                matrix = actor.matrix(t)
                there = cv2.warpAffine(soft, matrix, (WIDTH, HEIGHT))[..., None]
                moved = cv2.warpAffine(photo, matrix, (WIDTH, HEIGHT), flags=cv2.INTER_AREA)
                canvas += (moved - canvas) * there
            light = 1 + 0.12 * np.sin(2 * np.pi * (t * 1.5 + blur))
            canvas = cv2.GaussianBlur(canvas, (0, 0), blur) if blur > 0.3 else canvas
            noise = rng.normal(0, 4, (HEIGHT, WIDTH, 1)).astype(np.float32)
            image = np.clip(canvas * light + noise, 0, 255).astype(np.uint8)
            video.write(number / rate, partial(np.asarray, image))


@dataclass
class Observed:
    """One track, as it was shown."""

    frames: int = 0
    actors: Counter[int] = field(default_factory=Counter)
    names: list[str | None] = field(default_factory=list)

    @property
    def changes(self) -> int:
        """Times that a shown name went away or became another."""
        return sum(
            before is not None and before != now for before, now in zip(self.names, self.names[1:], strict=False)
        )


def watch(eyes: RecognizerEyes, path: Path, clip: list[Actor], frames: int, drawn: Path | None) -> dict[int, Observed]:
    """Runs the live loop over a clip and notes what it shows."""
    tracks: dict[int, Observed] = defaultdict(Observed)
    video = VideoWriter(drawn, rate=RATE) if drawn else None

    def hear(scene: Scene) -> None:
        for event in scene.events:
            if isinstance(event, FaceEvent) and event.kind == "left":
                tracks[event.track].names.append(event.match.name if event.match else None)
        if scene.frame is None:
            return
        t = scene.frame.number / frames
        for seen in scene.seen:
            observed = tracks[seen.track]
            observed.frames += 1
            observed.names.append(seen.name)
            distances = [np.hypot(*np.subtract(seen.face.centre, actor.centre(t))) / actor.width(t) for actor in clip]
            nearest = int(np.argmin(distances))
            observed.actors[nearest if distances[nearest] < 0.5 else -1] += 1
        if video:
            video.write(scene.frame.seconds, partial(draw_scene, scene.frame.image, scene.seen))

    try:
        run(open_source(str(path)), Watcher(eyes, WatchOptions()), [hear])
    finally:
        if video:
            video.close()
    return tracks


@dataclass
class Result:
    """All clips together."""

    right: int = 0
    unnamed: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    strangers: int = 0
    strangers_named: list[str] = field(default_factory=list)
    changes: int = 0
    tracks: int = 0
    missed: int = 0
    broken: int = 0
    ghosts: int = 0

    @property
    def known(self) -> int:
        """Tracks of known people."""
        return self.right + len(self.unnamed) + len(self.wrong)

    def take(self, clip: list[Actor], tracks: dict[int, Observed], rate: float) -> None:
        """Adds a clip."""
        of_actor: Counter[int] = Counter()
        for observed in tracks.values():
            if not observed.actors or observed.frames < rate // 2:
                continue
            actor = observed.actors.most_common(1)[0][0]
            if actor < 0:
                self.ghosts += 1
                continue
            of_actor[actor] += 1
            self.tracks += 1
            self.changes += observed.changes
            self._judge(clip[actor], observed.names[-1])
        self.missed += sum(index not in of_actor for index in range(len(clip)))
        self.broken += sum(count - 1 for count in of_actor.values())

    def _judge(self, actor: Actor, name: str | None) -> None:
        if not actor.known:
            self.strangers += 1
            if name is not None:
                self.strangers_named.append(f"{actor.person} as {name}")
        elif name == actor.person:
            self.right += 1
        elif name is None:
            self.unnamed.append(actor.photo.name)
        else:
            self.wrong.append(f"{actor.photo.name} as {name}")


def people(
    root: Path, known: int, strangers: int, skip: int = 0
) -> tuple[list[tuple[str, bool, Path]], dict[str, list[Path]]]:
    """(name, known, photo for the video) of everybody, and the photos to enrol by name."""
    folders = {folder.name: sorted(folder.glob("*.jpg")) for folder in sorted(root.iterdir()) if folder.is_dir()}
    several = [name for name, photos in folders.items() if len(photos) >= 4][skip:][:known]
    alone = [name for name, photos in folders.items() if len(photos) == 1]
    alone = alone[skip % 7 :: max(1, len(alone) // max(1, strangers))][:strangers]
    enrolled = {name: folders[name][1:4] for name in several}
    listed = [(name, True, folders[name][0]) for name in several] + [(name, False, folders[name][0]) for name in alone]
    return listed, enrolled


def enrol(recognizer: Recognizer, enrolled: dict[str, list[Path]]) -> None:
    """LFW's photos show the person in the middle."""
    for name, photos in enrolled.items():
        recognizer.enroll(photos, name=name, face="centre")


def stills(recognizer: Recognizer, cast_list: list[tuple[str, bool, Path]]) -> list[str]:
    """Of the photos of known people, those that `rostro identify` does not name rightly as they are."""
    photos = [(name, photo) for name, known, photo in cast_list if known]
    answers = recognizer.photos([photo for _, photo in photos], face="centre")
    return [
        photo.name
        for (name, photo), found in zip(photos, answers, strict=True)
        if isinstance(found, Failure) or recognizer.look_up(found)[0].name != name
    ]


def measure(
    root: Path,
    folder: Path,
    *,
    known: int,
    strangers: int,
    seconds: float,
    seed: int = 0,
    skip: int = 0,
    rate: float = RATE,
) -> tuple[Result, str]:
    """Makes the clips, watches them, and reports."""
    rng = np.random.default_rng(seed)
    listed, enrolled = people(root, known, strangers, skip)
    recognizer = Recognizer(gallery=str(folder / "people.db"))
    enrol(recognizer, enrolled)
    hard = stills(recognizer, listed)
    frames = round(seconds * rate)
    clips = cast([listed[i] for i in rng.permutation(len(listed))], rng, frames if rate < 4 else 0)
    paths = [folder / f"clip{number:03d}.mp4" for number in range(len(clips))]
    for clip, path in zip(clips, paths, strict=True):
        film(clip, path, frames, rng, rate)
    eyes = RecognizerEyes(recognizer)
    watch(eyes, paths[0], clips[0], frames, folder / "warm.mp4")  # engines compile when they first run
    result = Result()
    rates: tuple[list[float], list[float]] = ([], [])
    for number, (clip, path) in enumerate(zip(clips, paths, strict=True)):
        drawn = folder / f"drawn{number:03d}.mp4" if number % 2 else None
        started = time.perf_counter()
        tracks = watch(eyes, path, clip, frames, drawn)
        rates[number % 2].append(frames / (time.perf_counter() - started))
        result.take(clip, tracks, rate)
    return result, report(result, rates, hard, len(clips), frames, len(enrolled))


def report(
    result: Result, rates: tuple[list[float], list[float]], hard: list[str], clips: int, frames: int, gallery: int
) -> str:
    """The table."""
    recognisable = result.known - len(set(result.unnamed) & set(hard))
    rows = [
        ("clips, frames in all", f"{clips}, {clips * frames}"),
        *(
            (f"frames/s, {what} (median; slowest clip)", f"{statistics.median(row):.1f}; {min(row):.1f}")
            for what, row in zip(("decode to name", "and drawn and written"), rates, strict=True)
            if row
        ),
        ("people enrolled, photos each", f"{gallery}, 3"),
        ("tracks of known people: right", f"{result.right} of {result.known}"),
        ("… unnamed", f"{len(result.unnamed)}: {', '.join(result.unnamed)}"),
        ("… of which `rostro identify` does not name the still photo", str(len(set(result.unnamed) & set(hard)))),
        ("… wrong", f"{len(result.wrong)}: {', '.join(result.wrong)}"),
        ("right, of the recognisable", f"{result.right} of {recognisable} ({result.right / max(1, recognisable):.2%})"),
        ("tracks of strangers: named", f"{len(result.strangers_named)} of {result.strangers} "
            f"{', '.join(result.strangers_named)}"),
        ("name changes per track", f"{result.changes} in {result.tracks} tracks"),
        ("people never followed; tracks cut in two; tracks of nobody",
            f"{result.missed}; {result.broken}; {result.ghosts}"),
        ("still photos that `rostro identify` misses", f"{len(hard)}: {', '.join(hard)}"),
    ]  # fmt: skip
    return "\n".join(["| what | measured |", "|---|---|", *(f"| {what} | {value} |" for what, value in rows)])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--photos", type=Path, default=DATA / "lfw" / "images")
    parser.add_argument("--known", type=int, default=120)
    parser.add_argument("--strangers", type=int, default=120)
    parser.add_argument("--seconds", type=float, default=3)
    parser.add_argument("--rate", type=float, default=RATE)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--skip", type=int, default=0, help="Leave out that many known people, to measure on others.")
    parser.add_argument("--keep", type=Path, help="Keep the videos in this folder.")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.keep or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        _, table = measure(
            options.photos, folder, known=options.known, strangers=options.strangers, seconds=options.seconds,
            seed=options.seed, skip=options.skip, rate=options.rate,
        )  # fmt: skip
    print(table)


if __name__ == "__main__":
    main()
