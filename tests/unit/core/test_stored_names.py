"""What galleries, operating points, cards and caches hold today: whoever renames one of these orphans them."""

from __future__ import annotations

import json
from pathlib import Path

import rostro.scoring.operating_points as operating_points
from rostro.alignment.base import ALIGNMENTS, REFINERS
from rostro.attributes.base import ATTRIBUTES
from rostro.detection.base import DETECTORS
from rostro.embedding.base import EMBEDDERS
from rostro.evaluation.protocols.base import PROTOCOLS
from rostro.gallery.base import GALLERIES
from rostro.liveness.base import LIVENESS
from rostro.quality.base import QUALITIES
from rostro.runtime.base import ENGINES
from rostro.training.base import RECIPES

#: Only ever added to.
NAMES = {
    DETECTORS: ("dlib_hog", "dlib_mmod", "haar", "mtcnn", "scrfd", "ssd_mobilenet", "yunet"),
    ALIGNMENTS: ("crop", "dlib_chip", "eye_line", "five_point"),
    EMBEDDERS: (
        "dlib", "edgeface", "facenet128", "facenet512", "mobilefacenet", "retail0095", "sface", "vggface",
        "vggface2_resnet50", "vggface2_senet50", "vggface_fc7",
    ),
    ENGINES: ("onnxruntime", "openvino"),
    REFINERS: ("retail0009",),
    GALLERIES: ("milvus", "postgresql", "sqlite"),
    RECIPES: ("attributes", "classifier", "embedder", "finetune", "head", "is_it_me"),
    ATTRIBUTES: ("adas0001", "age_gender", "aizoo", "faceres", "openclosed0001", "retail0013"),
    LIVENESS: ("antispoof", "fusion", "minifasnet_v1se", "minifasnet_v2"),
    QUALITIES: ("lightqnet", "lightqnet_small"),
    PROTOCOLS: ("all-pairs", "identification", "lfw", "references"),
}  # fmt: skip
#: Embedder → the part of its space that says how crops are made.
ALIGNED = {
    "dlib": "dlib_chip-150",
    "edgeface": "five_point-112",
    "facenet128": "crop-160,margin=0.1,square=0",
    "facenet512": "crop-160,margin=0.32,square=0",
    "mobilefacenet": "five_point-112",
    "retail0095": "five_point-128,landmarks=retail0009,width=96",
    "sface": "five_point-112",
    "vggface": "crop-224",
    "vggface2_resnet50": "crop-224",
    "vggface2_senet50": "crop-224",
    "vggface_fc7": "crop-224",
}
SHIPPED = {
    "dlib-55533b28/dlib_chip-150",
    "edgeface-9fd80dbb/five_point-112",
    "facenet128-6acdd8fb/crop-160,margin=0.1,square=0",
    "facenet512-704afe26/crop-160,margin=0.32,square=0",
    "mobilefacenet-9cc6e4a7/five_point-112",
    "sface-0ba9fbfa/five_point-112",
    "sface-0ba9fbfa/five_point-112,landmarks=retail0009",
}


def test_every_name_of_today_is_known() -> None:
    for room, names in NAMES.items():
        assert set(names) <= set(room.names), f"{room.noun}: a stored name is gone"


def test_crops_are_made_as_their_spaces_say() -> None:
    assert {name: EMBEDDERS.get(name).alignment.key for name in ALIGNED} == ALIGNED


def test_spaces_begin_with_the_hash_of_pinned_weights() -> None:
    for space in SHIPPED:
        name, _, rest = space.partition("-")
        assert (EMBEDDERS.get(name).files[0].sha256 or "").startswith(rest.partition("/")[0])


def test_operating_points_are_found_under_their_spaces() -> None:
    files = Path(operating_points.SHIPPED).glob("*.json")
    found = {json.loads(file.read_text(encoding="utf-8"))["space"] for file in files}
    assert found >= SHIPPED
    for space in SHIPPED:
        assert operating_points.shipped(space).space == space


def test_int8_ranges_are_found_under_their_embedders() -> None:
    ranges = EMBEDDERS.get("sface").ranges()
    assert ranges is not None
    assert ranges.name == "sface.json"
