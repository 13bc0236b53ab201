"""What is said of a face, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rostro.attributes.values import ADULT, Traits
from rostro.cli.language import figure, tell

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rostro.recognition.analysis import FaceAnalysis

#: Probabilities of a checkpoint that are shown.
_SHOWN = 5


def spoken(face: FaceAnalysis) -> Iterator[str]:
    """A line for each thing that was asked."""
    for name in face.asked:
        line = _LINES[name](face) if name in _LINES else _other(face, name)
        if line:
            yield line


def label(face: FaceAnalysis) -> str:
    """The same in a few words, for a picture."""
    words = []
    if face.liveness is not None and not face.liveness:
        words.append(tell("not alive"))
    if face.age is not None:
        words.append(figure(face.age.years, ".0f"))
    if face.gender is not None and face.gender.value is not None:
        words.append(tell("female") if face.gender.value == "female" else tell("male"))
    if face.mask is not None and face.mask.value == "worn":
        words.append(tell("mask"))
    return " ".join(words)


def _quality(face: FaceAnalysis) -> str:
    if face.quality is None:
        return tell("quality: not judged")
    return tell("quality: {:.2f}", face.quality.value)


def _age(face: FaceAnalysis) -> str:
    age = face.age
    return "" if age is None else tell("age: {:.0f} ({:.0f} to {:.0f})", age.years, age.low, age.high)


def _gender(face: FaceAnalysis) -> str:
    gender = face.gender
    if gender is None:
        return ""
    if gender.value is not None:
        said = "gender: female ({:.2f})" if gender.value == "female" else "gender: male ({:.2f})"
        return tell(said, gender.probability)
    if face.age is not None and face.age.years < ADULT:
        return tell("gender: not said (the network for adults does not know children)")
    return tell("gender: not said")


def _mask(face: FaceAnalysis) -> str:
    mask = face.mask
    if mask is None:
        return ""
    if mask.value is None:
        return tell("mask: not said")
    return tell("mask: worn ({:.2f})" if mask.value == "worn" else "mask: none ({:.2f})", mask.probability)


def _pose(face: FaceAnalysis) -> str:
    pose = face.pose
    if pose is None:
        return ""
    return tell("pose: yaw {:.0f}°, pitch {:.0f}°, roll {:.0f}°", pose.yaw, pose.pitch, pose.roll)


def _eyes(face: FaceAnalysis) -> str:
    eyes = face.eyes
    if eyes is None:
        return tell("eyes: not said")
    words = {True: tell("open"), False: tell("closed"), None: tell("not said")}
    return tell("eyes: left {}, right {}", words[eyes.left_open], words[eyes.right_open])


def _liveness(face: FaceAnalysis) -> str:
    liveness = face.liveness
    if liveness is None:
        return ""
    return tell("looks alive ({:.3f})" if liveness else "does not look alive ({:.3f})", liveness.score)


def _other(face: FaceAnalysis, name: str) -> str:
    told = face.told.get(name)
    if isinstance(told, Traits):
        highest = sorted(told.probabilities.items(), key=lambda item: -item[1])[:_SHOWN]
        shown = ", ".join(f"{trait} {figure(value, '.2f')}" for trait, value in highest)
        return f"{name}: {', '.join(told.labels) or tell('none of the known')} ({shown})"
    return f"{name}: {tell('not said') if told is None else told.to_json()}"


_LINES = {
    "quality": _quality,
    "age": _age,
    "gender": _gender,
    "mask": _mask,
    "pose": _pose,
    "eyes": _eyes,
    "liveness": _liveness,
}
