"""What the URL of a gallery in Milvus says."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import parse_qsl, unquote, urlsplit

from rostro.core.errors import BadInput
from rostro.gallery.checks import check_address

#: What may follow the ``?`` of a URL, and what it is otherwise.
_OPTIONS = {"shards": "1", "replicas": "1", "index": "SCANN", "database": "", "tls": "0"}

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,199}")


@dataclass(frozen=True, slots=True)
class Address:
    """What a URL says: ``milvus://USER:PASSWORD@HOST:PORT/NAME?shards=1&replicas=1&index=SCANN&database=…&tls=0``.

    Attributes:
        uri: The server, as pymilvus takes it.
        name: The gallery.
        database: The server's database; empty for the default one.
        shards: Into how many parts of the cluster new templates are spread. Fixed when the gallery is made.
        replicas: How many times the gallery is held in memory.
        index: Type of the search index. Fixed when the gallery is made.
    """

    uri: str
    name: str
    user: str
    password: str
    database: str
    shards: int
    replicas: int
    index: str

    @classmethod
    def parse(cls, url: str) -> Address:
        """Reads a URL.

        Raises:
            BadInput: No host, a name that Milvus does not take, an option that is not known.
        """
        check_address(url)
        parts = urlsplit(url)
        name = parts.path.strip("/")
        if not parts.hostname or not _NAME.fullmatch(name):
            raise BadInput(f"{url}: a Milvus gallery is milvus://HOST:PORT/NAME, NAME of letters, digits and _")
        options = {**_OPTIONS, **dict(parse_qsl(parts.query, keep_blank_values=True))}
        unknown = options.keys() - _OPTIONS.keys()
        if unknown:
            raise BadInput(f"{url}: no option {', '.join(sorted(unknown))}; there is: {', '.join(_OPTIONS)}")
        try:
            port = parts.port or 19530
        except ValueError as error:
            raise BadInput(f"{url}: {error}") from None
        if not all(options[name].isdecimal() for name in ("shards", "replicas", "tls")):
            raise BadInput(f"{url}: shards, replicas and tls are whole numbers")
        return cls(
            uri=f"{'https' if int(options['tls']) else 'http'}://{parts.hostname}:{port}",
            name=name,
            user=unquote(parts.username or ""),
            password=unquote(parts.password or ""),
            database=options["database"],
            shards=int(options["shards"]),
            replicas=int(options["replicas"]),
            index=options["index"],
        )
