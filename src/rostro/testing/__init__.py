"""The contracts of rostro's parts, as pytest classes: what rostro's own parts pass, and parts of others can.

Derive a class, give it the part, and the tests are yours::

    import pytest
    from rostro.testing import GalleryContract
    from my_package import MyGallery


    class TestMyGallery(GalleryContract):
        @pytest.fixture
        def gallery_class(self):
            return MyGallery

        @pytest.fixture
        def new_url(self, tmp_path):
            return f"mine://{tmp_path}/people"

Each class says which fixtures it wants and which may be given otherwise. Needs pytest (``pip install
'rostro[testing]'``), which is imported with this module and nowhere else in rostro.
"""

from __future__ import annotations

from rostro.core.errors import MissingExtra

try:
    import pytest
except ImportError:
    raise MissingExtra("pytest", "testing") from None

# Assertions of imported modules say what differed only when pytest rewrites them; it must hear of them first.
pytest.register_assert_rewrite(
    *(
        f"rostro.testing.{name}"
        for name in (
            "alignments",
            "attributes",
            "detectors",
            "embedders",
            "engines",
            "galleries",
            "livenesses",
            "qualities",
            "searching",
        )
    )
)

from rostro.testing.alignments import AlignmentContract  # noqa: E402
from rostro.testing.attributes import AttributeContract  # noqa: E402
from rostro.testing.detectors import Crowd, DetectorContract, Portrait  # noqa: E402
from rostro.testing.embedders import EmbedderContract  # noqa: E402
from rostro.testing.engines import EngineContract  # noqa: E402
from rostro.testing.galleries import GalleryContract  # noqa: E402
from rostro.testing.livenesses import LivenessContract  # noqa: E402
from rostro.testing.qualities import QualityContract  # noqa: E402

__all__ = [
    "AlignmentContract",
    "AttributeContract",
    "Crowd",
    "DetectorContract",
    "EmbedderContract",
    "EngineContract",
    "GalleryContract",
    "LivenessContract",
    "Portrait",
    "QualityContract",
]
