"""The demonstration behind ``make demo``: sample portraits, enrolled, verified, identified, as pictures and a page.

It leaves the photos in its folder, where what the README shows can be typed. With ROSTRO_LANGUAGE=es it speaks Spanish.
"""

from __future__ import annotations

import shutil
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageFilter
from rich.console import Console

from rostro import Recognizer
from rostro.core.settings import Settings
from rostro.core.words import Words, in_language
from rostro.drawing.faces import Kind, mark_faces
from rostro.drawing.layout import fit
from rostro.drawing.sheets import identification_sheet, verification_sheet
from rostro.drawing.words import say, say_doubt, say_false_match_rate
from rostro.models.samples import PORTRAITS, STRANGER
from rostro.models.store import ModelStore
from rostro.photos.writing import write_picture
from rostro.recognition.pipeline import PhotoFaces
from rostro.reports.blocks import Tile
from rostro.reports.page import Page

if TYPE_CHECKING:
    from rostro.core.words import Language

WORDS = Words(
    {
        "title": ("rostro: the demonstration", "rostro: la demostración"),
        "about": (
            "Two people were enrolled with one portrait each. Everything below was computed on this machine.",
            "Se registró a dos personas con un retrato cada una. Todo lo que sigue se calculó en este equipo.",
        ),
        "who": ("Who is it?", "¿Quién es?"),
        "below": ("Below the threshold nobody is named.", "Por debajo del umbral no se nombra a nadie."),
        "measured": ("similarity {:.3f}, threshold {:.3f}", "similitud {}, umbral {}"),
        "fetching": ("fetching {} ({})", "descargando {} ({})"),
        "loading": ("loading the models …", "cargando los modelos …"),
        "enrolled": (
            "enrolled {:,} templates of {:,} people in {:.1f} s",
            "plantillas registradas: {}, personas: {}, en {} s",
        ),
        "written": ("pictures and page: {}", "imágenes y página: {}"),
        "right": (
            "everybody was recognised, and the stranger is unknown",
            "se reconoció a todos, y el desconocido es desconocido",
        ),
        "wrong": ("NOT everything came out right", "NO todo salió bien"),
    }
)

#: Who is enrolled, from which photo; everything else is asked about.
OBAMA = "Barack Obama"
ENROLLED = {OBAMA: ["obama.jpg"], "Joe Biden": ["biden.jpg"]}
ENROLLED_PHOTOS = [file for files in ENROLLED.values() for file in files]
ASKED = {"obama2.jpg": OBAMA, "obama3.jpg": OBAMA, "astronaut.png": None}
#: Side of a photo on the page, in pixels.
SIDE = 640


def main(folder: Path) -> int:
    tell = Console(stderr=True, highlight=False).print
    folder.mkdir(parents=True, exist_ok=True)
    settings = Settings.from_environment()
    language = settings.language
    store = ModelStore(
        settings, on_licence=lambda entry: tell(WORDS.say("fetching", language, entry.name, entry.licence))
    )
    photos = {entry.name: store.path(entry) for entry in (*PORTRAITS, STRANGER)}

    people = folder / "people"
    shutil.rmtree(people, ignore_errors=True)
    for name, files in ENROLLED.items():
        (people / name).mkdir(parents=True)
        for file in files:
            shutil.copy(photos[file], people / name / file)
    for name in (*ENROLLED_PHOTOS, *ASKED):
        shutil.copy(photos[name], folder / name)
    (folder / "broken.jpg").write_bytes(b"\xff\xd8\xff\xe0 and nothing after it")
    gallery = folder / "demo.db"
    for old in folder.glob("demo.db*"):
        old.unlink() if old.is_file() else shutil.rmtree(old)

    recognizer = Recognizer(gallery=str(gallery), settings=settings, store=store)
    tell(WORDS.say("loading", language))
    started = time.perf_counter()
    done = recognizer.enroll(people)
    tell(WORDS.say("enrolled", language, done.templates, done.people, time.perf_counter() - started))

    page = Page(WORDS.say("title", language), language)
    page.add_text(WORDS.say("about", language))
    shown = page, folder, language
    right = verify(recognizer, *shown, (photos["obama.jpg"], photos["obama2.jpg"]), expected=True)
    right &= verify(recognizer, *shown, (photos["obama.jpg"], photos["biden.jpg"]), expected=False)
    right &= verify(recognizer, *shown, blurred(folder, photos["obama2.jpg"], photos["biden.jpg"]), expected=None)
    asked = {photos[name]: who for name, who in ASKED.items()} | {on_its_head(folder, photos["obama2.jpg"]): OBAMA}
    right &= identify(recognizer, *shown, asked)
    page.write(folder / "demo.html")
    tell(WORDS.say("written", language, folder / "demo.html"))
    tell(WORDS.say("right" if right else "wrong", language))
    return 0 if right else 1


