"""The Milvus collections under a gallery: reaching the server, making them, reading them whole, and errors in words.

Two collections per gallery: ``NAME_people`` and ``NAME_templates``. Everything is read with consistency "Strong": an
answer waits until the server has seen every write that was acknowledged before the question.
"""

from __future__ import annotations

import json
import logging
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from rostro.core.errors import BadInput, GalleryError, MissingExtra, SpaceMismatch
from rostro.core.foreign import json_of
from rostro.core.forking import Forking, Mutex, abandon
from rostro.gallery.milvus.address import Address

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from pymilvus import MilvusClient

#: Version of the collections' fields, kept in their description.
VERSION = 1

#: Index type → how it is built. Others, which newer servers have, are built as the server does by default.
BUILD: dict[str, dict[str, int]] = {"HNSW": {"M": 16, "efConstruction": 200}, "SCANN": {"nlist": 64}}

#: Rows that one request reads or writes: below the 64 MB that a message may have, with vectors of 4,096 numbers.
PAGE = 2_000

#: Seconds that a request may take, tries included.
TIMEOUT = 60.0


class Collections(Forking):
    """The two collections of one gallery. Safe to use from several threads.

    Raises:
        MissingExtra: pymilvus is not installed.
        GalleryError: The server cannot be reached.
    """

    def __init__(self, url: str) -> None:
        try:
            from pymilvus import MilvusClient
        except ImportError as error:
            raise MissingExtra("pymilvus", "milvus") from error
        logging.getLogger("pymilvus").setLevel(logging.CRITICAL)  # it prints the errors that it also raises
        self.shown = url  # errors hide its password
        self.address = Address.parse(url)
        self.people = f"{self.address.name}_people"
        self.templates = f"{self.address.name}_templates"
        self.records = f"{self.address.name}_records"
        self._recording = False
        self._space: str | None = None
        self._dims: int | None = None
        self._closed = False
        self._forked = False
        self._making = Mutex()
        with self._errors_named():
            self._client = MilvusClient(
                uri=self.address.uri,
                user=self.address.user,
                password=self.address.password,
                db_name=self.address.database,
                timeout=10,
            )
        self.join_forks()

    def after_fork(self) -> None:
        """Leaves the parent its connection: pymilvus waits for ever on one that was made before a fork."""
        abandon(self._client)
        self._forked = True

    @contextmanager
    def client(self) -> Iterator[MilvusClient]:
        """The client; what goes wrong inside becomes a `GalleryError` that names the gallery."""
        self.check_open()
        with self._errors_named():
            yield self._client

    def check_open(self) -> None:
        """Raises `GalleryError` after `close`."""
        if self._closed:
            raise GalleryError(f"{self.shown}: the gallery is closed")
        if self._forked:
            raise GalleryError(f"{self.shown}: it was opened before the process was forked; open it after that")

    @property
    def space(self) -> str | None:
        """The embedding space, which never changes once it is known; None where there is no gallery.

        Raises:
            GalleryError: Something else of that name, or of a newer version.
        """
        self.check_open()
        if self._space is None:
            self._space = self._stored_space()
        return self._space

    @property
    def dims(self) -> int | None:
        """Length of the vectors, which never changes once it is known; None while there are no templates."""
        if self._dims is None:
            self._look_for_templates()
        return self._dims

    def _look_for_templates(self) -> None:
        self._dims = self._stored_dims()
        if self._dims is not None:
            self.make_ready(self.templates)

    def _stored_space(self) -> str | None:
        """From the description of the people."""
        with self.client() as client:
            if not client.has_collection(self.people, timeout=TIMEOUT):
                return None
            text = client.describe_collection(self.people, timeout=TIMEOUT).get("description", "")
        try:
            about = json_of(text)
            version, space = int(about["rostro"]), str(about["space"])
        except (BadInput, ValueError, KeyError, TypeError):
            raise GalleryError(f"{self.shown}: {self.people} is not a rostro gallery's") from None
        if version > VERSION:
            raise GalleryError(f"{self.shown}: made by a newer rostro (schema {version}, this one knows {VERSION})")
        return space

    def make_people(self, space: str) -> None:
        """Makes the collection of people. Of two programs that do so with different spaces, one is refused.

        Raises:
            GalleryError: The other one won.
        """
        self.make_rows(self.people, space=space)

    @property
    def has_records(self) -> bool:
        """Whether there is a collection of records; see `rostro.gallery.milvus.records`."""
        if not self._recording:
            with self.client() as client:
                self._recording = client.has_collection(self.records, timeout=TIMEOUT)
            if self._recording:
                self.make_ready(self.records)
        return self._recording

    def make_rows(self, collection: str, **about: str) -> None:
        """Makes a collection of rows that are not searched; its description says what is known about the gallery."""
        from pymilvus import DataType

        with self._making, self.client() as client:
            schema = client.create_schema(description=json.dumps({"rostro": VERSION, **about}))
            schema.add_field("id", DataType.INT64, is_primary=True)
            schema.add_field("key", DataType.VARCHAR, max_length=64)  # of the name, or a kind
            schema.add_field("name", DataType.JSON)
            schema.add_field("vector", DataType.FLOAT_VECTOR, dim=2)  # no collection may be without
            self._create(client, collection, schema)
        self.make_ready(collection)

    def make_templates(self, dims: int) -> None:
        """Makes the collection of templates, where there is none.

        Raises:
            SpaceMismatch: There is one for vectors of another length.
        """
        from pymilvus import DataType

        if self._stored_dims() is None:
            with self._making, self.client() as client:
                schema = client.create_schema(description=json.dumps({"rostro": VERSION}))
                schema.add_field("key", DataType.VARCHAR, is_primary=True, max_length=64)  # of what makes it unique
                schema.add_field("id", DataType.INT64)
                schema.add_field("person", DataType.INT64)
                schema.add_field("source_hash", DataType.VARCHAR, max_length=256)
                schema.add_field("details", DataType.JSON)  # box, photo, quality
                schema.add_field("vector", DataType.FLOAT_VECTOR, dim=dims)
                self._create(client, self.templates, schema)
        if (stored := self._stored_dims()) != dims:
            raise SpaceMismatch(f"{self.shown}: vectors of {dims} numbers; the gallery's have {stored}")
        self.make_ready(self.templates)

    def _stored_dims(self) -> int | None:
        with self.client() as client:
            if not client.has_collection(self.templates, timeout=TIMEOUT):
                return None
            fields = client.describe_collection(self.templates, timeout=TIMEOUT)["fields"]
        dims: int = next(field["params"]["dim"] for field in fields if field["name"] == "vector")
        return dims

    def make_ready(self, collection: str) -> None:
        """Sees to a collection's indexes, has the servers take it into memory, and waits for that.

        Raises:
            GalleryError: The servers cannot take it, for example for want of memory.
        """
        from pymilvus.client.types import LoadState

        with self.client() as client:
            if self._load_state(client, collection) == LoadState.Loaded:
                return
            if not client.list_indexes(collection):
                client.create_index(collection, self._indexes(client, collection), timeout=TIMEOUT, sync=False)
            client.load_collection(collection, replica_number=self.address.replicas, timeout=TIMEOUT, _async=True)
            while (state := self._load_state(client, collection)) == LoadState.Loading:
                time.sleep(0.05)
        if state != LoadState.Loaded:
            raise GalleryError(f"{self.shown}: the server could not load {collection}")

    def make_all_ready(self) -> None:
        """Sees to both collections; there may be no templates yet."""
        self.make_ready(self.people)
        self._look_for_templates()

    def reindex(self) -> None:
        """Writes the templates to the server's storage and builds their index anew."""
        with self.client() as client:
            client.flush(self.templates, timeout=TIMEOUT)
            client.release_collection(self.templates, timeout=TIMEOUT)
            client.drop_index(self.templates, "vector", timeout=TIMEOUT)
            client.create_index(self.templates, self._indexes(client, self.templates), timeout=TIMEOUT, sync=False)
            while client.describe_index(self.templates, "vector", timeout=TIMEOUT)["pending_index_rows"]:
                time.sleep(0.1)
        self.make_ready(self.templates)

    def compact(self) -> None:
        """Asks the server to write its files anew without the deleted templates."""
        with self.client() as client:
            client.compact(self.templates, timeout=TIMEOUT)

    def rows(self, collection: str, condition: str, fields: Sequence[str]) -> Iterator[dict[str, Any]]:
        """Every row that meets a condition, page by page in the order of the primary key."""
        key = "key" if collection == self.templates else "id"
        last: int | str | None = None
        while True:
            after = "" if last is None else f" and {key} > {json.dumps(last)}"
            with self.client() as client:
                page = client.query(
                    collection,
                    filter=f"({condition}){after}",
                    output_fields=[key, *fields],
                    limit=PAGE,
                    consistency_level="Strong",
                    timeout=TIMEOUT,
                )
            yield from page
            if len(page) < PAGE:
                return
            last = max(row[key] for row in page)

    def rows_in(
        self, collection: str, field: str, values: Collection[Any], fields: Sequence[str]
    ) -> Iterator[dict[str, Any]]:
        """Every row where a field has one of these values."""
        wanted = list(values)
        for start in range(0, len(wanted), PAGE):
            listed = json.dumps(wanted[start : start + PAGE], ensure_ascii=False)
            yield from self.rows(collection, f"{field} in {listed}", fields)

    def count(self, collection: str, condition: str = "") -> int:
        """How many rows meet a condition."""
        with self.client() as client:
            (row,) = client.query(
                collection, filter=condition, output_fields=["count(*)"], consistency_level="Strong", timeout=TIMEOUT
            )
        count: int = row["count(*)"]
        return count

    def put(self, collection: str, rows: Sequence[dict[str, Any]]) -> None:
        """Writes rows; each takes the place of the one with the same primary key."""
        with self.client() as client:
            for start in range(0, len(rows), PAGE):
                client.upsert(collection, list(rows[start : start + PAGE]), timeout=TIMEOUT)

    def delete(self, collection: str, condition: str) -> None:
        """Deletes the rows that meet a condition."""
        with self.client() as client:
            client.delete(collection, filter=condition, timeout=TIMEOUT)

    def delete_keys(self, keys: Sequence[str]) -> None:
        """Deletes templates by their primary keys."""
        for start in range(0, len(keys), PAGE):
            self.delete(self.templates, f"key in {json.dumps(keys[start : start + PAGE])}")

    def close(self) -> None:
        """Lets go of the connection; closing twice does nothing."""
        if not self._closed:
            self._closed = True
            self._client.close()

    def _create(self, client: MilvusClient, name: str, schema: Any) -> None:
        client.create_collection(
            name, schema=schema, num_shards=self.address.shards, consistency_level="Strong", timeout=TIMEOUT
        )

    def _indexes(self, client: MilvusClient, collection: str) -> Any:
        indexes = client.prepare_index_params()
        if collection != self.templates:
            indexes.add_index("vector", index_type="FLAT", metric_type="IP")
            return indexes
        odd = (self._stored_dims() or 0) % 2  # SCANN takes numbers by twos
        kind = "HNSW" if odd and self.address.index == "SCANN" else self.address.index
        indexes.add_index("vector", index_type=kind, metric_type="IP", params=BUILD.get(kind, {}))
        for field in ("person", "source_hash"):
            indexes.add_index(field, index_type="")  # the server chooses
        return indexes

    @staticmethod
    def _load_state(client: MilvusClient, collection: str) -> Any:
        return client.get_load_state(collection, timeout=TIMEOUT)["state"]

    @contextmanager
    def _errors_named(self) -> Iterator[None]:
        from pymilvus.exceptions import MilvusException

        try:
            yield
        except MilvusException as error:
            raise GalleryError(f"{self.shown}: {error.message or error}") from error
