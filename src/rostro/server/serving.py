"""Runs the application on a port."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

from rostro.core.errors import BadInput, MissingExtra

if TYPE_CHECKING:
    from rostro.people.albums.album import Album
    from rostro.recognizer import Recognizer
    from rostro.server.admission.keys import KeyStore
    from rostro.server.admission.limits import Limits
    from rostro.server.sockets.broadcast import Broadcast

#: Seconds that requests have to end when the server is told to stop.
GRACE = 10


def make_server(
    recognizer: Recognizer,
    *,
    keys: KeyStore,
    host: str,
    port: int,
    keep_pictures: bool = False,
    limits: Limits | None = None,
    watching: Broadcast | None = None,
    album: Album | None = None,
    keep_uncertain: bool = False,
    root_path: str = "",
    **options: Any,
) -> Any:
    """A uvicorn server, ready to ``run()``: it listens, the models are loaded, the gallery is open.

    It listens before it loads the models, so that a port that cannot be had is told at once. Who comes meanwhile waits.

    Without any key, everybody who reaches the server may do everything. So it then serves this machine alone. Photos of
    clients are held to smaller limits than those of the recogniser's owner; see `limits.of_clients`.

    Args:
        recognizer: Does the work.
        keys: Who may do what.
        host: Address to listen on.
        port: Port to listen on; 0 takes a free one.
        keep_pictures: Whether pictures of people who agreed are kept, beside the gallery's file.
        limits: What clients may ask.
        watching: What a watcher sees, for the page; None where nothing is watched.
        album: The album that is shown, which is closed with the server; None shows none.
        keep_uncertain: Whether faces that `/v1/identify` is not sure of wait in the album, to be reviewed.
        root_path: The path under which a proxy shows the server, like ``/faces``; it may pass that on, or strip it.
        **options: More of uvicorn's, for example ``ssl_certfile``.

    Raises:
        MissingExtra: FastAPI or uvicorn is not installed.
        BadInput: Others could reach the server, and there is no key; host and port cannot be listened on; the TLS
            certificate cannot be used.
        RostroError: Something that the server needs cannot work; see `Service.warm_up`.
    """
    try:
        import uvicorn

        from rostro.server.addresses import clean_root_path
        from rostro.server.admission.hosts import is_loopback
        from rostro.server.admission.limits import of_clients
        from rostro.server.app import create_app
        from rostro.server.doors import doors
        from rostro.server.listening import ListeningServer, listen, resolve, within_files
        from rostro.server.service import Service
    except ModuleNotFoundError as error:
        raise MissingExtra(error.name or "fastapi", "server") from error
    root_path = clean_root_path(root_path)
    own = {"uds", "fd"} & options.keys()  # a socket that uvicorn opens
    if not own:
        resolve(host, port)  # before it is said that others can reach it
    loopback = is_loopback(host)
    if not loopback and not keys.any_made():
        raise BadInput(
            f"{host} can be reached from other machines; make a key first: rostro keys create --role admin LABEL"
        )
    keys.check_usable()
    recognizer.settings = of_clients(recognizer.settings)
    service = Service.make(
        recognizer, keys=keys, keep_pictures=keep_pictures, limits=limits, open_without_keys=loopback,
        watching=watching, album=album, keep_uncertain=keep_uncertain,
    )  # fmt: skip
    config = uvicorn.Config(
        create_app(service, root_path=root_path),
        host=host,
        port=port,
        server_header=False,
        access_log=False,
        log_level="warning",
        loop="rostro.server.listening:patient_loop",
        timeout_graceful_shutdown=GRACE,
        ws_max_size=service.limits.frame_bytes + 1024,
        ws_max_queue=4,
        ws_per_message_deflate=False,
        **doors(within_files(service.limits.connections)),
        **options,
    )
    try:
        config.load()
    except OSError as error:  # ssl's among them
        raise BadInput(f"{options.get('ssl_certfile')}: the certificate or its key cannot be used ({error})") from error
    with ExitStack() as stack:
        sockets = [] if own else [stack.enter_context(opened) for opened in listen(host, port)]
        service.warm_up()
        stack.pop_all()
    return ListeningServer(config, sockets, root_path)
