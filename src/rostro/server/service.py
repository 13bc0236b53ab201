"""What the routes share: the recogniser, the batches, the keys, the limits."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import Depends
from fastapi.requests import HTTPConnection

from rostro.core.errors import BadInput, RostroError
from rostro.recognition.keeping import Keep
from rostro.recognition.pipeline import Failure, PhotoFaces
from rostro.server.admission.limits import Clients, Limits
from rostro.server.batcher import Batcher, Work
from rostro.server.enrolment import Enrolling
from rostro.server.metrics import Metrics
from rostro.server.problems import of_failures

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rostro.gallery.base import Who
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
        metrics: Counters.
        jobs: Bulk enrolments by their ids.
        live_views: How many are open.
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
    metrics: Metrics
    open_without_keys: bool
    jobs: dict[str, Job] = field(default_factory=dict)
    live_views: int = 0
    watching: Broadcast | None = None
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
            run, workers=recognizer.settings.threads, waiting=limits.waiting, on_batch=metrics.batch.observe
        )
        metrics.waiting.set_function(lambda: batcher.waiting)
        return cls(
            recognizer=recognizer,
            batcher=batcher,
            keys=keys,
            keep_pictures=keep_pictures,
            limits=limits,
            clients=Clients(limits),
            metrics=metrics,
            open_without_keys=open_without_keys,
            watching=watching,
        )

    @property
    def people(self) -> People:
        """The people of the gallery."""
        return self.recognizer.people

    def warm_up(self) -> None:
        """Loads the models, opens the gallery and reads the keys, so that what cannot work fails now and not later.

        Pictures of people who are not in the gallery any more are removed, whoever kept them.

        Raises:
            RostroError: A model cannot be had, the gallery cannot be opened or is of another space, pictures are wanted
                and cannot be kept, or the keys cannot be read.
        """
        recognizer = self.recognizer.open()
        _ = recognizer.detection_pipeline
        people = self.people
        if self.keep_pictures and people.pictures is None:
            raise BadInput(
                f"{recognizer.gallery_url}: pictures are kept beside galleries that are files, and this is none"
            )
        people.sweep()
        self.keys.any_made()

    async def is_well(self) -> bool:
        """Whether the gallery can be asked now. One question is under way at a time, whoever asks."""
        if self._asking is None or self._asking.done():
            self._asking = asyncio.create_task(asyncio.to_thread(self.recognizer.gallery.names, [1]))
        try:
            await asyncio.wait_for(asyncio.shield(self._asking), _PATIENCE)
        except (TimeoutError, RostroError):
            return False
        return True

    def enrolling(self, form: EnrolForm, *, patient: bool = False, who: Who = "anybody") -> Enrolling:
        """How photos become templates here; see `Enrolling`.

        Args:
            form: What the request says of it.
            patient: Whether to wait where the engine has no room.
            who: Whether people are made, or added to.
        """
        return Enrolling(
            people=self.people,
            batcher=self.batcher,
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

    async def look(self, photos: Sequence[Any], work: Work) -> tuple[list[PhotoFaces], list[Failure]]:
        """What the pipeline finds in photos, apart: answers and failures.

        Raises:
            Problem: None of the photos could be used.
        """
        answers = await self.batcher.answers(photos, work)
        found = [answer for answer in answers if isinstance(answer, PhotoFaces)]
        failed = [answer for answer in answers if isinstance(answer, Failure)]
        if failed and not found:
            raise of_failures(failed)
        return found, failed


def service_of(connection: HTTPConnection) -> Service:
    """The service of the application that a request came to."""
    service: Service = connection.app.state.service
    return service


#: For the parameters of routes.
TheService = Annotated[Service, Depends(service_of)]
