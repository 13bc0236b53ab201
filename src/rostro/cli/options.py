"""Options that several verbs share, declared once, and the recogniser made from them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, cast, get_args

import typer

from rostro.cli.key import KeyFile as KeyFile  # noqa: PLC0414 - verbs find it here
from rostro.cli.numbers import within
from rostro.cli.running import close_at_the_end
from rostro.core.errors import BadInput
from rostro.core.ranges import CANDIDATES, FALSE_MATCH_RATE, QUALITY, SCORE, SEARCH_RATE, SIDE, SIMILARITY

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rostro.gallery.keys import Key
    from rostro.recognition.selection import FaceRule
    from rostro.recognizer import Recognizer

Photos = Annotated[list[Path], typer.Argument(help="Photos, or folders of photos.", show_default=False)]
Detector = Annotated[
    str | None,
    typer.Option("--detector", help="Finds the faces. Default: the one that suits the embedder.", show_default=False),
]
Embedder = Annotated[
    str | None,
    typer.Option(
        "--embedder", help="Turns a face into a vector: a name, best, or a checkpoint of yours.", show_default="sface"
    ),
]
EmbedderOfGallery = Annotated[
    str | None,
    typer.Option(
        "--embedder",
        help="Turns a face into a vector: a name, best, or a checkpoint of yours.",
        show_default="the gallery's; sface for a new one",
    ),
]
Checkpoint = Annotated[
    Path | None,
    typer.Option(
        "--checkpoint", help="A folder that 'rostro train' wrote, or its .safetensors file.", show_default=False
    ),
]
Alignment = Annotated[
    str | None,
    typer.Option("--alignment", help="How faces are cropped. Default: the embedder's own.", show_default=False),
]
Engine = Annotated[
    str | None,
    typer.Option(
        "--engine",
        help="Runs the models: openvino or onnxruntime; with a device after a colon, onnxruntime:cuda.",
        show_default="openvino",
    ),
]
Precision = Annotated[
    str | None,
    typer.Option(
        "--precision",
        help="auto (measured on this machine), f32, bf16, f16 (GPUs), or int8 for the parts that have it.",
        show_default="auto",
    ),
]
Threshold = Annotated[
    float | None,
    typer.Option(
        "--threshold",
        help="Similarity that counts as the same person. Default: the measured one.",
        **within(SIMILARITY),
    ),
]
Fmr = Annotated[
    float | None,
    typer.Option(
        "--fmr",
        help="Take the measured threshold for this false match rate, for example 1e-3.",
        **within(FALSE_MATCH_RATE),
    ),
]
OperatingPointFile = Annotated[
    Path | None, typer.Option("--operating-point", help="A file written by 'rostro calibrate'.")
]
Detectors = Annotated[
    list[str] | None,
    typer.Option(
        "--detector",
        help="Finds the faces; given several times, or 'all', each looks at the same photos, side by side.",
        show_default="the one that suits the embedder",
    ),
]
MinScore = Annotated[
    float | None,
    typer.Option("--min-score", help="Drop faces that the detector scores below this, in [0, 1].", **within(SCORE)),
]
MaxSide = Annotated[
    int | None,
    typer.Option(
        "--max-side",
        help="Pixels that larger photos are scaled down to before faces are looked for; more finds smaller faces.",
        show_default="the detector's",
        **within(SIDE),
    ),
]
Zone = Annotated[
    str | None,
    typer.Option(
        "--zone",
        help="Look at faces in this part of the picture only: corners, as in '10%,0% 90%,60%' or in pixels.",
        show_default=False,
    ),
]
MinFace = Annotated[
    int | None,
    typer.Option(
        "--min-face", help="Look at no face narrower or lower than this, in pixels.", show_default=False, **within(SIDE)
    ),
]
Candidates = Annotated[int, typer.Option("--candidates", help="People to list per face.", **within(CANDIDATES))]
GalleryUrl = Annotated[
    str | None,
    typer.Option("--gallery", help="Path or URL of the gallery. Default: ROSTRO_GALLERY, else rostro.db here."),
]
Collections = Annotated[
    list[str] | None,
    typer.Option("--collection", help="Look in this collection only; may be given several times.", show_default=False),
]
Format = Annotated[
    list[str] | None,
    typer.Option(
        "--format",
        help="Write charts and report as pdf or png, too (extra pdf); commas between them, or given several times.",
        show_default="svg and html",
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout and nothing else.")]
Picture = Annotated[Path | None, typer.Option("--picture", help="Also draw the answer into this file (.png, .jpg).")]
Output = Annotated[Path | None, typer.Option("--output", help="Folder for what comes out.", show_default=False)]
Overwrite = Annotated[
    bool, typer.Option("--overwrite", help="Write over what is there under that name; otherwise it is refused.")
]
#: What is said of ``--face``.
FACE = "Of several faces in a photo: dominant (much larger than any other), only (refuse several), largest or centre."
#: Where a face is needed.
Face = Annotated[str, typer.Option("--face", metavar="RULE", help=FACE)]
#: Where every face takes part unless one is asked for.
FaceOfMany = Annotated[
    str | None, typer.Option("--face", metavar="RULE", help=FACE, show_default="every face takes part")
]
Quality = Annotated[
    str | None,
    typer.Option(
        "--quality",
        help="Decide nothing about faces too poor for it: auto, the name of a scorer, or none to judge no face.",
        show_default="auto",
    ),
]
MinQuality = Annotated[
    float | None,
    typer.Option(
        "--min-quality",
        help="Decide nothing about faces of a quality below this, in [0, 1]. Default: measured.",
        **within(QUALITY),
    ),
]

Liveness = Annotated[
    str | None,
    typer.Option(
        "--liveness",
        metavar="NAME",
        help="What says whether a face looks alive: a scorer, or a file of 'rostro evaluate --protocol liveness'.",
        show_default="fusion",
    ),
]
RequireLive = Annotated[
    bool,
    typer.Option(
        "--require-live",
        help="Decide nothing about faces that do not look alive. A sign, not security: some pictures pass.",
    ),
]
Fpir = Annotated[
    float | None,
    typer.Option(
        "--fpir",
        help="Name at most this share of strangers, however many people are searched, for example 0.001.",
        show_default="0.01, and never laxer than verify",
        **within(SEARCH_RATE),
    ),
]


def refuse_both(**given: object) -> None:
    """Refuses options that say the same thing in two ways: one of them would win without a word.

    Args:
        given: Options by name, without hyphens before them; None and False were not given.

    Raises:
        BadInput: Two of them were given.
    """
    names = [f"--{name.replace('_', '-')}" for name, value in given.items() if value is not None and value is not False]
    if len(names) > 1:
        raise BadInput(f"{' and '.join(names)} contradict each other: give one of them")


def formats(given: Iterable[str] | None) -> tuple[str, ...]:
    """What ``--format`` names.

    Raises:
        BadInput: Another format.
        MissingExtra: The extra ``pdf`` is not installed.
    """
    from rostro.reports.typeset import check_formats

    return check_formats(several(given))


def gallery_url(given: str | None) -> str:
    """The gallery that is meant: the one that was named, else the settings'."""
    from rostro.core.settings import Settings

    return given or Settings.from_environment().gallery


