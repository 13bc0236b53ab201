"""Age, gender, mask, pose, eyes, quality, liveness: what a recogniser can be asked besides whose a face is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rostro.photos.reading import several
from rostro.recognition.analysis import FaceAnalysis, PhotoAnalysis
from rostro.recognition.describing import Describers, DescribingPipeline
from rostro.recognition.found import answered
from rostro.recognition.parts import Parts

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rostro.attributes.base import AttributePredictor
    from rostro.recognition.keeping import Keep
    from rostro.recognition.pipeline import Failure


class Analysing(Parts):
    """A recogniser's parts, and predictors of attributes, each loaded when it is first asked."""

    def _prepare(self) -> None:
        super()._prepare()
        self._describers = Describers(self.store, self.engine_options)

    def _let_go(self) -> None:
        super()._let_go()
        self._describers.forget()

    def analyze(self, photo: Any, *, what: Iterable[str | AttributePredictor] | None = None) -> list[FaceAnalysis]:
        """What the faces of one photo look like. One answer per face, in the order of `detect`.

        >>> for face in recognizer.analyze("party.jpg", what=["age", "mask"]):  # doctest: +SKIP
        ...     print(face.age.years, face.age.low, face.age.high, face.mask.value)

        Args:
            photo: A photo.
            what: ``age``, ``gender``, ``mask``, ``eyes``, ``pose``, ``quality``, ``liveness``; names of predictors of
                other packages; or predictors. Nothing else is worked out. None: all of those names.

        Raises:
            PhotoError: The photo cannot be read.
            BadInput: Nothing tells that of a face; says what there is.
            ModelError: A model that is needed cannot be had.
        """
        (found,) = self.analyses([photo], what=what)
        analysis = answered(found)
        return analysis.analyses if isinstance(analysis, PhotoAnalysis) else []

    def analyses(
        self,
        photos: Iterable[Any],
        *,
        what: Iterable[str | AttributePredictor] | None = None,
        keep: bool | Keep = False,
    ) -> Iterator[PhotoAnalysis | Failure]:
        """Many photos, in order, in bounded memory; faces of several photos go through a network together.

        Args:
            photos: As `Recognizer.photos` takes them; read lazily.
            what: See `analyze`.
            keep: Whether answers carry the image; a `Keep` says how large.

        Yields:
            One `PhotoAnalysis` or `Failure` per photo.

        Raises:
            BadInput: One photo alone instead of several, or nothing tells that of a face.
            ModelError: A model that is needed cannot be had.
        """
        listed, question = several(photos), self._describers.ask(what)
        stages = self.pipeline if question.judged else self.detection_pipeline
        stages = self._asking(stages, question.living)
        found: Any = DescribingPipeline.of(stages, question).run(listed, keep=keep)
        answers: Iterator[PhotoAnalysis | Failure] = found
        return answers