def blurred(folder: Path, *photos: Path) -> tuple[Path, Path]:
    """Two portraits of which nothing is left to tell people apart by."""
    first, second = (folder / f"blurred-{number}.jpg" for number in (1, 2))
    for photo, path in zip(photos, (first, second), strict=True):
        sharp = Image.open(photo).convert("RGB")
        small = sharp.resize((320, round(320 * sharp.height / sharp.width)))
        small.filter(ImageFilter.GaussianBlur(7)).save(path)
    return first, second


def on_its_head(folder: Path, photo: Path) -> Path:
    """The photo as a scanner gives it when it lies there the wrong way round."""
    path = folder / "upside-down.jpg"
    Image.open(photo).convert("RGB").rotate(180).save(path)
    return path


def verify(
    recognizer: Recognizer,
    page: Page,
    folder: Path,
    language: Language,
    pair: tuple[Path, Path],
    *,
    expected: bool | None,
) -> bool:
    a, b = (found for found in recognizer.photos(pair, face="dominant", keep=True) if isinstance(found, PhotoFaces))
    answer = recognizer.compare(a, b)
    sheet = verification_sheet(
        answer,
        ((pair[0].name, a.kept_image), (pair[1].name, b.kept_image)),
        np.concatenate([a.kept_crops, b.kept_crops]),
        language=language,
    )
    name = f"verify-{pair[0].stem}-{pair[1].stem}.png"
    write_picture(sheet, folder / name)
    kind: Kind = "match" if answer.same else "unknown"
    tiles = [tile(path, seen, {"": kind}) for path, seen in zip(pair, (a, b), strict=True)]
    verdict = say("undecided" if answer.doubt else "same" if answer.same else "different", language)
    page.add_heading(verdict)
    page.add_tiles(tiles, WORDS.say("measured", language, answer.similarity, answer.threshold))
    page.add_text(
        say_doubt(answer.doubt, language) if answer.doubt else say_false_match_rate(answer.operating_point, language)
    )
    score = in_language(f"{answer.similarity:.3f}", language)
    print(f"{pair[0].name}, {pair[1].name}: {verdict} ({say('similarity', language, score)})")
    return answer.same is expected


def identify(
    recognizer: Recognizer, page: Page, folder: Path, language: Language, asked: dict[Path, str | None]
) -> bool:
    found = [answer for answer in recognizer.photos(asked, keep=True) if isinstance(answer, PhotoFaces)]
    answers = [recognizer.look_up(answer) for answer in found]
    right = True
    for path, row in zip(asked, answers, strict=True):
        names = [answer.name for answer in row]
        print(f"{path.name}: {', '.join(name or say('unknown', language) for name in names)}")
        right &= (set(names) - {None}) == ({asked[path]} - {None})
    sheet = identification_sheet(
        [(path.name, answer.kept_image, row) for path, answer, row in zip(asked, found, answers, strict=True)],
        language=language,
    )
    write_picture(sheet, folder / "identify.png")
    page.add_heading(WORDS.say("who", language))
    tiles = [
        tile(path, seen, {one.name or say("unknown", language): "match" if one.name else "unknown" for one in row})
        for path, seen, row in zip(asked, found, answers, strict=True)
    ]
    page.add_tiles(tiles, WORDS.say("below", language))
    return right


def tile(path: Path, seen: PhotoFaces, names: dict[str, Kind]) -> Tile:
    """The photo, small, with a box around each face; what it shows is text of the page, which the dark can have."""
    image, faces = fit(seen.kept_image, seen.faces, SIDE, SIDE)
    return Tile(mark_faces(image, faces, kinds=list(names.values())), path.name, tuple(name for name in names if name))


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1] if len(sys.argv) > 1 else "demo")))
