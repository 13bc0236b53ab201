"""Age by a network that knows all ages; gender of adults by that one and one that knows adults only, together."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rostro.attributes._ages import Measured
from rostro.attributes.base import AttributePredictor
from rostro.attributes.faceres import FaceRes
from rostro.attributes.retail0013 import Retail0013
from rostro.attributes.values import ADULT
from rostro.core.lazy import Lazy

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from rostro.attributes.base import Told
    from rostro.attributes.values import Age
    from rostro.core.types import Answer, Face, Floats, Image
    from rostro.models.entry import ModelFile
    from rostro.models.store import ModelStore
    from rostro.runtime.base import EngineOptions


class AgeGender(AttributePredictor):
    """The mean of both probabilities is right more often than either (``benchmarks/attributes.py``).

    A mean of both ages is not: the network for adults takes children for adults, and old people for younger ones. The
    second network is not even loaded where only ages are asked for.
    """

    name = "age_gender"
    about = "faceres, and with retail0013 the gender of adults: 9.2 MB"
    paper = f"{FaceRes.paper}; {Retail0013.paper}"
    tells = ("age", "gender")
    files: ClassVar[tuple[ModelFile, ...]] = (*FaceRes.files, *Retail0013.files)

    def __init__(self, store: ModelStore, engine: EngineOptions) -> None:
        """Fetches and compiles the first network; the second when it is needed."""
        super().__init__(store, engine)
        self._all_ages = FaceRes(store, engine)
        self._adults = Lazy(lambda: Retail0013(store, engine))
        self._measured = Measured.shipped(self.name)

    def tell(self, images: Sequence[Image], faces: Sequence[Face], wanted: Collection[str]) -> list[Told]:
        """See `AttributePredictor.tell`."""
        estimates, female = self._all_ages.estimate(images, faces)
        ages = self._measured.ages(estimates)
        told: list[dict[str, Answer]] = [{"age": age} if "age" in wanted else {} for age in ages]
        if "gender" in wanted:
            for one, age, probability in zip(told, ages, self._of_both(images, faces, ages, female), strict=True):
                one["gender"] = self._measured.gender(float(probability), child=age.years < ADULT)
        return list(told)

    def _of_both(self, images: Sequence[Image], faces: Sequence[Face], ages: Sequence[Age], female: Floats) -> Floats:
        """The mean of both networks' probabilities, for adults; for children the one that knows some."""
        adults = [place for place, age in enumerate(ages) if age.years >= ADULT]
        together = female.copy()
        if adults:
            _, second = self._adults().estimate([images[place] for place in adults], [faces[place] for place in adults])
            together[adults] = (female[adults] + second) / 2
        return together
