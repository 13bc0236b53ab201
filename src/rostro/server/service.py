"""What the routes share: the recogniser, the batches, the keys, the limits."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import Depends
from fastapi.requests import HTTPConnection

from rostro.core.errors import RostroError
from rostro.people.albums.adding import check_space
from rostro.people.uncertain import Waiting
from rostro.recognition.keeping import Keep
from rostro.recognition.pipeline import Failure, PhotoFaces
from rostro.server.admission.callers import Caller, Roll
from rostro.server.admission.held import Held
from rostro.server.admission.limits import Clients, Limits
from rostro.server.admission.lobby import Lobby
from rostro.server.admission.places import Places
from rostro.server.auditing import Auditing
from rostro.server.batcher import Batcher, Work
from rostro.server.challenge.sessions import Sessions
from rostro.server.enrolment import Enrolling
from rostro.server.forms.uploads import Upload, uploads, weighed
from rostro.server.looking import Looking
from rostro.server.metrics import Metrics
from rostro.server.places_on_disk import check_pictures, check_temporary
from rostro.server.problems import of_failures
from rostro.server.turns import Turn

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import BinaryIO

    from fastapi import UploadFile

    from rostro.core.decisions import Identification
    from rostro.gallery.base import Who
    from rostro.people.albums.album import Album
    from rostro.people.people import People
    from rostro.recognizer import Recognizer
    from rostro.server.admission.keys import KeyStore
    from rostro.server.forms.fields import EnrolForm
    from rostro.server.jobs import Job
    from rostro.server.sockets.broadcast import Broadcast


#: Seconds that the gallery may take to answer whether it is well.
_PATIENCE = 3.0


@dataclass(slots=True, kw_only=True)
class Service:
    """One server's parts.

    Attributes:
        recognizer: Does the work.
        batcher: Takes photos to it.
        keys: Who may do what.
        keep_pictures: Whether pictures of people who agreed are kept.
        limits: What clients may ask.
        clients: What they do ask.
        held: What they have sent, and is still held.
        roll: Who is being served.
        enrolments: Threads of enrolments; one waits for the engine most of the time, so each has its own, and none of
            those that answer others.
        metrics: Counters.
        jobs: Bulk enrolments by their ids.
        additions: Photos on their way into the album, likewise.
        album: The album that is shown; None where there is none.
        waiting: Where faces wait that `/v1/identify` is not sure of; None: nowhere.
        challenges: Liveness sessions that were passed and are not used yet.
        live: Places for live views.
        streams: Places for streams of a job's events.
        running: Places for bulk enrolments that run.
        keyless: What ends the waiting of live views that have yet to show their key.
        auditing: The audit of the gallery that is under way.
        watching: What ``rostro watch`` sees, where it is what serves; None elsewhere.
        open_without_keys: Whether everybody may do everything while no key was ever made. Only for a server that this
            machine alone can reach.
    """

    recognizer: Recognizer
    batcher: Batcher
    keys: KeyStore
    keep_pictures: bool
    limits: Limits
    clients: Clients
    held: Held
    roll: Roll
    enrolments: ThreadPoolExecutor
    metrics: Metrics
    open_without_keys: bool
    jobs: dict[str, Job] = field(default_factory=dict)
    additions: dict[str, Job] = field(default_factory=dict)
    album: Album | None = None
    waiting: Waiting | None = None
    challenges: Sessions = field(default_factory=Sessions)
    live: Places
    streams: Places
    running: Places
    keyless: Lobby[Callable[[], None]]
    watching: Broadcast | None = None
    auditing: Auditing = field(default_factory=Auditing)
    _asking: asyncio.Task[dict[int, str]] | None = None

    @classmethod
    def make(
        cls,
        recognizer: Recognizer,
        *,
        keys: KeyStore,
        keep_pictures: bool = False,
        limits: Limits | None = None,
        open_without_keys: bool = False,
        watching: Broadcast | None = None,
        album: Album | None = None,
        keep_uncertain: bool = False,
    ) -> Service:
        """Puts a service together; loads no model yet."""
        limits, metrics = limits or Limits(), Metrics()

        def run(photos: Sequence[Any], work: Work) -> list[PhotoFaces | Failure]:
            if work.what:
                return list(recognizer.analyses(photos, what=work.what))
            kept = Keep(images=False) if work.keep else False
            live = work.liveness or None
            return list(recognizer.photos(photos, embed=work.embed, face=work.face, keep=kept, liveness=live))

        batcher = Batcher(
            run,
            workers=max(2, recognizer.settings.threads),  # so that a large photo never has them all
            waiting=limits.waiting,
            per_client=limits.waiting_per_client,
            pixels=lambda photo: photo.pixels,
            on_batch=metrics.batch.observe,
        )
        metrics.waiting.set_function(lambda: batcher.waiting)
        return cls(
            recognizer=recognizer,
            batcher=batcher,
            keys=keys,
            keep_pictures=keep_pictures,
            limits=limits,
            clients=Clients(limits),
            held=Held(limits),
            roll=Roll(keys),
            enrolments=ThreadPoolExecutor(limits.requests + limits.jobs, "rostro-enrolment"),
            metrics=metrics,
            open_without_keys=open_without_keys,
            watching=watching,
            album=album,
            waiting=Waiting(album, keep_crops=keep_pictures) if album is not None and keep_uncertain else None,
            live=Places(limits.live, "live views are open"),
            streams=Places(limits.streams, "streams of events are open"),
            running=Places(limits.jobs, "bulk enrolments are running", retry_after=10),
            keyless=Lobby(total=limits.connections.keyless, per_address=limits.connections.keyless_per_address),
        )

    @property
    def people(self) -> People:
        """The people of the gallery."""
        return self.recognizer.people

    def people_by(self, caller: Caller) -> People:
        """The same, for somebody who changes them: the log names their key, or where they are where none is needed."""
        return self.people.by(caller.actor)

    def warm_up(self) -> None:
        """Loads the models, opens the gallery and reads the keys, so that what cannot work fails now and not later.

        Pictures of people who are not in the gallery any more are removed, whoever kept them.

        Raises:
            RostroError: A model cannot be had, gallery or album cannot be opened or is of another space, nothing is
                known to decide by, pictures are wanted and cannot be kept, uploads cannot be kept for the time of an
                answer, or the keys cannot be read.
        """
        recognizer = self.recognizer.open()
        _ = recognizer.detection_pipeline, recognizer.searching, recognizer.gate
        if self.album is not None:
            check_space(self.album, recognizer.space)
        people = self.people
        if self.keep_pictures:
            check_pictures(people.pictures, recognizer.gallery_url)
        check_temporary()
        people.sweep()
        self.keys.check_usable()

    async def is_well(self) -> bool:
        """Whether the gallery can be asked now. One question is under way at a time, whoever asks."""
        if self._asking is None or self._asking.done():
            self._asking = asyncio.create_task(asyncio.to_thread(self.recognizer.gallery.names, [1]))
        try:
            await asyncio.wait_for(asyncio.shield(self._asking), _PATIENCE)
        except (TimeoutError, RostroError):
            return False
        return True

    def enrolling(self, form: EnrolForm, caller: Caller, *, patient: bool = False, who: Who = "anybody") -> Enrolling:
        """How photos become templates here; see `Enrolling`.

        Args:
            form: What the request says of it.
            caller: Who asks.
            patient: Whether to wait where the engine has no room.
            who: Whether people are made, or added to.
        """
        return Enrolling(
            people=self.people_by(caller),
            consent=form.consent,
            batcher=self.batcher,
            threads=self.enrolments,
            turn=Turn(caller.name),
            max_bytes=self.recognizer.settings.max_bytes,
            gate=None if form.any_quality else self.recognizer.gate,
            face=form.face,
            keep_pictures=self.keep_pictures and form.keep_picture,
            patient=patient,
            who=who,
            again=form.again,
            strict=form.strict,
            threshold=self.recognizer.known_face_threshold(strict=form.strict),
        )

    def looking(self, work: Work, caller: Caller, *, patient: bool = False) -> Looking:
        """What a thread asks about photos of somebody; see `Looking`."""
        return Looking(
            batcher=self.batcher, work=work, turn=Turn(caller.name), threads=self.enrolments, patient=patient
        )

    async def uploads(self, files: Sequence[UploadFile]) -> list[Upload]:
        """The photos of a form; see `forms.uploads`."""
        return await asyncio.to_thread(uploads, files, self.limits, max_pixels=self.recognizer.settings.max_pixels)

    def look_up(self, found: PhotoFaces, caller: Caller, *, candidates: int) -> list[Identification]:
        """Who is in a photo; of whom that is not sure waits, where that was asked for."""
        row = self.recognizer.look_up(found, candidates=candidates, actor=caller.actor)
        if self.waiting is not None:
            self.recognizer.keep_uncertain(found, row, self.waiting, actor=caller.actor)
        return row

    def frame(self, name: str, file: BinaryIO) -> Upload:
        """A frame of a live view, as a photo."""
        return weighed(name, file, self.recognizer.settings.max_pixels)

    async def look(
        self, files: Sequence[UploadFile], work: Work, caller: Caller
    ) -> tuple[list[PhotoFaces], list[Failure]]:
        """What the pipeline finds in the photos of a form, apart: answers and failures.

        Raises:
            Problem: None of the photos could be used, or they are more than allowed.
            TooMany: Too many photos wait already.
        """
        self.batcher.check_room(len(files), caller.name)  # before they are read
        answers = await self.batcher.answers(await self.uploads(files), work, Turn(caller.name))
        found = [answer for answer in answers if isinstance(answer, PhotoFaces)]
        failed = [answer for answer in answers if isinstance(answer, Failure)]
        if failed and not found:
            raise of_failures(failed)
        return found, failed


def service_of(connection: HTTPConnection) -> Service:
    """The service of the application that a request came to."""
    service: Service = connection.app.state.service
    return service


def caller_of(connection: HTTPConnection) -> Caller:
    """Who was let in with a request."""
    caller: Caller = connection.state.caller
    return caller


#: For the parameters of routes.
TheService = Annotated[Service, Depends(service_of)]
TheCaller = Annotated[Caller, Depends(caller_of)]
