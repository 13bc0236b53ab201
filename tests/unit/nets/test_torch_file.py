"""State dicts are read as data: what torch wrote comes out the same, and a file that would do anything is refused."""

from __future__ import annotations

import io
import os
import pickle
import zipfile
from pathlib import Path

import numpy as np
import pytest

from rostro.core.errors import BadInput
from rostro.nets.minifasnet import minifasnet_v2
from rostro.nets.network import Network
from rostro.nets.torch_file import read_state, read_torch

torch = pytest.importorskip("torch")


@pytest.mark.parametrize("zipped", [True, False])
def test_reads_what_torch_wrote(zipped: bool, tmp_path: Path) -> None:
    base = torch.arange(24, dtype=torch.float32)
    state = {
        "one.weight": torch.randn(4, 3, 2, 2),
        "whole": torch.tensor(7),
        "halves": torch.randn(5).half(),
        "doubles": torch.randn(2, 2, dtype=torch.float64),
        "a window": base[4:10].reshape(2, 3),
        "the same numbers": base,
        "none": torch.empty(0, 3),
        "a parameter": torch.nn.Parameter(torch.ones(3)).detach(),
    }
    torch.save(state, tmp_path / "s.pth", _use_new_zipfile_serialization=zipped)
    read = read_state(tmp_path / "s.pth")
    assert list(read) == list(state)
    for name, tensor in state.items():
        np.testing.assert_array_equal(read[name], tensor.numpy())
        assert read[name].shape == tuple(tensor.shape)


def test_reads_the_state_of_a_module(tmp_path: Path) -> None:
    net = Network(8)
    net.outputs = {"o": net.batch_norm(net.conv(net.input, "c", 4, 3), "b", epsilon=1e-5)}
    layers = torch.nn.ModuleDict({"c": torch.nn.Conv2d(3, 4, 3), "b": torch.nn.BatchNorm2d(4)})
    torch.save(torch.nn.ModuleDict({"module": layers}).state_dict(), tmp_path / "s.pth")
    weights = read_torch(tmp_path / "s.pth", net, "module.")
    np.testing.assert_array_equal(weights["c"][0], layers["c"].weight.detach().numpy().transpose(2, 3, 1, 0))
    np.testing.assert_array_equal(weights["b"][3], layers["b"].running_var.numpy())
    with pytest.raises(BadInput, match=r"no c\.weight"):
        read_torch(tmp_path / "s.pth", net)
    with pytest.raises(BadInput, match="not the file of that network"):
        read_torch(tmp_path / "s.pth", minifasnet_v2(), "module.")


class Evil:
    """What a pickle can do."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.mkdir, (str(self.mark),)


@pytest.mark.parametrize("zipped", [True, False])
def test_a_file_that_calls_something_is_refused_and_nothing_is_called(zipped: bool, tmp_path: Path) -> None:
    mark = tmp_path / "called"
    torch.save({"weight": Evil(mark)}, tmp_path / "evil.pth", _use_new_zipfile_serialization=zipped)
    with pytest.raises(BadInput, match="its program names"):
        read_state(tmp_path / "evil.pth")
    assert not mark.exists()


@pytest.mark.parametrize(
    "what",
    [
        [1, 2],
        {"text": "no tensor"},
        {"inner": {"weight": torch.ones(2)}},
        {"turned": torch.arange(6.0).reshape(2, 3).T},
        {"words": torch.ones(2, dtype=torch.bool)},
    ],
    ids=["list", "text", "nested", "strided", "other type"],
)
def test_what_is_no_state_dict_of_plain_tensors_is_refused(what: object, tmp_path: Path) -> None:
    torch.save(what, tmp_path / "s.pth")
    with pytest.raises(BadInput, match=r"s\.pth: not a torch file of tensors alone"):
        read_state(tmp_path / "s.pth")


@pytest.mark.parametrize("zipped", [True, False])
def test_cut_and_damaged_files_are_refused(zipped: bool, tmp_path: Path) -> None:
    whole = tmp_path / "s.pth"
    torch.save({"weight": torch.randn(64, 3)}, whole, _use_new_zipfile_serialization=zipped)
    content = whole.read_bytes()
    for end in (0, 1, 20, 200, len(content) // 2, len(content) - 8):
        whole.write_bytes(content[:end])
        with pytest.raises(BadInput):
            read_state(whole)


def test_numbers_that_the_file_does_not_hold_are_refused(tmp_path: Path) -> None:
    torch.save({"weight": torch.randn(64, 3)}, tmp_path / "s.pth")
    with zipfile.ZipFile(tmp_path / "s.pth") as archive, zipfile.ZipFile(tmp_path / "t.pth", "w") as other:
        for name in archive.namelist():
            content = archive.read(name)
            other.writestr(name, content[:-4] if name.endswith("data/0") else content)
    with pytest.raises(BadInput):
        read_state(tmp_path / "t.pth")
    pickled = io.BytesIO()
    pickle.dump(1, pickled, protocol=2)
    (tmp_path / "p.pth").write_bytes(pickled.getvalue())
    with pytest.raises(BadInput, match="begins with another number"):
        read_state(tmp_path / "p.pth")
