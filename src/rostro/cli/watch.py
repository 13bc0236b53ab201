"""``rostro watch``: who comes by? Cameras, videos and streams, live."""

from __future__ import annotations

import signal
import sys
import threading
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from rostro.cli import living, options, output, waiting
from rostro.cli.language import figure, language, tell, translated
from rostro.cli.numbers import within
from rostro.cli.serve import KeyFile
from rostro.core.errors import BadInput
from rostro.core.extras import need
from rostro.core.ranges import PORT
from rostro.core.redaction import public_name
from rostro.embedding.trained import files_of
from rostro.gallery.base import file_of
from rostro.photos.sources import spare
from rostro.video.events import EventLog
from rostro.video.sources import RATE, open_source
from rostro.video.watch import watch
from rostro.video.watcher import RANGES, WatchOptions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rostro.recognizer import Recognizer
    from rostro.video.loop import Summary
    from rostro.video.sources import Source
    from rostro.video.watcher import Scene

Source_ = Annotated[
    str,
    typer.Argument(
        metavar="SOURCE", help="0 for the first camera, a video file, a folder of photos, a URL of a stream or a film."
    ),
]
_HOST = "127.0.0.1"


def command(
    source: Source_,
    gallery: options.GalleryUrl = None,
    key_file: options.KeyFile = None,
    video: Annotated[
        Path | None, typer.Option("--output", help="Write the video with boxes and names (.mp4).", show_default=False)
    ] = None,
    events: Annotated[
        str | None,
        typer.Option("--events", help="Add what happens to this file, a JSON line each; - for stdout."),
    ] = None,
    keep_crops: Annotated[
        bool,
        typer.Option(
            "--keep-crops",
            help="Keep a picture of each recognised person beside the gallery; with --album, of those who wait, too.",
        ),
    ] = False,
    album: waiting.Album = None,
    serve: Annotated[
        bool | None,
        typer.Option("--serve/--no-serve", help="Show the picture on a page. Default: for cameras, without --output."),
    ] = None,
    port: Annotated[int, typer.Option("--port", help="Port of the page.", **within(PORT))] = 8000,
    keys: KeyFile = None,
    every: Annotated[
        int | None,
        typer.Option(
            "--every",
            help="Look for faces in every n-th frame.",
            show_default="3, of a folder 1; more often where frames are far apart",
            **within(RANGES["every"]),
        ),
    ] = None,
    patience: Annotated[
        float,
        typer.Option(
            "--patience", help="Seconds out of sight after which somebody has left.", **within(RANGES["patience"])
        ),
    ] = WatchOptions().patience,
    real_time: Annotated[
        bool, typer.Option("--real-time", help="Run a recording at its own speed, and drop frames as for a camera.")
    ] = False,
    live: Annotated[
        bool | None,
        typer.Option(
            "--live/--recording",
            help="What a URL is: a camera, or a film that is read whole and once.",
            show_default="what its server says",
        ),
    ] = None,
    rate: Annotated[
        float | None,
        typer.Option("--rate", help="Pictures a second that a folder holds.", show_default="25", **within(RATE)),
    ] = None,
    detector: options.Detector = None,
    max_side: options.MaxSide = None,
    zone: options.Zone = None,
    min_face: options.MinFace = None,
    min_score: options.MinScore = None,
    embedder: options.EmbedderOfGallery = None,
    alignment: options.Alignment = None,
    engine: options.Engine = None,
    precision: options.Precision = None,
    threshold: options.Threshold = None,
    fmr: options.Fmr = None,
    operating_point: options.OperatingPointFile = None,
    collection: options.Collections = None,
    fpir: options.Fpir = None,
    quality: options.Quality = None,
    min_quality: options.MinQuality = None,
    require_live: options.RequireLive = False,
    liveness: options.Liveness = None,
    json: options.Json = False,
) -> None:
    """Who comes by? Follows the faces of a video and names them, until it ends or Ctrl-C.

    Exit code 0: somebody was recognised, 1: nobody, 2: the source or a picture of it could not be used, or a film was
    not seen to its end.

    Example: rostro watch 0 --gallery people.db

    Example: rostro watch rtsp://camera/stream --gallery people.db --events events.jsonl --keep-crops

    Example: rostro watch party.mp4 --output named.mp4

    Example: rostro watch frames/ --rate 1 --gallery people.db

    Example: rostro watch 0 --gallery people.db --require-live

    Example: rostro watch 0 --gallery people.db --album unknown.db
    """
    options.refuse_both(real_time=real_time, live=live or None)
    serves = (source.isdecimal() and video is None and not json) if serve is None else serve
    if serves:
        need("server", "fastapi", "uvicorn")
    opened = open_source(source, real_time=real_time or serves, live=live, rate=rate)
    recognizer = options.make_recognizer(
        detector=detector, max_side=max_side, zone=zone, min_face=min_face,
        min_score=min_score, embedder=embedder, alignment=alignment,
        engine=engine, precision=precision, threshold=threshold, fmr=fmr, operating_point=operating_point,
        gallery=options.gallery_url(gallery), key=waiting.gallery_key(key_file, album), create_gallery=False,
        fpir=fpir, quality=quality, min_quality=min_quality,
        **living.asked(require_live=require_live, liveness=liveness),
    )  # fmt: skip
    read = (source, file_of(recognizer.gallery_url), operating_point, *(files_of(embedder) if embedder else ()))
    spare([video, None if events == "-" else events], *read)
    with recognizer, ExitStack() as stack, _terminating():
        hear = _teller(events, stack, quiet=json)
        show = (
            _page(recognizer, opened, port, keys, stack) if serves else None
        )  # before the models: the port may be taken
        asked = stack.enter_context(waiting.waiting_in(album, recognizer, key_file, keep_crops=keep_crops))
        summary = watch(
            opened, recognizer=recognizer.open(), on_event=hear, on_scene=show, video=video,
            keep_pictures=keep_crops, waiting=asked.waiting, collections=collection or None, language=language(),
            options=WatchOptions(every=every, patience=patience),
        )  # fmt: skip
    if summary.interrupted:
        output.note(f"rostro: {tell('interrupted')}")
    if json:
        output.print_json({"source": opened.name, **summary.to_dict()})
    else:
        output.note(f"rostro: {_sentence(summary)}")
    output.report_failures(summary.failed)
    raise typer.Exit(_code(summary, opened))


