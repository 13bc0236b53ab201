"""``rostro identify``: who is in these photos?"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from rostro.cli import living, options, output, waiting
from rostro.cli.language import figure, tell, translated
from rostro.cli.shown import Sheet, shown_face
from rostro.cli.streaming import Stream
from rostro.drawing.sheets import identification_sheet
from rostro.gallery.base import file_of
from rostro.photos.listing import find_photos
from rostro.photos.writing import check_picture
from rostro.recognition import answers
from rostro.recognition.pipeline import Failure, PhotoFaces

if TYPE_CHECKING:
    from rostro.core.decisions import Identification
    from rostro.scoring.open_set import SearchRate


def command(
    photos: options.Photos,
    gallery: options.GalleryUrl = None,
    key_file: options.KeyFile = None,
    candidates: options.Candidates = 5,
    face: options.FaceOfMany = None,
    detector: options.Detector = None,
    max_side: options.MaxSide = None,
    zone: options.Zone = None,
    min_face: options.MinFace = None,
    min_score: options.MinScore = None,
    embedder: options.EmbedderOfGallery = None,
    alignment: options.Alignment = None,
    engine: options.Engine = None,
    precision: options.Precision = None,
    threshold: options.Threshold = None,
    fmr: options.Fmr = None,
    operating_point: options.OperatingPointFile = None,
    collection: options.Collections = None,
    fpir: options.Fpir = None,
    quality: options.Quality = None,
    min_quality: options.MinQuality = None,
    require_live: options.RequireLive = False,
    liveness: options.Liveness = None,
    album: waiting.Album = None,
    keep_crops: waiting.KeepCrops = False,
    picture: options.Picture = None,
    json: options.Json = False,
) -> None:
    """Who is in these photos? Every face is looked up; below the threshold it is unknown.

    The threshold grows with the number of people searched, so that a stranger is named in 1 % of searches at most.

    Exit code 0: somebody was recognised, 1: nobody, 2: a photo could not be used.

    Example: rostro identify party.jpg --gallery people.db --picture names.png

    Example: rostro identify door.jpg --collection staff --collection visitors

    Example: rostro identify door.jpg --gallery people.db --fpir 0.001

    Example: rostro identify door.jpg --album unknown.db
    """
    waiting.check_crops(album, keep_crops=keep_crops)
    rule = options.face_rule(face)
    recognizer = options.make_recognizer(
        detector=detector, max_side=max_side, zone=zone, min_face=min_face,
        min_score=min_score, embedder=embedder, alignment=alignment,
        engine=engine, precision=precision, threshold=threshold, fmr=fmr, operating_point=operating_point,
        gallery=options.gallery_url(gallery), key=waiting.gallery_key(key_file, album), create_gallery=False,
        fpir=fpir, quality=quality, min_quality=min_quality,
        **living.asked(require_live=require_live, liveness=liveness),
    )  # fmt: skip
    check_picture(picture, *photos, file_of(recognizer.gallery_url), operating_point)
    told = Stream(json=json)
    sheet: Sheet[list[Identification]] = Sheet(picture, find_photos(photos, on_other=told.left_out.append))
    keep = waiting.with_crops(sheet.keep) if keep_crops else sheet.keep
    with (
        recognizer.open(),  # a gallery that is not there is an error, not an empty one
        waiting.waiting_in(album, recognizer, key_file, keep_crops=keep_crops) as asked,
        told,
    ):
        search = recognizer.search_rate(collections=collection or None)
        for answer in recognizer.photos(sheet.photos, face=rule, keep=keep):
            if isinstance(answer, Failure):
                told.fail(answer)
                continue
            row = recognizer.look_up(answer, candidates=candidates, collections=collection or None)
            asked.hear(answer, row)
            told.answer(
                partial(answers.identified, answer, row), partial(_lines, answer, row),
                yes=any(one.name for one in row),
                undecided=any(one.doubt is not None and "not-live" in one.doubt.kinds for one in row),
            )  # fmt: skip
            sheet.add(answer, partial(_shown, row))
        sheet.draw(identification_sheet)
    if told.interrupted:
        sheet.draw(identification_sheet)
    if search is not None and not json:
        output.note(_search_sentence(search))
    told.end()


def _lines(found: PhotoFaces, row: list[Identification]) -> list[str]:
    return [f"{found.photo}: {', '.join(map(_sentence, row)) or tell('no face')}"]


def _shown(row: list[Identification], found: PhotoFaces) -> list[Identification]:
    """The answers, with the faces where they are in the picture that was kept."""
    return [replace(one, face=shown_face(one.face, found)) for one in row]


def _sentence(answer: Identification) -> str:
    if answer.name is not None:
        told = [figure(answer.similarity or 0.0, ".3f"), *(translated(remark.reason) for remark in answer.remarks)]
        return f"{answer.name} ({'; '.join(told)})"
    if answer.doubt is not None:
        return f"{tell('unknown')}: {translated(answer.doubt.reason)}"
    best = answer.candidates[0] if answer.candidates else None
    return tell("unknown") if best is None else tell("unknown (nearest {}, {:.3f})", best.name, best.similarity)


def _search_sentence(search: SearchRate) -> str:
    low, high = search.interval.low, search.interval.high
    seen = (
        "{:,} people searched ({:,} templates), threshold {:.3f}: "
        "a stranger is named in {:.2%} (95 %: {:.2%} to {:.2%})"
    )
    beyond = (
        "{:,} people searched ({:,} templates), threshold {:.3f}: "
        "a stranger is named in {:.2%} (95 %: {:.2%} to {:.2%}; beyond what the data can show)"
    )
    told = beyond if search.extrapolated else seen
    return tell(told, search.people, search.templates, search.threshold, search.fpir, low, high)
