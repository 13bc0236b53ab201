"""What the routes share: the recogniser, the batches, the keys, the limits."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import Depends
from fastapi.requests import HTTPConnection

from rostro.recognition.pipeline import Failure, PhotoFaces
from rostro.server.admission.limits import Clients, Limits
from rostro.server.batcher import Batcher, Work
from rostro.server.metrics import Metrics
from rostro.server.problems import of_failures

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rostro.people.pictures import CropStore
    from rostro.recognizer import Recognizer
    from rostro.server.admission.keys import KeyStore
    from rostro.server.jobs import Job
    from rostro.server.sockets.watching import Broadcast


@dataclass(slots=True, kw_only=True)
class Service:
    """One server's parts.

    Attributes:
        recognizer: Does the work.
        batcher: Takes photos to it.
        keys: Who may do what.
        crops: Pictures of people who agreed; None where none are kept.
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
    crops: CropStore | None
    limits: Limits
    clients: Clients
    metrics: Metrics
    open_without_keys: bool
    jobs: dict[str, Job] = field(default_factory=dict)
    live_views: int = 0
    watching: Broadcast | None = None

    @classmethod
    def make(
        cls,
        recognizer: Recognizer,
        *,
        keys: KeyStore,
        crops: CropStore | None = None,
        limits: Limits | None = None,
        open_without_keys: bool = False,
        watching: Broadcast | None = None,
    ) -> Service:
        """Puts a service together; loads no model yet."""
        limits, metrics = limits or Limits(), Metrics()

        def run(photos: Sequence[Any], work: Work) -> list[PhotoFaces | Failure]:
            return list(recognizer.photos(photos, embed=work.embed, face=work.face, keep=work.keep))

        batcher = Batcher(
            run, workers=recognizer.settings.threads, waiting=limits.waiting, on_batch=metrics.batch.observe
        )
        metrics.waiting.set_function(lambda: batcher.waiting)
        return cls(
            recognizer=recognizer,
            batcher=batcher,
            keys=keys,
            crops=crops,
            limits=limits,
            clients=Clients(limits),
            metrics=metrics,
            open_without_keys=open_without_keys,
            watching=watching,
        )

    def warm_up(self) -> None:
        """Loads the models and opens the gallery, so that what cannot work fails at once and not at a request.

        Raises:
            RostroError: A model cannot be had, or the gallery is of another space.
        """
        faces = self.recognizer
        _ = faces.pipeline, faces.detection_pipeline, faces.operating_point
        if self.crops is not None:
            self.crops.sweep({person.id for person in faces.gallery.people()})

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
