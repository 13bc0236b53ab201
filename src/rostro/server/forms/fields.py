"""Fields that several forms have."""

from __future__ import annotations

from typing import Annotated

from fastapi import File, Form, UploadFile

from rostro.recognition.selection import FaceRule

Photos = Annotated[list[UploadFile], File(description="Photos: JPEG, PNG, WebP, AVIF, TIFF, BMP, GIF.")]
Rule = Annotated[
    FaceRule,
    Form(
        description="Which face is meant where a photo has several; `dominant`: the one that is much larger and more "
        "central, if there is one; `only` refuses such photos."
    ),
]
AnyQuality = Annotated[bool, Form(description="Take faces too that are too poor to be judged.")]
KeepPicture = Annotated[
    bool, Form(description="The person agrees that a picture of their face is kept, where the server keeps pictures.")
]
