"""Runs the application on a port."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rostro.core.errors import BadInput, MissingExtra

if TYPE_CHECKING:
    from rostro.recognizer import Recognizer
    from rostro.server.admission.keys import KeyStore
    from rostro.server.admission.limits import Limits
    from rostro.server.sockets.broadcast import Broadcast

#: Seconds that requests have to end when the server is told to stop.
GRACE = 10
#: Connections at the same time, idle ones among them; more are refused before they are read.
_CONNECTIONS = 2000


def make_server(
    recognizer: Recognizer,
    *,
    keys: KeyStore,
    host: str,
    port: int,
    keep_pictures: bool = False,
    limits: Limits | None = None,
    watching: Broadcast | None = None,
    **options: Any,
) -> Any:
    """A uvicorn server, ready to ``run()``: the models are loaded, the gallery is open.

    Without any key, everybody who reaches the server may do everything. So it then serves this machine alone.

    Args:
        recognizer: Does the work.
        keys: Who may do what.
        host: Address to listen on.
        port: Port to listen on; 0 takes a free one.
        keep_pictures: Whether pictures of people who agreed are kept, beside the gallery's file.
        limits: What clients may ask.
        watching: What a watcher sees, for the page; None where nothing is watched.
        **options: More of uvicorn's, for example ``ssl_certfile``.

    Raises:
        MissingExtra: FastAPI or uvicorn is not installed.
        BadInput: Others could reach the server, and there is no key.
        RostroError: Something that the server needs cannot work; see `Service.warm_up`.
    """
    try:
        import uvicorn

        from rostro.server.admission.access import is_loopback
        from rostro.server.app import create_app
        from rostro.server.service import Service
    except ModuleNotFoundError as error:
        raise MissingExtra(error.name or "fastapi", "server") from error
    loopback = is_loopback(host)
    if not loopback and not keys.any_made():
        raise BadInput(
            f"{host} can be reached from other machines; make a key first: rostro keys create --role admin LABEL"
        )
    service = Service.make(
        recognizer, keys=keys, keep_pictures=keep_pictures, limits=limits, open_without_keys=loopback, watching=watching
    )
    service.warm_up()
    config = uvicorn.Config(
        create_app(service),
        host=host,
        port=port,
        server_header=False,
        access_log=False,
        log_level="warning",
        limit_concurrency=_CONNECTIONS,
        timeout_graceful_shutdown=GRACE,
        ws_max_size=service.limits.frame_bytes + 1024,
        ws_max_queue=4,
        ws_per_message_deflate=False,
        **options,
    )
    return uvicorn.Server(config)