def face_rule(face: str | None) -> FaceRule | None:
    """The rule that ``--face`` names; None stays None.

    Raises:
        BadInput: There is no such rule; says which there are.
    """
    from rostro.recognition.selection import FaceRule

    rules = get_args(FaceRule)
    if face is not None and face not in rules:
        raise BadInput(f"--face is {', '.join(rules[:-1])} or {rules[-1]}, got {face!r}")
    return cast("FaceRule | None", face)


def several(values: Iterable[str] | None) -> list[str]:
    """What an option names that may be given several times, or once with commas between the names."""
    return list(dict.fromkeys(filter(None, (name.strip() for value in values or () for name in value.split(",")))))


def rates(values: Iterable[str] | None) -> tuple[float, ...] | None:
    """The rates that ``--fmr`` names; None where it names none.

    Raises:
        BadInput: One of them is no number in (0, 1).
    """
    found = []
    for text in several(values):
        try:
            rate = float(text)
        except ValueError:
            rate = 0.0
        if not 0 < rate < 1:
            raise BadInput(f"--fmr is a rate between 0 and 1, for example 1e-3, got {text!r}")
        found.append(rate)
    return tuple(found) or None


def make_recognizer(
    *,
    detector: str | None = None,
    embedder: str | None = None,
    alignment: str | None = None,
    engine: str | None = None,
    precision: str | None = None,
    threshold: float | None = None,
    fmr: float | None = None,
    operating_point: Path | None = None,
    fpir: float | None = None,
    min_score: float | None = None,
    max_side: int | None = None,
    zone: str | None = None,
    min_face: int | None = None,
    quality: str | None = None,
    min_quality: float | None = None,
    require_live: bool = False,
    liveness: str | None = None,
    gallery: str | None = None,
    key: Key | str | None = None,
    create_gallery: bool = True,
) -> Recognizer:
    """A recogniser whose store tells on stderr what it fetches and under which licence."""
    given: dict[str, Any] = {**locals(), "quality": quality or "auto"}
    from rostro.cli.language import here
    from rostro.cli.output import announce_licence, download_progress
    from rostro.core.settings import Settings
    from rostro.models.store import ModelStore
    from rostro.recognizer import Recognizer

    settings = Settings.from_environment()
    store = ModelStore(settings, on_progress=download_progress(), on_licence=here(announce_licence))
    return close_at_the_end(Recognizer(**given, settings=settings, store=store))
