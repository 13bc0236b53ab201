"""Fields that several forms have."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Literal

from fastapi import Depends, File, Form, UploadFile

from rostro.people.consent import LONGEST, Consent
from rostro.recognition.describing import KNOWN
from rostro.recognition.selection import FaceRule

Photos = Annotated[list[UploadFile], File(description="Photos: JPEG, PNG, WebP, AVIF, TIFF, BMP, GIF.")]
Rule = Annotated[
    FaceRule,
    Form(
        description="Which face is meant where a photo has several; `dominant`: the one that is much larger and more "
        "central, if there is one; `only` refuses such photos."
    ),
]
MeantRule = Annotated[
    FaceRule | None, Form(description="Which face is meant where a photo has several; see `box` for another way.")
]
RequireLive = Annotated[
    bool,
    Form(
        description="Decide nothing about faces that do not look alive: they get the reason `not-live`. A sign, not "
        "security: some pictures pass. Where the server requires it, `false` changes nothing."
    ),
]
LivenessSession = Annotated[
    str,
    Form(
        max_length=64,
        description="What `/v1/challenge` gave when it was passed. Good for one request, soon, whose photos are among "
        "the frames that it named (in `/v1/verify`: one of the two).",
    ),
]
What = Annotated[
    list[Literal["quality", "pose", "age", "gender", "mask", "eyes", "liveness"]],
    Form(
        default_factory=lambda: list(KNOWN),
        description="What is asked about the faces; given several times. All of it where it is not given.",
    ),
]
AnyQuality = Annotated[bool, Form(description="Take faces too that are too poor to be judged.")]
KeepPicture = Annotated[
    bool, Form(description="The person agrees that a picture of their face is kept, where the server keeps pictures.")
]


@dataclass(frozen=True, slots=True)
class EnrolForm:
    """What every form that enrols says besides names and photos."""

    face: Rule = "dominant"
    keep_picture: KeepPicture = False
    any_quality: AnyQuality = False
    again: Annotated[bool, Form(description="Take photos of people who were erased, too, instead of refusing.")] = False
    strict: Annotated[
        bool, Form(description="Refuse faces that are enrolled under another name, instead of only saying so.")
    ] = False
    consent_for: Annotated[str, Form(max_length=LONGEST, description="What these people agreed to.")] = ""
    consent_by: Annotated[
        str, Form(max_length=LONGEST, description="Who said so, if not they themselves: a parent, a guardian.")
    ] = ""
    consent_until: Annotated[date | None, Form(description="The last day of it.")] = None

    @property
    def consent(self) -> Consent | None:
        """What the people agreed to; None where the form says nothing.

        Raises:
            BadInput: It says who or until when, and not for what.
        """
        if not (self.consent_for or self.consent_by or self.consent_until):
            return None
        return Consent(self.consent_for.strip(), self.consent_by.strip(), self.consent_until)


@dataclass(frozen=True, slots=True)
class EnrolOneForm(EnrolForm):
    """What forms say that enrol one person, who may be there."""

    liveness_session: LivenessSession = ""


#: For the parameters of routes.
Enrol = Annotated[EnrolForm, Depends()]
EnrolOne = Annotated[EnrolOneForm, Depends()]
