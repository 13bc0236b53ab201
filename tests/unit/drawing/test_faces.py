"""Faces drawn on photos: what is drawn, where, and that nothing can make it fail."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rostro.core.errors import BadInput
from rostro.core.types import Face
from rostro.drawing.faces import COLOURS, draw_faces
from rostro.drawing.labels import place_labels
from rostro.drawing.shapes import GREEN, INK, PAPER, disc, paint, rounded_box
from rostro.drawing.text import clean, draw_text, shorten, text_width, wrap

LANDMARKS = np.array([[40, 50], [90, 50], [65, 75], [45, 100], [85, 100]], np.float32)
BACKGROUNDS = {
    "white": np.full((600, 800, 3), 255, np.uint8),
    "black": np.zeros((600, 800, 3), np.uint8),
    "noise": np.random.default_rng(0).integers(0, 256, (600, 800, 3), dtype=np.uint8),
}
TEXTS = [
    "",
    "Ana",
    "Ñandú Łukasz Πέτρος Борис 0.71",
    "李小龍",
    "يوسف بن محمد 0.5",
    "👩‍🦰 🇪🇸",
    "e" + "\u0301" * 300,
    "x" * 100_000,
    "\x00\ud800\uffff\n\t",
    "\u200f\u202e",
]

boxes = st.tuples(st.floats(-3000, 3000), st.floats(-3000, 3000), st.floats(0.01, 5000), st.floats(0.01, 5000)).map(
    lambda b: (b[0], b[1], b[0] + b[2], b[1] + b[3])
)
faces = boxes.map(lambda box: Face(box, 0.9, (LANDMARKS + np.asarray(box[:2])).astype(np.float32)))


def blank(width: int, height: int, value: int = 128) -> np.ndarray:
    return np.full((height, width, 3), value, np.uint8)


@pytest.mark.parametrize("background", BACKGROUNDS)
@pytest.mark.parametrize("kind", COLOURS)
def test_a_box_is_a_coloured_line_on_a_white_one(background: str, kind: str) -> None:
    image = BACKGROUNDS[background]
    face = Face((200.0, 200.0, 400.0, 450.0), 0.9)
    row = draw_faces(image, [face], kinds=[kind])[230, 190:212].astype(int)  # crosses the left edge, near a corner
    coloured = np.flatnonzero(np.abs(row - COLOURS[kind]).max(axis=1) <= 2)
    white = np.flatnonzero(row.min(axis=1) >= 190)
    assert coloured.size >= 1
    assert abs(coloured.mean() + 190 + 0.5 - 200) <= 1  # the line lies on the box's edge
    assert white.min() < coloured.min() and white.max() > coloured.max()  # with white on both sides


def test_the_box_of_an_unknown_face_is_open_in_the_middle_of_its_sides() -> None:
    face = Face((200.0, 200.0, 400.0, 450.0), 0.9)
    image = BACKGROUNDS["black"]
    known, unknown = (draw_faces(image, [face], kinds=[kind]) for kind in ("match", "unknown"))
    assert known[325, 195:206].any() and not unknown[325, 195:206].any()
    assert known[195:206, 300].any() and not unknown[195:206, 300].any()


def test_landmarks_are_drawn_where_they_are() -> None:
    face = Face((200.0, 200.0, 400.0, 450.0), 0.9, LANDMARKS + np.float32(200))
    drawn = draw_faces(blank(800, 600), [face], kinds=["match"])
    for x, y in face.landmarks.astype(int):
        assert np.abs(drawn[y, x].astype(int) - GREEN).max() <= 60
    assert (drawn[330, 265] == 128).all()  # nothing between them


def test_the_photo_is_not_changed_and_pixels_far_from_faces_stay() -> None:
    image = BACKGROUNDS["noise"].copy()
    drawn = draw_faces(image, [Face((100.0, 100.0, 180.0, 200.0), 0.9)], ["Ana"], kinds=["match"])
    assert np.array_equal(image, BACKGROUNDS["noise"])
    assert np.array_equal(drawn[300:], image[300:]) and np.array_equal(drawn[:, 400:], image[:, 400:])
    assert not np.array_equal(drawn, image)


@pytest.mark.parametrize("background", BACKGROUNDS)
def test_a_label_has_white_letters_on_a_dark_plate(background: str) -> None:
    face = Face((300.0, 300.0, 420.0, 450.0), 0.9)
    image = BACKGROUNDS[background]
    plain, labelled = draw_faces(image, [face]), draw_faces(image, [face], ["MMMM"])
    rows, columns = np.nonzero((plain != labelled).any(axis=2))
    plate = labelled[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1].reshape(-1, 3).astype(int)
    dark, white = (plate.max(axis=1) < 75).mean(), (plate.min(axis=1) > 240).mean()
    assert dark > 0.4 and white > 0.05
    assert rows.min() > 450 and rows.max() < 520  # under the face, near it


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        ((1, 1), (480, 480)),
        ((100, 60), (500, 300)),
        ((250, 250), (500, 500)),
        ((480, 10), (480, 10)),
        ((1, 4000), None),
    ],
)
def test_small_pictures_are_enlarged_by_a_whole_factor(size: tuple[int, int], expected: tuple[int, int] | None) -> None:
    drawn = draw_faces(blank(*size), [Face((0.1, 0.1, 0.9, 0.9), 0.9)], ["Ana"])
    assert drawn.shape[1::-1] == (expected or size)


def test_letters_grow_with_the_picture() -> None:
    def plate_height(side: int) -> int:
        face = Face((side * 0.4, side * 0.4, side * 0.6, side * 0.6), 0.9)
        plain, labelled = draw_faces(blank(side, side), [face]), draw_faces(blank(side, side), [face], ["Ana"])
        rows = np.flatnonzero((plain != labelled).any(axis=(1, 2)))
        return int(np.ptp(rows)) + 1

    small, large = plate_height(500), plate_height(4000)
    assert 20 <= small <= 30  # letters of 14 pixels or more
    assert 4000 * 0.015 <= large <= 4000 * 0.06


@settings(max_examples=40, deadline=None)
@given(
    st.integers(1, 700), st.integers(1, 700), st.lists(st.tuples(faces, st.sampled_from(TEXTS)), max_size=5), st.data()
)
def test_any_faces_on_any_picture_with_any_text(
    width: int, height: int, found: list[tuple[Face, str]], data: st.DataObject
) -> None:
    kinds = [data.draw(st.sampled_from(list(COLOURS))) for _ in found]
    image = blank(width, height)
    drawn = draw_faces(image, [face for face, _ in found], [text for _, text in found], kinds=kinds)
    assert drawn.dtype == np.uint8 and drawn.ndim == 3
    factor, rest = divmod(drawn.shape[1], width)
    strip = drawn.shape[0] - factor * height
    assert rest == 0 and 0 <= strip <= 45 * len(found), "a line below the photo for each label at most"
    assert (image == 128).all()


def test_wrong_numbers_of_labels_or_kinds_and_wrong_kinds_are_named() -> None:
    face = Face((0.0, 0.0, 10.0, 10.0), 0.9)
    with pytest.raises(BadInput, match="1 faces, 2 labels"):
        draw_faces(blank(20, 20), [face], ["a", "b"])
    with pytest.raises(BadInput, match="2 kinds"):
        draw_faces(blank(20, 20), [face], kinds=["match", "match"])
    with pytest.raises(BadInput, match="stranger"):
        draw_faces(blank(20, 20), [face], kinds=["stranger"])
    with pytest.raises(BadInput, match="RGB uint8"):
        draw_faces(np.zeros((5, 5)), [])


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(boxes, st.floats(1, 200), st.floats(1, 40)), min_size=1, max_size=20))
def test_labels_stay_inside_the_picture(labels: list[tuple[tuple[float, float, float, float], float, float]]) -> None:
    sizes, where = [(w, h) for _, w, h in labels], [box for box, _, _ in labels]
    for (x, y), (w, h) in zip(place_labels(sizes, where, 640, 480, gap=4, avoid=where), sizes, strict=True):
        assert 0 <= x <= 640 - w and 0 <= y <= 480 - h


def test_labels_of_a_row_of_faces_do_not_cover_each_other_or_a_face() -> None:
    where = [(40.0 + 70 * i, 100.0, 90.0 + 70 * i, 160.0) for i in range(8)]
    places = place_labels([(100.0, 20.0)] * 8, where, 640, 480, gap=4, avoid=where)
    plates = [(x, y, x + 100, y + 20) for x, y in places]

    def apart(a: tuple[float, ...], b: tuple[float, ...]) -> bool:
        return a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1]

    assert all(apart(a, b) for i, a in enumerate(plates) for b in plates[:i])
    assert all(apart(plate, box) for plate in plates for box in where)


def room_for(size: tuple[int, int], taken: np.ndarray) -> bool:
    """Whether a label of that size, and a little more, fits somewhere, pixel by pixel."""
    sums = np.pad(taken, ((1, 0), (1, 0))).cumsum(0).cumsum(1)
    w, h = size
    return bool((sums[h:, w:] - sums[:-h, w:] - sums[h:, :-w] + sums[:-h, :-w] == 0).any())


@settings(max_examples=80, deadline=None)
@given(
    st.lists(st.tuples(*[st.integers(-20, 300)] * 2, *[st.integers(5, 120)] * 2), min_size=1, max_size=30),
    st.lists(st.integers(20, 150), min_size=30, max_size=30),
)
def test_no_label_covers_any_face_while_there_is_room(
    where: list[tuple[int, int, int, int]], widths: list[int]
) -> None:
    faces = [(float(x), float(y), float(x + w), float(y + h)) for x, y, w, h in where]
    sizes = [(float(width), 16.0) for width in widths[: len(faces)]]
    places = place_labels(sizes, faces, 320, 240, gap=4, avoid=faces, far=True)
    taken = np.zeros((240, 320))
    for x1, y1, x2, y2 in faces:
        taken[max(0, int(y1)) : max(0, int(y2)), max(0, int(x1)) : max(0, int(x2))] = 1
    covered = [
        (w, h)
        for (x, y), (w, h) in zip(places, sizes, strict=True)
        if any(x < x2 and x1 < x + w and y < y2 and y1 < y + h for x1, y1, x2, y2 in faces)
    ]
    for (x, y), (w, h) in zip(places, sizes, strict=True):
        taken[int(y) : int(y + h) + 1, int(x) : int(x + w) + 1] = 1
    for w, h in covered:
        assert not room_for((int(w) + 8, int(h) + 8), taken), "there is room beside all faces and labels"


def test_a_label_leaves_the_forehead_free() -> None:
    """Also of a face at the upper edge; boxes end at the hair, so what is above them is part of the head."""
    for box in ((200.0, 200.0, 300.0, 330.0), (200.0, -10.0, 300.0, 120.0), (0.0, 60.0, 90.0, 170.0)):
        (place,) = place_labels([(140.0, 24.0)], [box], 640, 480, gap=5, avoid=[box], far=True)
        assert box[3] < place[1] < box[3] + 10, "under the chin"
    low = (200.0, 360.0, 300.0, 479.0)
    (place,) = place_labels([(140.0, 24.0)], [low], 640, 480, gap=5, avoid=[low], far=True)
    assert place[1] + 24 <= low[1] - 0.3 * 119, "above the head"


def test_a_label_that_is_far_has_a_line_to_its_face() -> None:
    row = [Face((40.0 * i, 300.0, 40.0 * i + 38, 350.0), 0.9) for i in range(20)]
    under = [Face((40.0 * i, 360.0, 40.0 * i + 38, 410.0), 0.9) for i in range(20)]
    drawn = draw_faces(blank(800, 600), [*row, *under], ["Somebody 0.71"] * 40, kinds=["match"] * 40)
    assert drawn.shape == (600, 800, 3), "no strip: there is room above and below"
    for face in (*row, *under):
        x1, y1, x2, y2 = (int(edge) for edge in face.box)
        dark = (drawn[y1 + 4 : y2 - 4, x1 + 4 : x2 - 4] < 60).all(axis=2)
        assert not dark.any(), "no plate lies on a face"
    between = np.abs(drawn[412:560].astype(int) - GREEN).max(axis=2) < 30
    assert between.any(axis=1).sum() > 60, "lines go down to labels"


@pytest.mark.parametrize("letter", list("ñÑÉéŁřŞğőøßþΑλέξηςБориёїћệ≥–…✓"))
def test_the_typeface_has_accents_greek_and_cyrillic(letter: str) -> None:
    drawn, absent = blank(60, 60, 255), blank(60, 60, 255)
    draw_text(drawn, (10, 45), letter, 40, INK)
    draw_text(absent, (10, 45), "\U0010fffd", 40, INK)  # a private character: the box that stands for a missing one
    assert (drawn < 128).any() and not np.array_equal(drawn, absent)


def test_text_is_aligned_at_its_left_middle_and_right() -> None:
    def columns(align: str) -> tuple[int, int]:
        canvas = blank(400, 50, 255)
        draw_text(canvas, (200, 35), "Hamburg", 30, INK, align=align)
        dark = np.flatnonzero((canvas < 128).any(axis=(0, 2)))
        return int(dark.min()), int(dark.max())

    assert abs(columns("left")[0] - 200) <= 5
    assert abs(columns("right")[1] - 200) <= 5
    assert abs(sum(columns("centre")) / 2 - 200) <= 3


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("width", [0, 5, 60, 500])
def test_shortened_text_fits_and_keeps_its_ends(text: str, width: int) -> None:
    short = shorten(text, 20, width)
    assert text_width(short, 20) <= width
    if short and "…" in short:
        assert clean(text).startswith(short.split("…")[0])


def test_a_score_behind_a_long_name_survives_shortening() -> None:
    assert shorten("Wolfeschlegelsteinhausenbergerdorff Sr. 0.55", 20, 200).endswith("0.55")


def test_wrapped_lines_fit_and_hold_all_words() -> None:
    text = "At this threshold, 1 in 1,000 pairs of different people is taken for the same person."
    lines = wrap(text, 20, 250)
    assert len(lines) > 2 and all(text_width(row, 20) <= 250 for row in lines)
    assert " ".join(lines) == text
    assert wrap("", 20, 250) == [""]


def test_clean_text_is_one_composed_line() -> None:
    assert clean("n\u0303andu\n\tx") == "ñandu x"
    assert clean("a\x00b\ud800c\uffff") == "a�b�c�"


def test_shapes_have_the_area_that_they_should() -> None:
    canvas = np.zeros((200, 200, 3), np.uint8)
    disc(canvas, (100.3, 99.7), 50, (200, 200, 200))
    assert canvas[..., 0].sum() / 200 == pytest.approx(np.pi * 50**2, rel=0.002)
    canvas = np.zeros((200, 200, 3), np.uint8)
    rounded_box(canvas, (20.5, 30.25, 120.5, 90.75), 0, (200, 200, 200))
    assert canvas[..., 0].sum() / 200 == pytest.approx(100 * 60.5, rel=0.01)
    assert np.flatnonzero(canvas.any(axis=(1, 2))).tolist() == list(range(30, 91))


@settings(max_examples=60, deadline=None)
@given(st.floats(-40, 90), st.floats(-40, 90), st.floats(30, 200), st.floats(30, 200), st.floats(1.5, 9))
def test_an_outline_is_the_larger_shape_less_the_smaller(x: float, y: float, w: float, h: float, stroke: float) -> None:
    outline, difference = blank(100, 80, 0), blank(100, 80, 0)
    rounded_box(outline, (x, y, x + w, y + h), 6, PAPER, stroke=stroke)
    for grow, colour in ((stroke / 2, PAPER), (-stroke / 2, (0, 0, 0))):
        rounded_box(difference, (x - grow, y - grow, x + w + grow, y + h + grow), 6 + grow, colour)
    assert np.abs(outline.astype(int) - difference).max() <= 1


def test_paint_is_cut_off_at_the_edges() -> None:
    canvas = np.zeros((4, 5, 3), np.uint8)
    paint(canvas, -2, -1, np.ones((3, 4), np.float32), PAPER)
    assert (canvas[:2, :2] == 255).all() and canvas.sum() == 4 * 3 * 255
    paint(canvas, 10, 10, np.ones((3, 4), np.float32), PAPER)
    paint(canvas, -10, 0, np.ones((3, 4), np.float32), PAPER)
    assert canvas.sum() == 4 * 3 * 255


def changed(image: np.ndarray, found: list[Face], texts: list[str]) -> np.ndarray:
    """(H, W) of the picture with its strip: which pixels the labels changed; the strip counts as changed."""
    plain, labelled = draw_faces(image, found), draw_faces(image, found, texts)
    mask = np.ones(labelled.shape[:2], bool)
    mask[: plain.shape[0]] = (plain != labelled[: plain.shape[0]]).any(axis=2)
    return mask


LONG = "María de los Ángeles Fernández de Córdoba y Álvarez de Toledo 0.72"


@pytest.mark.parametrize("size", [(120, 160), (480, 480), (640, 480), (3024, 4032), (4032, 3024), (1280, 200)])
@pytest.mark.parametrize("part", [(0, 0, 1, 1), (0.02, 0.02, 0.98, 0.98), (-0.5, -0.5, 1.5, 1.5), (0.3, 0, 0.7, 1)])
@pytest.mark.parametrize("text", ["Ana", LONG])
def test_a_label_never_covers_the_face_that_it_names(
    size: tuple[int, int], part: tuple[float, float, float, float], text: str
) -> None:
    width, height = size
    face = Face((part[0] * width, part[1] * height, part[2] * width, part[3] * height), 0.9)
    mask = changed(blank(width, height), [face], [text])
    assert mask.any(), "the label is somewhere"
    factor = mask.shape[1] // width
    x1, y1, x2, y2 = (round(min(max(edge * factor, 0), mask.shape[1] * 9)) for edge in face.box)
    inside = mask[y1 : min(y2, height * factor), x1:x2]
    assert not inside[2:-2, 2:-2].any()


@settings(max_examples=60, deadline=None)
@given(boxes, st.sampled_from([text for text in TEXTS if clean(text)]))
def test_not_even_a_face_that_reaches_outside(box: tuple[float, float, float, float], text: str) -> None:
    mask = changed(blank(700, 500), [Face(box, 0.9)], [text])
    x1, y1, x2, y2 = (max(0, round(edge)) for edge in box)
    assert not mask[y1 : min(y2, 500), x1 : min(x2, 700)][2:-2, 2:-2].any()


@pytest.mark.parametrize("size", [(4032, 3024), (3024, 4032), (1600, 1200), (640, 480)])
@pytest.mark.parametrize("faces_wide", [0.05, 0.1, 0.3])
def test_on_a_phone_letters_have_eight_points(size: tuple[int, int], faces_wide: float) -> None:
    """A phone's screen is about 400 points wide or high; a few faces leave room for letters that it can show."""
    width, height = size
    side = faces_wide * width
    found = [
        Face((x * width, 0.4 * height, x * width + side, 0.4 * height + 1.2 * side), 0.9) for x in (0.05, 0.37, 0.65)
    ]
    mask = changed(blank(width, height), found, ["Ana 0.72"] * 3)
    rows = np.flatnonzero(mask.any(axis=1))
    plate = rows[-1] - rows[0] + 1  # one and a half times the letters
    assert plate / 1.5 / max(size) * 400 >= 8
    assert plate / 1.5 / max(size) <= 1 / 24, "nor are they loud"


def test_two_faces_that_leave_no_room_have_a_line_each_below_the_photo() -> None:
    found = [Face((0.0, 0.0, 400.0, 600.0), 0.9), Face((400.0, 0.0, 800.0, 600.0), 0.9)]
    drawn = draw_faces(blank(800, 600), found, ["Ana", "Eva"], kinds=["match", "unknown"])
    strip = drawn[600:]
    assert drawn.shape[1] == 800 and strip.shape[0] > 30
    half = strip.shape[0] // 2
    left, right = strip[:half, :400], strip[half:, 400:]
    assert (left.min(axis=2) > 240).any() and (right.min(axis=2) > 240).any(), "each below its face"
    assert (strip[:half, 400:].max(axis=2) < 60).all() and (strip[half:, :390].max(axis=2) < 60).all()
