"""What several shapes share: numbers in their ranges, and examples."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import ConfigDict, Field

#: What no name of a person has, as a class of regular expressions: control and format characters, ends of lines. Those
#: that scripts write words with, and the signs that reach over what follows, may stand in one; see `clean_name`.
UNSEEN = (
    "\\u0000-\\u001f\\u007f-\\u009f\\u00ad\\u061c\\u200b\\u200e\\u200f\\u2028-\\u202e\\u2060-\\u2064\\u2066-\\u206f\\ufeff"
    "\\ufff9-\\ufffb\U00013430-\U00013438\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0001\U000e0020-\U000e007f"
)
#: A name as it may be: none of those, and something that is no blank.
NAME = rf"^[^{UNSEEN}]*[^{UNSEEN}\s][^{UNSEEN}]*$"

#: The name of a person, as clients give it. What the pattern says is checked by `clean_name`, which says more.
PersonName = Annotated[str, Field(min_length=1, max_length=200, json_schema_extra={"pattern": NAME})]

Box = Annotated[list[float], Field(min_length=4, max_length=4, description="x1, y1, x2, y2 in pixels of the photo")]
Point = Annotated[list[float], Field(min_length=2, max_length=2)]
Score = Annotated[float, Field(ge=0, le=1)]
Similarity = Annotated[float, Field(ge=-1, le=1)]

FACE = {
    "box": [368.0, 96.5, 546.25, 330.0],
    "score": 0.9312,
    "landmarks": [[417.0, 189.5], [499.25, 187.0], [461.0, 236.0], [424.5, 273.0], [497.0, 270.5]],
}
LIVENESS = {"live": True, "score": 0.9645, "apcer": 0.0385, "bpcer": 0.0283}
NAMED = {
    **FACE,
    "name": "Ada Lovelace",
    "similarity": 0.7214,
    "threshold": 0.4648,
    "people_searched": 1000,
    "templates_searched": 1000,
    "false_positive_identification_rate": 0.01,
    "interval": [0.0058, 0.0153],
    "extrapolated": False,
    "most_people_measured": 30452,
    "candidates": [{"name": "Ada Lovelace", "similarity": 0.7214}, {"name": "Grace Hopper", "similarity": 0.1033}],
}
FAILURE: dict[str, Any] = {"photo": "tree.jpg", "reason": "no face found", "kind": "no-face", "values": {}}


def example(**members: Any) -> ConfigDict:
    """The example of a shape."""
    return ConfigDict(json_schema_extra={"examples": [members]})