def _code(summary: Summary, source: Source) -> int:
    """2 where part of a recording was not seen and nobody was recognised in the rest, or a picture was unreadable."""
    unseen = summary.interrupted and not source.live
    if summary.failed or (unseen and not summary):
        return output.NO_ANSWER
    return output.YES if summary else output.NO


@contextmanager
def _terminating() -> Iterator[None]:
    """SIGTERM ends the watching as Ctrl-C does: with everybody told who left and the video whole."""

    def interrupt(number: int, frame: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _teller(events: str | None, stack: ExitStack, *, quiet: bool) -> Callable[[dict[str, Any]], None]:
    """Where events go: lines for people, unless they go somewhere as JSON."""
    if events == "-":
        if quiet:
            raise BadInput("--json and --events - would both write to stdout", why="two-answers-on-stdout")
        return output.print_json
    if events is not None:
        return stack.enter_context(EventLog(Path(events))).write
    return (lambda document: None) if quiet else _say


def _say(document: dict[str, Any]) -> None:
    when = document["time"] or f"{figure(document['seconds'], '.1f')} s"
    if "track" not in document:
        lost = document["event"] != "back"
        what = tell("the source is lost: {}", translated(document["reason"])) if lost else tell("the source is back")
    elif document["name"] is None:
        alive = document.get("liveness", {}).get("live", True)
        somebody = "somebody (track {})" if alive else "no living face (track {})"
        what = f"{tell(document['event'])}: {tell(somebody, document['track'])}"
    else:
        who = tell("{} ({:.3f}, track {})", document["name"], document["score"], document["track"])
        what = f"{tell(document['event'])}: {who}"
    output.say(f"{when}  {what}")


def _page(
    recognizer: Recognizer, source: Source, port: int, keys: Path | None, stack: ExitStack
) -> Callable[[Scene], None]:
    """Serves the page for this machine while the watching goes on, and opens it where somebody sits before it.

    It is the server of ``rostro serve``, with the same keys and limits.
    """
    from rostro.server.admission.keys import keys_for
    from rostro.server.admission.limits import Limits
    from rostro.server.serving import make_server
    from rostro.server.sockets.broadcast import Broadcast

    shown = public_name(source.name)
    broadcast = Broadcast(shown)
    server = make_server(
        recognizer, keys=keys_for(keys, file_of(recognizer.gallery_url)), host=_HOST, port=port, watching=broadcast,
        limits=Limits.from_environment(),
    )  # fmt: skip
    thread = threading.Thread(target=server.run, name="rostro-page", daemon=True)
    thread.start()

    def stop() -> None:
        server.should_exit = True
        thread.join(15)

    stack.callback(stop)
    url = f"http://{_HOST}:{port}/#watch"
    output.note(f"rostro: {tell('{} shows {} (Ctrl-C stops it)', url, shown)}")
    if sys.stderr.isatty():
        import webbrowser

        webbrowser.open(url)
    return broadcast.hear


def _sentence(summary: Summary) -> str:
    seen = ", ".join(summary.people) or tell("nobody known")
    frames = tell("{:,} frames", summary.frames)
    if summary.dropped:
        frames = tell("{:,} frames, {:,} dropped", summary.frames, summary.dropped)
    strangers = tell("1 unknown track") if summary.strangers == 1 else tell("{:,} unknown tracks", summary.strangers)
    pictures = f"; {tell('not alive: {:,}', summary.not_live)}" if summary.not_live else ""
    return f"{frames}; {tell('saw {}', seen)}; {strangers}{pictures}"
