"""``rostro serve``: the server and the web page."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from rostro.cli import options, output, waiting
from rostro.cli.language import tell
from rostro.cli.numbers import within
from rostro.core.errors import BadInput
from rostro.core.ranges import PER_SECOND, PORT
from rostro.gallery.base import file_of, gallery_name
from rostro.server.admission.keys import keys_for
from rostro.server.admission.limits import Limits

if TYPE_CHECKING:
    from rostro.people.albums.album import Album
    from rostro.recognizer import Recognizer

KeyFile = Annotated[
    Path | None,
    typer.Option(
        "--keys",
        envvar="ROSTRO_KEYS",
        help="File of the API keys, which 'rostro keys' makes.",
        show_default="rostro-keys.db in this folder",
    ),
]
AlbumUrl = Annotated[
    str | None,
    typer.Option(
        "--album",
        envvar="ROSTRO_ALBUM",
        help="Path or URL of an album that the page shows; made if it is not there.",
        show_default=False,
    ),
]


def command(
    context: typer.Context,
    gallery: options.GalleryUrl = None,
    album: AlbumUrl = None,
    keep_uncertain: waiting.KeepUncertain = False,
    key_file: options.KeyFile = None,
    host: Annotated[str, typer.Option("--host", help="Address to listen on; others than this machine's need keys.")] = (
        "127.0.0.1"
    ),
    port: Annotated[int, typer.Option("--port", help="Port to listen on.", **within(PORT))] = 8000,
    keys: KeyFile = None,
    keep_crops: Annotated[
        bool, typer.Option("--keep-crops", help="Keep small pictures of the faces of people who agree to it.")
    ] = False,
    rate: Annotated[
        float | None,
        typer.Option(
            "--rate",
            help="Requests per second of one client; 0 for no limit.",
            show_default=f"{Limits().rate:g}",
            **within(PER_SECOND),
        ),
    ] = None,
    certificate: Annotated[
        Path | None, typer.Option("--certificate", help="TLS certificate (PEM).", show_default=False)
    ] = None,
    certificate_key: Annotated[
        Path | None, typer.Option("--certificate-key", help="Its private key (PEM).", show_default=False)
    ] = None,
    root_path: Annotated[
        str, typer.Option("--root-path", help="Path under which a proxy shows it, like /faces.", show_default=False)
    ] = "",
    detector: options.Detector = None,
    max_side: options.MaxSide = None,
    min_score: options.MinScore = None,
    embedder: options.EmbedderOfGallery = None,
    alignment: options.Alignment = None,
    engine: options.Engine = None,
    precision: options.Precision = None,
    threshold: options.Threshold = None,
    fmr: options.Fmr = None,
    operating_point: options.OperatingPointFile = None,
    fpir: options.Fpir = None,
    quality: options.Quality = None,
    min_quality: options.MinQuality = None,
    require_live: options.RequireLive = False,
    liveness: options.Liveness = None,
) -> None:
    """Serve the web page and the REST interface until Ctrl-C.

    Example: rostro serve --gallery people.db

    Example: rostro serve --album holidays.db --keep-crops

    Example: rostro serve --host 0.0.0.0 --certificate cert.pem --certificate-key key.pem

    Example: rostro serve --root-path /faces
    """
    from rostro.server.serving import make_server

    if keep_uncertain and album is None:
        raise BadInput("--keep-uncertain has faces wait in an album; --album names it")
    if certificate_key and not certificate:
        raise BadInput("--certificate-key is the key of a certificate; --certificate names that")
    recognizer = options.make_recognizer(
        detector=detector, max_side=max_side, min_score=min_score, embedder=embedder, alignment=alignment,
        engine=engine, precision=precision, threshold=threshold, fmr=fmr, operating_point=operating_point,
        gallery=options.gallery_url(gallery), key=key_file,
        fpir=fpir, quality=quality, min_quality=min_quality, require_live=require_live, liveness=liveness,
    )  # fmt: skip
    shown = None if album is None else _opened(album, recognizer, key_file)
    tls: dict[str, Any] = {"ssl_certfile": certificate, "ssl_keyfile": certificate_key} if certificate else {}
    # Who types the name of a file that is not there yet reads what that means; of a variable nobody does.
    source = context.get_parameter_source("keys")
    typed = source is not None and source.name == "COMMANDLINE"
    known = keys_for(keys, file_of(recognizer.gallery_url), to_be_made=typed)
    server = make_server(
        recognizer, keys=known, host=host, port=port,
        keep_pictures=keep_crops, limits=Limits.from_environment(rate=rate), root_path=root_path,
        album=shown, keep_uncertain=keep_uncertain, **tls,
    )  # fmt: skip
    if typed and not os.path.lexists(known.path):
        output.note(tell("{}: no such file yet: programs of this machine need no key", known.path))
    serves = tell("{} serves {} (Ctrl-C stops it)", server.address, gallery_name(recognizer.gallery_url))
    output.note(f"rostro: {serves}")
    server.run()


def _opened(url: str, recognizer: Recognizer, key: str | None) -> Album:
    from rostro.people.albums.album import Album
    from rostro.recognition.own_space import key_for

    if url == recognizer.gallery_url:
        raise BadInput("--album and --gallery name the same file: an album is a gallery of its own")
    return Album.open(url, create=True, key=key_for(url, key, recognizer.settings), space=recognizer.space)
