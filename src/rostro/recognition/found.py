"""What came of a photo, or what is wrong with it as an error: for calls about one or two photos."""

from __future__ import annotations

from rostro.core.errors import BadInput, NoFace
from rostro.recognition.pipeline import Failure, PhotoFaces


def answered(found: PhotoFaces | Failure) -> PhotoFaces:
    """The answer.

    Raises:
        PhotoError: There is none.
    """
    if isinstance(found, Failure):
        raise found.error
    return found


def embedded(found: PhotoFaces | Failure) -> PhotoFaces:
    """An answer of `Recognizer.photos` with the vector of a face.

    Raises:
        PhotoError: It is a `Failure`, or has no face.
        BadInput: Something else, or its faces have no vectors.
    """
    if not isinstance(found, PhotoFaces | Failure):
        raise BadInput(f"compare takes two answers of photos(); verify takes photos; got {type(found).__name__}")
    answer = answered(found)
    if not answer.faces:
        raise NoFace(answer.photo)
    if not len(answer.embeddings):
        raise BadInput(f"{answer.photo}: its faces have no vectors; photos(embed=True) gives them")
    return answer
