"""``find``: real photos of one person among others."""

from __future__ import annotations

from pathlib import Path

import cv2
import pytest
from command_line import answer, rostro

from rostro.core.errors import BadInput, NoFace
from rostro.recognizer import Recognizer


def test_find(recognizer: Recognizer, samples: dict[str, Path], tmp_path: Path) -> None:
    folder, picture = tmp_path / "holidays", tmp_path / "found.png"
    folder.mkdir()
    for name in ("obama2.jpg", "obama3.jpg", "biden.jpg", "astronaut.png"):
        (folder / name.replace("2", "\u202e\x1b2")).write_bytes(samples[name].read_bytes())
    him = samples["obama.jpg"]
    told = answer("find", folder, "--like", him, "--picture", picture, code=0)
    assert sorted(Path(one["photo"]).name[:5] for one in told["found"]) == ["obama", "obama"]
    assert (told["photos"], told["unsure"], told["failed"]) == (4, [], [])
    assert told["strangers_expected"] < 0.01 and told["threshold"] == pytest.approx(0.419, abs=0.01)
    drawn = cv2.imread(str(picture))
    assert drawn is not None and drawn.shape[1] == 2 * 180 + 3 * 24
    found = recognizer.like([him, samples["obama3.jpg"]], sorted(folder.iterdir()))
    assert len(found) == 2 and {face.like for face in found.faces} == {str(samples["obama3.jpg"]), str(him)}
    with pytest.raises(BadInput):
        recognizer.like(him, folder / "biden.jpg")
    with pytest.raises(BadInput):
        recognizer.like([], [him])

    empty = tmp_path / "sky.png"
    cv2.imwrite(str(empty), cv2.GaussianBlur(drawn, (0, 0), 60))
    with pytest.raises(NoFace):
        recognizer.like(empty, [him])
    assert rostro("find", folder, "--like", empty).returncode == 2
    said = rostro("find", folder / "biden.jpg", "--like", him, "--language", "es")
    assert (said.returncode, said.stdout) == (1, "")
    assert "1 foto, 1 cara: 0 como ella" in said.stderr and "finds" not in said.stderr
    assert rostro("find", folder, folder / "none.jpg", "--like", him).returncode == 2
    assert rostro("find", folder, "--like", him, "--picture", him).returncode == 2
