"""Sample photos for the demonstration and the tests: fetched like model files, never shipped.

The portraits are works of the United States government (White House photographs) and so in the public domain; they are
members of the face_recognition 1.3.0 source archive (https://github.com/ageitgey/face_recognition, tests/test_images).
The astronaut is NASA's portrait of Eileen Collins, also in the public domain, from scikit-image
(https://scikit-image.org/docs/stable/api/skimage.data.html).
"""

from __future__ import annotations

from rostro.models.entry import ModelFile

_TEST_IMAGES = "pypi:face_recognition==1.3.0!face_recognition-1.3.0/tests/test_images/"


def _photo(name: str, size: int, sha256: str, source: str, credit: str) -> ModelFile:
    return ModelFile(
        name=name,
        sha256=sha256,
        size=size,
        licence="public domain",
        commercial=True,
        paper=credit,
        sources=(source + name,),
    )


def _portrait(name: str, size: int, sha256: str) -> ModelFile:
    return _photo(name, size, sha256, _TEST_IMAGES, "Official White House photo")


#: Barack Obama four ways and Joe Biden once; in the partial ones the edge of the photo cuts the face.
PORTRAITS = (
    _portrait("obama.jpg", 279_922, "0930e3aa8cae5920329c0c8cbc6a2ab70f47b0e67b432875beaa95cbf7e741f6"),
    _portrait("obama2.jpg", 184_455, "a7efcc907375274796f39646510704aa86672d59f6d5469d69af3c85590976a6"),
    _portrait("obama3.jpg", 595_944, "76ac6bf97c36dc2da0ad16a537d6a5ac1b10f48d49aac29a0cca9a17cdbc3ca3"),
    _portrait("obama_partial_face.jpg", 423_060, "c2d1f09e7ef3042352b41e41286e6eb0522f64f88308be13886991b95db52117"),
    _portrait("obama_partial_face2.jpg", 478_346, "9a812347f97633542b8cd9992de22def11b74f79d82056bc3ee830f13878e028"),
    _portrait("biden.jpg", 353_723, "3c17508bb91554c637a2eabddfae790e5bb1caba93130814fc2ac50be9760c4c"),
)

#: Somebody who is not among the portraits.
STRANGER = _photo(
    "astronaut.png",
    791_555,
    "88431cd9653ccd539741b555fb0a46b61558b301d4110412b5bc28b5e3ea6cb5",
    "pypi:scikit-image==0.26.0!skimage/data/",
    "NASA, portrait of Eileen Collins",
)

SAMPLES = (*PORTRAITS, STRANGER)
