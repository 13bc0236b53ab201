"""Fields that several forms have."""

from __future__ import annotations

from typing import Annotated

from fastapi import File, Form, UploadFile

from rostro.recognition.selection import FaceRule

Photos = Annotated[list[UploadFile], File(description="Photos: JPEG, PNG, WebP, AVIF, TIFF, BMP, GIF.")]
Rule = Annotated[
    FaceRule, Form(description="Which face is meant where a photo has several; `only` refuses such photos.")
]
KeepPicture = Annotated[
    bool, Form(description="The person agrees that a picture of their face is kept, where the server keeps pictures.")
]
