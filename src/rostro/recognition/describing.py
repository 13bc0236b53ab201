"""What is asked about faces, and who answers it; and the pipeline that asks."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, Final

from rostro.attributes.base import ATTRIBUTES, DEFAULTS, AttributePredictor
from rostro.core.errors import BadInput
from rostro.core.forking import Mutex
from rostro.core.parts import did_you_mean
from rostro.core.types import Answer
from rostro.recognition.analysis import LIVENESS, QUALITY, PhotoAnalysis
from rostro.recognition.pipeline import Failure, Pipeline

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from rostro.models.store import ModelStore
    from rostro.photos.reading import Photo
    from rostro.recognition.keeping import Keep
    from rostro.recognition.pipeline import PhotoFaces
    from rostro.recognition.selection import FaceRule
    from rostro.recognition.turning import Look
    from rostro.runtime.base import EngineOptions

#: What can be asked, in the order of documents.
KNOWN: Final = (QUALITY, "pose", "age", "gender", "mask", "eyes", LIVENESS)
#: Faces that are looked at together: 64 squares of 224 pixels are 38 MB.
_TOGETHER = 64


@dataclass(frozen=True, slots=True, eq=False)
class Question:
    """What is asked, and who answers.

    Attributes:
        asked: By the names that documents have, in their order.
        answered_by: Each predictor, with what it is asked for.
    """

    asked: tuple[str, ...]
    answered_by: tuple[tuple[AttributePredictor, tuple[str, ...]], ...]

    @property
    def judged(self) -> bool:
        """Whether the faces' quality is asked for, for which they must be embedded."""
        return QUALITY in self.asked

    @property
    def living(self) -> bool:
        """Whether it is asked if faces look alive, which the pipeline's own judge says."""
        return LIVENESS in self.asked

    def of(self, looks: Sequence[Look]) -> Iterator[dict[str, Answer]]:
        """What is said of every face of every look, in order; all photos' faces go through a network together."""
        images = [look.image for look in looks for _ in look.faces]
        faces = [face for look in looks for face in look.faces]
        for start in range(0, len(faces), _TOGETHER):
            part = slice(start, start + _TOGETHER)
            told: list[dict[str, Answer]] = [{} for _ in faces[part]]
            for predictor, wanted in self.answered_by:
                for one, said in zip(told, predictor.tell(images[part], faces[part], wanted), strict=True):
                    one.update({name: said[name] for name in wanted if name in said})
            yield from told


class Describers:
    """The predictors of a recogniser: each made when it is first asked, and kept. Safe to share between threads."""

    def __init__(self, store: ModelStore, engine: EngineOptions) -> None:
        """Makes none yet."""
        self._store = store
        self._engine = engine
        self._made: dict[str, AttributePredictor] = {}
        self._lock = Mutex(reentrant=True)

    def ask(self, what: Iterable[str | AttributePredictor] | str | None) -> Question:
        """Who answers what.

        Args:
            what: Names of `KNOWN`; names of predictors in `ATTRIBUTES`, which then tell all that they tell; or
                predictors. None: all of `KNOWN`.

        Raises:
            BadInput: Nothing, or a name that is none; says which there are.
            ModelError: A predictor's file cannot be had.
        """
        wanted = list(KNOWN if what is None else [what] if isinstance(what, str) else what)
        check(wanted)
        by: dict[str, AttributePredictor] = {}
        for one in wanted:
            if isinstance(one, AttributePredictor) or (one not in KNOWN and one in ATTRIBUTES):
                predictor = one if isinstance(one, AttributePredictor) else self._get(one)
                by.update(dict.fromkeys(predictor.tells, predictor))
            elif one in DEFAULTS:
                by.setdefault(one, self._get(DEFAULTS[one]))
        asked = {*by, *(name for name in (QUALITY, LIVENESS) if name in wanted)}
        ordered = (*(name for name in KNOWN if name in asked), *sorted(asked - set(KNOWN)))
        predictors = dict.fromkeys(by.values())
        answered_by = tuple((who, tuple(name for name in by if by[name] is who)) for who in predictors)
        return Question(ordered, answered_by)

    def forget(self) -> None:
        """Lets go of the models."""
        with self._lock:
            self._made.clear()

    def _get(self, name: str) -> AttributePredictor:
        with self._lock:
            if name not in self._made:
                self._made[name] = ATTRIBUTES.get(name)(self._store, self._engine)
            return self._made[name]


def check(what: Sequence[str | AttributePredictor]) -> None:
    """Refuses what cannot be asked, before any model is fetched.

    Raises:
        BadInput: Nothing, or a name that is none.
    """
    known = (*KNOWN, *ATTRIBUTES)
    if not what:
        raise BadInput(f"nothing is asked for; there is: {', '.join(KNOWN)}")
    for one in what:
        if not isinstance(one, AttributePredictor) and one not in known:
            raise BadInput(f"nothing tells {one!r} of a face.{did_you_mean(one, known)} There is: {', '.join(known)}")


@dataclass(frozen=True, slots=True, kw_only=True)
class DescribingPipeline(Pipeline):
    """A pipeline whose answers say what is asked about their faces.

    Attributes:
        question: What is asked.
    """

    question: Question

    @classmethod
    def of(cls, pipeline: Pipeline, question: Question) -> DescribingPipeline:
        """The same stages, with a question."""
        stages: dict[str, Any] = {part.name: getattr(pipeline, part.name) for part in fields(Pipeline)}
        return cls(**stages, question=question)

    def _side(self, keep: Keep | None) -> int | None:
        """What is told of faces was measured on whole photos."""
        return None

    def _finish(
        self, photos: Sequence[Photo], looks: Sequence[Look], face: FaceRule | None, keep: Keep | None
    ) -> list[PhotoFaces | Failure]:
        """Every face that the pipeline looks at is described; none is chosen among them."""
        chosen = [self._chosen(photo, look, None) for photo, look in zip(photos, looks, strict=True)]
        looks = [look if isinstance(chose, Failure) else chose for look, chose in zip(looks, chosen, strict=True)]
        found = Pipeline._finish(self, photos, looks, None, keep)
        usable = [look for look, answer in zip(looks, found, strict=True) if not isinstance(answer, Failure)]
        told = self.question.of(usable)
        answers: list[PhotoFaces | Failure] = []
        for answer in found:
            if isinstance(answer, Failure):
                answers.append(answer)
                continue
            stage: dict[str, Any] = {part.name: getattr(answer, part.name) for part in fields(answer)}
            its = tuple(next(told) for _ in answer.faces)
            answers.append(PhotoAnalysis(**stage, asked=self.question.asked, told=its))
        return answers
