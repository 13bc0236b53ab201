"""rostro: detect, align, embed, verify, identify and store faces.

    >>> import rostro
    >>> recognizer = rostro.Recognizer()
    >>> recognizer.verify("a.jpg", "b.jpg").same  # doctest: +SKIP
    True

Importing this package loads none of the heavy libraries; they come when a `Recognizer` is first used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rostro.anonymisation.anonymiser import Anonymiser as Anonymiser
    from rostro.core.decisions import Candidate as Candidate
    from rostro.core.decisions import Identification as Identification
    from rostro.core.decisions import OperatingPoint as OperatingPoint
    from rostro.core.decisions import VectorMatch as VectorMatch
    from rostro.core.decisions import Verification as Verification
    from rostro.core.errors import AlreadyEnrolled as AlreadyEnrolled
    from rostro.core.errors import BadInput as BadInput
    from rostro.core.errors import BadName as BadName
    from rostro.core.errors import EngineError as EngineError
    from rostro.core.errors import ErasedBefore as ErasedBefore
    from rostro.core.errors import GalleryCorrupt as GalleryCorrupt
    from rostro.core.errors import GalleryError as GalleryError
    from rostro.core.errors import KnownFace as KnownFace
    from rostro.core.errors import MissingExtra as MissingExtra
    from rostro.core.errors import ModelCorrupt as ModelCorrupt
    from rostro.core.errors import ModelError as ModelError
    from rostro.core.errors import ModelUnavailable as ModelUnavailable
    from rostro.core.errors import NameTaken as NameTaken
    from rostro.core.errors import NoConsent as NoConsent
    from rostro.core.errors import NoFace as NoFace
    from rostro.core.errors import NoOperatingPoint as NoOperatingPoint
    from rostro.core.errors import NotAPhoto as NotAPhoto
    from rostro.core.errors import PhotoError as PhotoError
    from rostro.core.errors import PhotoTooLarge as PhotoTooLarge
    from rostro.core.errors import PoorQuality as PoorQuality
    from rostro.core.errors import RostroError as RostroError
    from rostro.core.errors import SeveralFaces as SeveralFaces
    from rostro.core.errors import SpaceMismatch as SpaceMismatch
    from rostro.core.errors import UnknownModel as UnknownModel
    from rostro.core.errors import UnknownPerson as UnknownPerson
    from rostro.core.errors import UnknownPhoto as UnknownPhoto
    from rostro.core.errors import UnreadablePhoto as UnreadablePhoto
    from rostro.core.liveness import Liveness as Liveness
    from rostro.core.person_decision import PersonVerification as PersonVerification
    from rostro.core.quality import Doubt as Doubt
    from rostro.core.quality import Quality as Quality
    from rostro.core.settings import Settings as Settings
    from rostro.core.types import AlignmentSpec as AlignmentSpec
    from rostro.core.types import Embedding as Embedding
    from rostro.core.types import Face as Face
    from rostro.core.types import Person as Person
    from rostro.core.types import Template as Template
    from rostro.evaluation.calibrate import Calibration as Calibration
    from rostro.evaluation.calibrate import calibrate as calibrate
    from rostro.evaluation.classify import evaluate_classification as evaluate_classification
    from rostro.evaluation.detectors import detect_with_all as detect_with_all
    from rostro.evaluation.evaluate import Evaluation as Evaluation
    from rostro.evaluation.evaluate import compare as compare
    from rostro.evaluation.evaluate import evaluate as evaluate
    from rostro.evaluation.evaluate_liveness import evaluate_liveness as evaluate_liveness
    from rostro.evaluation.options import Options as Options
    from rostro.gallery.base import Gallery as Gallery
    from rostro.gallery.base import open_gallery as open_gallery
    from rostro.gallery.keys import Key as Key
    from rostro.gallery.upkeep.backup import back_up as back_up
    from rostro.gallery.upkeep.migrate import Migration as Migration
    from rostro.gallery.upkeep.migrate import migrate as migrate
    from rostro.people.consent import Consent as Consent
    from rostro.people.consent import Policy as Policy
    from rostro.people.encrypting import decrypt as decrypt
    from rostro.people.encrypting import encrypt as encrypt
    from rostro.people.encrypting import rekey as rekey
    from rostro.people.enrollment import Enrollment as Enrollment
    from rostro.people.finding import Found as Found
    from rostro.people.people import People as People
    from rostro.people.soundness import check as check
    from rostro.recognition.celebrities import NamedFaces as NamedFaces
    from rostro.recognition.celebrities import classify as classify
    from rostro.recognition.pipeline import Failure as Failure
    from rostro.recognition.pipeline import PhotoFaces as PhotoFaces
    from rostro.recognition.selection import FaceRule as FaceRule
    from rostro.recognizer import Recognizer as Recognizer
    from rostro.scoring.open_set import SearchRate as SearchRate
    from rostro.training.base import Prediction as Prediction
    from rostro.training.base import Step as Step
    from rostro.training.loop.loop import Interrupted as Interrupted
    from rostro.training.run import Trained as Trained
    from rostro.training.run import predict as predict
    from rostro.training.run import train as train
    from rostro.video.watch import watch as watch
    from rostro.video.watcher import WatchOptions as WatchOptions

__version__ = "0.1.0"

#: Where names live: module → the names of it that are everybody's. The imports above say the same to type checkers.
_HOMES = {
    "rostro.anonymisation.anonymiser": ("Anonymiser",),
    "rostro.core.decisions": ("Candidate", "Identification", "OperatingPoint", "VectorMatch", "Verification"),
    "rostro.core.errors": (
        "AlreadyEnrolled", "BadInput", "BadName", "EngineError", "ErasedBefore", "GalleryCorrupt", "GalleryError",
        "KnownFace", "MissingExtra",
        "ModelCorrupt", "ModelError", "ModelUnavailable", "NameTaken", "NoConsent", "NoFace", "NoOperatingPoint",
        "NotAPhoto", "PhotoError", "PhotoTooLarge", "PoorQuality", "RostroError", "SeveralFaces", "SpaceMismatch",
        "UnknownModel", "UnknownPerson", "UnknownPhoto", "UnreadablePhoto",
    ),
    "rostro.core.liveness": ("Liveness",),
    "rostro.core.person_decision": ("PersonVerification",),
    "rostro.core.quality": ("Doubt", "Quality"),
    "rostro.core.settings": ("Settings",),
    "rostro.core.types": ("AlignmentSpec", "Embedding", "Face", "Person", "Template"),
    "rostro.gallery.base": ("Gallery", "open_gallery"),
    "rostro.people.consent": ("Consent", "Policy"),
    "rostro.gallery.keys": ("Key",),
    "rostro.people.encrypting": ("decrypt", "encrypt", "rekey"),
    "rostro.people.enrollment": ("Enrollment",),
    "rostro.people.finding": ("Found",),
    "rostro.people.people": ("People",),
    "rostro.recognition.celebrities": ("NamedFaces", "classify"),
    "rostro.recognition.pipeline": ("Failure", "PhotoFaces"),
    "rostro.recognition.selection": ("FaceRule",),
    "rostro.recognizer": ("Recognizer",),
    "rostro.scoring.open_set": ("SearchRate",),
    "rostro.evaluation.evaluate": ("Evaluation", "compare", "evaluate",),
    "rostro.evaluation.calibrate": ("Calibration", "calibrate",),
    "rostro.evaluation.classify": ("evaluate_classification",),
    "rostro.evaluation.detectors": ("detect_with_all",),
    "rostro.evaluation.evaluate_liveness": ("evaluate_liveness",),
    "rostro.evaluation.options": ("Options",),
    "rostro.video.watch": ("watch",),
    "rostro.video.watcher": ("WatchOptions",),
    "rostro.gallery.upkeep.migrate": ("Migration", "migrate",),
    "rostro.people.soundness": ("check",),
    "rostro.gallery.upkeep.backup": ("back_up",),
    "rostro.training.base": ("Prediction", "Step"),
    "rostro.training.loop.loop": ("Interrupted",),
    "rostro.training.run": ("Trained", "predict", "train"),
}  # fmt: skip
_MODULE_OF = {name: module for module, names in _HOMES.items() for name in names}
__all__ = ["__version__", *sorted(_MODULE_OF)]  # noqa: PLE0604 - strings all the same

if not TYPE_CHECKING:  # type checkers read the imports above; a __getattr__ would tell them that every name exists

    def __getattr__(name: str) -> object:
        if name in _MODULE_OF:
            from importlib import import_module

            return getattr(import_module(_MODULE_OF[name]), name)
        raise AttributeError(f"module 'rostro' has no attribute {name!r}")

    def __dir__() -> list[str]:
        return sorted(__all__)
