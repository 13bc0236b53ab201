"""Who comes by? A source, a recogniser, and everybody who wants to hear."""

from __future__ import annotations

import threading
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rostro.core.errors import BadInput
from rostro.core.extras import need
from rostro.core.redaction import public_name
from rostro.core.settings import Settings
from rostro.drawing.words import say
from rostro.gallery.base import file_of
from rostro.photos.sources import spare
from rostro.recognizer import Recognizer
from rostro.video.events import Clock, Event, FaceEvent
from rostro.video.eyes import RecognizerEyes
from rostro.video.loop import Summary, run
from rostro.video.sightings import Sightings
from rostro.video.sources import Source, open_source
from rostro.video.unsure import Unsure
from rostro.video.watcher import Watcher, WatchOptions

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from rostro.core.words import Language
    from rostro.people.people import People
    from rostro.people.uncertain import Waiting
    from rostro.video.watcher import Scene


def watch(
    source: str | Source,
    *,
    recognizer: Recognizer | None = None,
    on_event: Callable[[dict[str, Any]], None] | None = None,
    on_scene: Callable[[Scene], None] | None = None,
    video: str | Path | None = None,
    keep_pictures: bool = False,
    collections: Collection[str] | None = None,
    options: WatchOptions | None = None,
    stop: threading.Event | None = None,
    language: Language = "en",
    waiting: Waiting | None = None,
) -> Summary:
    """Follows the faces of a video and names them, until it ends or is told to stop.

    However it ends, by Ctrl-C too, everybody is told who left and the video is whole.

    Args:
        source: A camera's number, a video file, a folder of photos, a URL of a stream or a recording, or what
            `open_source` gave.
        recognizer: The models and the gallery; None takes the default ones. The gallery must be there.
        on_event: Told what happens, as the documents that ``rostro watch --events`` writes.
        on_scene: Told every frame, with its faces.
        video: A file (.mp4) that the frames are drawn into, with boxes and names.
        keep_pictures: Whether a picture of each recognised person is kept beside the gallery.
        collections: Look among the templates of these collections only; None: all.
        options: How often and how long.
        stop: Ends it when set.
        language: Of what is written into the video at a face that nobody has.
        waiting: Where those wait who are not known for sure; None: nowhere.

    Raises:
        MissingExtra: What following or writing a video takes is not installed; said before a model is loaded.
        BadInput: The source cannot be opened, or the video would overwrite it, or pictures are wanted of a gallery that
            is no file.
        GalleryError: The gallery is not there.
    """
    opened = open_source(source) if isinstance(source, str) else source
    need("video", "lap", *(() if video is None else ("av",)))
    recognizer = recognizer or Recognizer(gallery=Settings.from_environment().gallery, create_gallery=False)
    spare([video], opened.name, file_of(recognizer.gallery_url))
    recognizer = recognizer.open()
    recognizer.people.sweep()
    summary = Summary()
    sightings = _sightings(recognizer) if keep_pictures else None
    document = partial(_tell, on_event, Clock(opened.live), sightings, recognizer.people)
    tell: list[Callable[[Scene], None]] = [summary.hear, document]
    if waiting is not None:
        tell.append(Unsure(recognizer, waiting, public_name(opened.name), Clock(opened.live)).hear)
    with ExitStack() as stack:
        if video is not None:
            tell.append(_drawer(Path(video), opened, stack, say("unknown", language)))
        if on_scene is not None:
            tell.append(on_scene)
        eyes = RecognizerEyes(recognizer, collections=collections)
        watcher = Watcher(eyes, options or WatchOptions(), apart=opened.apart)
        try:
            run(opened, watcher, tell, stop=stop)
        except KeyboardInterrupt:
            summary.interrupted = True
    return summary


def _tell(
    on_event: Callable[[dict[str, Any]], None] | None,
    clock: Clock,
    sightings: Sightings | None,
    people: People,
    scene: Scene,
) -> None:
    """Each event as a document with its time and its picture. Who was recognised was seen."""
    for event in scene.events:
        if isinstance(event, FaceEvent) and event.kind == "recognised" and event.match is not None:
            people.note_found([event.match.name])
        document = {**event.to_dict(), "time": clock.time(event.seconds), **_picture(event, sightings)}
        if on_event is not None:
            on_event(document)


def _picture(event: Event, sightings: Sightings | None) -> dict[str, str | None]:
    if not isinstance(event, FaceEvent):
        return {}
    file = sightings.keep(event) if sightings else None
    return {"picture": None if file is None else str(file)}


def _sightings(recognizer: Recognizer) -> Sightings:
    pictures = recognizer.people.pictures
    if pictures is None:
        raise BadInput(f"{recognizer.gallery_url}: pictures are kept beside galleries that are files, and this is none")
    return Sightings(pictures, recognizer.gallery)


def _drawer(path: Path, source: Source, stack: ExitStack, unknown: str) -> Callable[[Scene], None]:
    """Draws every frame into a file."""
    from rostro.video.drawing import draw_scene
    from rostro.video.writer import VideoWriter

    writer = stack.enter_context(VideoWriter(path, rate=source.rate))

    def draw(scene: Scene) -> None:
        if scene.frame is not None:
            writer.write(scene.frame.seconds, partial(draw_scene, scene.frame.image, scene.seen, unknown=unknown))

    return draw
