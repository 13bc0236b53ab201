"""Files that somebody else made, altered on purpose: each is read, or refused by a named error, and nothing else.

    python benchmarks/hostile_files.py [--files 60] [--seed 1] [--only card]

Every door through which a file of foreign origin comes in gets a whole one, altered by a seeded mutator: its bytes, and
where it is JSON or YAML its values too (NaN, infinity, numbers of 5,000 digits, other kinds, a thousand lists inside of
each other, names that stand twice, aliases). An altered index of a gallery gets the digest that whole ones have, and an
altered checkpoint its card's hash: whoever sends the file can do both. They are read in processes of their own. What is
printed for each door: how many were read all the same, how many were refused, what else came of them, and how long the
slowest took. It ends with 1 where a promise was broken.
"""

from __future__ import annotations

import argparse
import copy
import hashlib
import json
import os
import random
import resource
import sys
import tempfile
import time
import warnings
import zipfile
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from _mutating import CHANGES

from rostro.core.errors import RostroError
from rostro.core.settings import Settings
from rostro.core.types import Template

SPACE = "toy-00000000/none"
#: Bytes that a reader may have at most, beside what its libraries take for themselves.
MOST_MEMORY = 3 << 30
MOST_SECONDS = 20.0


@dataclass(frozen=True)
class Door:
    """A way in.

    Attributes:
        make: Writes a whole file, and what belongs to it, into a folder; gives the file that is altered.
        read: Reads it as a program would, and uses what was read.
        form: ``json``, ``yaml`` or empty: whether values are altered, too.
        fit: Makes the altered file look whole to who believes its own digest.
    """

    make: Callable[[Path], Path]
    read: Callable[[Path], object]
    form: str = ""
    fit: Callable[[Path], None] = lambda file: None


def _shipped(room: str, name: str) -> Callable[[Path], Path]:
    import rostro

    source = Path(rostro.__file__).parent / room / name

    def make(folder: Path) -> Path:
        file = folder / "file.json"
        file.write_bytes(source.read_bytes())
        return file

    return make


def _read_point(file: Path) -> None:
    from rostro.scoring.open_set import threshold_of_search
    from rostro.scoring.operating_points import read

    points = read(file)
    points.at()
    if points.tail is not None:
        threshold_of_search(points.tail, 0.01, 1000)
        points.tail.rate(points.tail.start + 0.1)


def _read_gate(file: Path) -> None:
    from rostro.quality.gate import Gate

    gate = Gate.read(file)
    values = gate.values(np.array([9.0], np.float32), np.array([0.5], np.float32))
    if not np.isfinite(values).all():
        raise AssertionError("a quality that is no number")
    gate.margins(values)


def _read_ranges(file: Path) -> None:
    from rostro.runtime._quantisation import read_ranges

    read_ranges(file)


def _card(**changed: Any) -> Any:
    from rostro.training.loop.card import Card

    how = {
        "alignment": "five_point", "size": 112, "alignment_options": {}, "detector": "yunet", "dims": 8,
        "input": "signed", "onnx_sha256": "0" * 64,
    }  # fmt: skip
    card = Card(
        recipe="embedder", net="mobilefacenet", classes=("Ada", "Bob"), preprocessing=how,
        metrics={"validation accuracy": 0.5}, photos={"train": 3}, weights_sha256="1" * 64, thresholds={"unknown": 0.3},
    )  # fmt: skip
    return replace(card, **changed)


def _make_card(folder: Path) -> Path:
    file = folder / "best.yaml"
    file.write_text(_card().to_yaml(), encoding="utf-8")
    return file


def _read_card(file: Path) -> None:
    from rostro.embedding.trained import find_embedder
    from rostro.training.loop.card import read_card

    read_card(file).to_yaml()
    find_embedder(str(file.parent))


def _make_checkpoint(folder: Path) -> Path:
    import torch

    from rostro.training.loop.checkpoint import write_checkpoint

    card = _card(recipe="head", net="cosine", preprocessing={"base": "sface", "space": SPACE})
    write_checkpoint(folder, "best", {"prototypes": torch.eye(2, 8)}, card)
    return folder / "best.safetensors"


def _fit_checkpoint(file: Path) -> None:
    from rostro.training.loop.card import read_card

    card = read_card(file.with_suffix(".yaml"))
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    file.with_suffix(".yaml").write_text(replace(card, weights_sha256=digest).to_yaml(), encoding="utf-8")


def _read_checkpoint(file: Path) -> None:
    from rostro.training.loop.checkpoint import read_checkpoint

    read_checkpoint(file.parent)


def _make_resume(folder: Path) -> Path:
    import torch

    from rostro.training.loop.checkpoint import RESUME, write_resume

    write_resume(folder, {"net.weight": torch.eye(3)}, {"epoch": 2, "made_by": "x", "history": [{"loss": 0.5}]})
    return folder / RESUME


def _read_resume(file: Path) -> None:
    from rostro.training.loop.checkpoint import read_resume

    read_resume(file.parent)


def _make_onnx(folder: Path) -> Path:
    from rostro.testing.tiny_models import small_net

    return small_net(folder / "net.onnx", channels=8)


def _read_onnx(engine: str) -> Callable[[Path], None]:
    def read(file: Path) -> None:
        from rostro.runtime.base import EngineOptions, open_engine

        open_engine(file, EngineOptions(name=engine)).run(np.zeros((1, 3, 16, 16), np.float32))

    return read


def _vectors(count: int, dims: int = 64) -> np.ndarray[Any, Any]:
    vectors = np.random.default_rng(5).normal(size=(count, dims)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors


def _make_gallery(folder: Path) -> Path:
    from rostro.gallery.base import open_gallery
    from rostro.gallery.sqlite.search import index

    index.EXACT_NUMBERS, index.TAIL = 200 * 64, 50
    file = folder / "people.db"
    with open_gallery(str(file), space=SPACE) as gallery:
        for number, vector in enumerate(_vectors(400)):
            gallery.add({f"person {number}": [Template(vector, f"{number:064x}", "a.jpg")]})
        gallery.search(_vectors(1), 1)
    return file


def _make_index(folder: Path) -> Path:
    return _make_gallery(folder).with_name("people.db.index")


def _fit_index(file: Path) -> None:
    data = file.read_bytes()[:-32]
    file.write_bytes(data + hashlib.blake2b(data, digest_size=32).digest())


def _read_gallery(file: Path) -> None:
    from rostro.gallery.base import open_gallery

    with open_gallery(str(file.with_name("people.db")), space=SPACE) as gallery:
        gallery.people()
        hit = gallery.search(_vectors(1), 1)[0][0]
        if file.suffix == ".index" and hit.similarity < 0.999:
            raise AssertionError("the altered index hides somebody")


def _make_keys(folder: Path) -> Path:
    from rostro.server.admission.keys import KeyStore, Role

    store = KeyStore(folder / "keys.db")
    store.create("a door", Role.READ)
    store.close()
    return folder / "keys.db"


def _read_keys(file: Path) -> None:
    from rostro.server.admission.keys import KeyStore

    store = KeyStore(file)
    for key in store.all():
        key.to_dict()
        store.check(f"rostro_{key.id}_{'A' * 43}")
    store.any_made()


def _make_part(folder: Path) -> Path:
    parts = folder / "faces.npz.parts"
    parts.mkdir()
    photos = np.array(["a.jpg", "b.jpg"], np.str_)
    np.savez(
        parts / "00000000.npz", space=np.array(SPACE), photo=photos, sha256=photos, score=np.ones(2, np.float32),
        box=np.zeros((2, 4), np.float32), embedding=_vectors(2), done_photo=photos, done_sha256=photos,
    )  # fmt: skip
    return parts / "00000000.npz"


def _read_part(file: Path) -> None:
    from rostro.recognition.tables import FaceTable

    FaceTable(file.parent.with_suffix(""), SPACE).finish()


def _make_scores(folder: Path) -> Path:
    from rostro.evaluation.table import ScoreTable, write_table
    from rostro.photos.people import People

    people = People.of([("ada", Path("a.jpg")), ("bob", Path("b.jpg"))])
    rows = np.array([0, 1], np.int32)
    table = ScoreTable(
        header={"system": {}}, people=people, reasons=("", ""), sha256=("0", "1"), probe=rows, reference=rows[::-1],
        scores=np.array([0.1, 0.2], np.float32), folds=rows, to_people=False, histogram=None,
    )  # fmt: skip
    write_table(table, folder)
    return folder / "scores.parquet"


def _read_scores(file: Path) -> None:
    from rostro.evaluation.table import read_table

    read_table(file.parent)


def _make_names(folder: Path) -> Path:
    np.save(folder / "names.npy", np.array(["Ada", "Bob"]))
    return folder / "names.npy"


def _read_names(file: Path) -> None:
    from rostro.embedding._vggface import read_names

    read_names(file.read_bytes(), file.name, 2)


def _network() -> Any:
    from rostro.nets.network import Network

    net = Network(4)
    net.outputs = {"scores": net.dense(net.flatten(net.conv(net.input, "conv", 2, 3), positions=16), "scores", 5)}
    return net


def _make_archive(folder: Path) -> Path:
    file = folder / "made_up-1.0-py3-none-any.whl"
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("made_up/other.txt", b"x" * 1000)
        archive.writestr("made_up/net.onnx", bytes(range(256)) * 20)
    return file


def _make_tar(folder: Path) -> Path:
    import io
    import tarfile

    file = folder / "made_up-1.0.tar.gz"
    with tarfile.open(file, "w:gz") as archive:
        for name, data in {"made_up/other.txt": b"x" * 1000, "made_up/net.onnx": bytes(range(256)) * 20}.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return file


def _read_archive(file: Path) -> None:
    from rostro.models.archive import take_member

    try:
        take_member(file, "made_up/net.onnx", file.with_name("out"), limit=100_000)
    except KeyError:
        return  # it has no such member any more; whoever asks says so


def _make_record(folder: Path) -> Path:
    (folder / "models").mkdir()
    (folder / "models" / "net.onnx").write_bytes(b"net")
    file = folder / "models" / "net.onnx.origin.json"
    record = {"sha256": hashlib.sha256(b"net").hexdigest(), "size": 3, "source": "x", "time": "2026-01-01"}
    file.write_text(json.dumps(record), encoding="utf-8")
    return file


def _read_record(file: Path) -> None:
    from rostro.models.entry import ModelFile
    from rostro.models.store import ModelStore

    entry = ModelFile(
        name="net.onnx", sha256=None, size=None, licence="MIT", commercial=True, paper="", sources=("https://x/y",)
    )
    store = ModelStore(Settings(home=file.parent.parent, offline=True))
    store.origin(entry)
    store.path(entry)


def _make_pairs(folder: Path) -> Path:
    file = folder / "pairs.txt"
    file.write_text("1\t2\nAda\t1\t2\nBob\t1\t3\nAda\t1\tBob\t1\nAda\t2\tBob\t3\n", encoding="utf-8")
    return file


def _read_pairs(file: Path) -> None:
    from rostro.evaluation.data.lfw import read_lfw

    read_lfw(file.parent)


def _make_groups(folder: Path) -> Path:
    file = folder / "groups.csv"
    file.write_text("person,age,glasses\nada,20,yes\nbob,30,\n", encoding="utf-8")
    return file


def _read_groups(file: Path) -> None:
    from rostro.evaluation.data.groups import read_groups
    from rostro.photos.people import People

    read_groups(file, People.of([("ada", Path("a.jpg")), ("bob", Path("b.jpg"))]))


def _make_split(folder: Path) -> Path:
    file = folder / "split.csv"
    file.write_text("part,person,photo,sha256\ntrain,ada,a.jpg,00\ntest,bob,b.jpg,11\n", encoding="utf-8")
    return file


def _read_split(file: Path) -> None:
    from rostro.training.data.split import learned

    learned(file.parent)


def _make_celeba(folder: Path) -> Path:
    (folder / "list_eval_partition.txt").write_text("1.jpg 0\n2.jpg 1\n", encoding="utf-8")
    file = folder / "list_attr_celeba.txt"
    file.write_text("2\nMale Young\n1.jpg 1 -1\n2.jpg -1 1\n", encoding="utf-8")
    return file


def _read_celeba(file: Path) -> None:
    from rostro.training.data.celeba import read_celeba

    read_celeba(file.parent)


def _make_cache(folder: Path) -> Path:
    from rostro.evaluation.embeddings import EmbeddingCache

    EmbeddingCache(folder / "embeddings.db")
    return folder / "embeddings.db"


def _read_cache(file: Path) -> None:
    from rostro.evaluation.embeddings import EmbeddingCache

    EmbeddingCache(file)


def _make_pip(folder: Path) -> Path:
    file = folder / "pip.conf"
    file.write_text("[global]\nindex-url = https://example.org/simple\ntimeout = 3\n", encoding="utf-8")
    return file


def _read_pip(file: Path) -> None:
    from rostro.models.pip_settings import IndexSettings

    os.environ["PIP_CONFIG_FILE"] = str(file)
    IndexSettings.from_pip()


def _make_keras(folder: Path) -> Path:
    import h5py

    file = folder / "weights.h5"
    with h5py.File(file, "w") as made:
        root = made.create_group("model_weights")
        layers = _network().weighted
        root.attrs["layer_names"] = [layer.name.encode() for layer in layers]
        for layer in layers:
            group = root.create_group(layer.name)
            group.attrs["weight_names"] = [f"w{number}".encode() for number in range(len(layer.shapes))]
            for number, shape in enumerate(layer.shapes):
                group[f"w{number}"] = np.zeros(shape, np.float32)
    return file


def _read_keras(file: Path) -> None:
    from rostro.nets.keras_file import read_keras

    read_keras(file, _network())


DOORS: dict[str, Door] = {
    "operating point": Door(_shipped("scoring/shipped", "sface-0ba9fbfa+five_point-112.json"), _read_point, "json"),
    "gate": Door(_shipped("quality/shipped", "sface-0ba9fbfa+five_point-112+lightqnet.json"), _read_gate, "json"),
    "ranges": Door(_shipped("embedding/ranges", "sface.json"), _read_ranges, "json"),
    "card": Door(_make_card, _read_card, "yaml"),
    "checkpoint": Door(_make_checkpoint, _read_checkpoint, fit=_fit_checkpoint),
    "resumed training": Door(_make_resume, _read_resume),
    "model, openvino": Door(_make_onnx, _read_onnx("openvino")),
    "model, onnxruntime": Door(_make_onnx, _read_onnx("onnxruntime")),
    "Keras weights": Door(_make_keras, _read_keras),
    "gallery": Door(_make_gallery, _read_gallery),
    "index of a gallery": Door(_make_index, _read_gallery, fit=_fit_index),
    "keys": Door(_make_keys, _read_keys),
    "part of a table": Door(_make_part, _read_part),
    "scores": Door(_make_scores, _read_scores),
    "list of names": Door(_make_names, _read_names),
    "wheel": Door(_make_archive, _read_archive),
    "tar": Door(_make_tar, _read_archive),
    "record of a model": Door(_make_record, _read_record, "json"),
    "pairs": Door(_make_pairs, _read_pairs),
    "groups": Door(_make_groups, _read_groups),
    "split": Door(_make_split, _read_split),
    "CelebA's list": Door(_make_celeba, _read_celeba),
    "cache of embeddings": Door(_make_cache, _read_cache),
    "pip's settings": Door(_make_pip, _read_pip),
}

#: What is put in the place of a value.
VALUES: tuple[Any, ...] = (
    None, True, -1, 0, 10**30, 1e308, -1e308, float("nan"), float("inf"), float("-inf"), "", "nan", "inf", "\0",
    "x" * 10_000, [], {}, [[]], {"a": {}}, [1] * 10_000, "../../etc/passwd",
    "\u202e\u200b\x1b[31m", "\ud800", [None], {"": None},
)  # fmt: skip
#: What is put in the place of the document.
DOCUMENTS = (
    b"", b"null", b"[]", b"{}", b"3", b'"x"', b"NaN", b"[" * 100_000, b'{"a":' * 100_000, b"[" * 900 + b"]" * 900,
    b'{"points": ' + b"[" * 70 + b"]" * 70 + b"}", b"\xff\xfe\x00", b"\xef\xbb\xbf{}", b"\0" * 1000, b"9" * 100_000,
    b'{"space": "a", "space": "b"}', b"a: &a [x]\nb: [*a, *a]\n", b"!!python/object/apply:os.system [id]\n",
    b"a: 2026-99-99\n", b"? [a]\n: b\n", b"- " * 50_000, b"a: 1:1" + b":1" * 20_000, b"{" * 3_000, b"? " * 3_000,
    b"&a [*a]", b"x: !!int ''\n", b"x: !!timestamp z\n", b"<<: [1]\n", b"\xd8\x00", b"-" * 17_000_000,
)  # fmt: skip


def altered(whole: bytes, form: str, rng: random.Random) -> bytes:
    """The bytes of an altered file."""
    if form and rng.random() < 0.25:
        return rng.choice(DOCUMENTS)
    if form and rng.random() < 0.7:
        return _other_values(whole, form, rng)
    data = bytearray(whole)
    for _ in range(rng.choice((1, 1, 2, 4, 10))):
        if data:
            rng.choice(CHANGES)(data, rng, {"itself": whole})
    return bytes(data)


def _other_values(whole: bytes, form: str, rng: random.Random) -> bytes:
    import yaml

    document = json.loads(whole) if form == "json" else yaml.safe_load(whole)
    for _ in range(rng.choice((1, 1, 2, 3))):
        place, key = document, None
        while isinstance(place, dict | list) and place and (key is None or rng.random() < 0.8):
            parent, key = place, rng.choice(list(place)) if isinstance(place, dict) else rng.randrange(len(place))
            place = parent[key]
        if key is None:
            continue
        if rng.random() < 0.2:
            del parent[key]
        else:
            parent[key] = copy.deepcopy(rng.choice(VALUES))
    if form == "json":
        return json.dumps(document).encode()
    text: str = yaml.safe_dump(document, allow_unicode=True)
    return text.encode(errors="surrogatepass")


def outcome_of(door: Door, file: Path) -> str:
    """What came of reading an altered file."""
    try:
        door.fit(file)
        door.read(file)
    except RostroError as error:
        text = str(error)
        return f"refused: {error.kind}" if len(text) < 2_000 else f"BROKEN: a message of {len(text)} characters"
    except Exception as error:  # noqa: BLE001 - that there is none is what is measured
        return f"BROKEN: {type(error).__name__}: {' '.join(str(error).split())[:200]}"
    return "read"


def through(name: str, door: Door, files: int, seed: int, show: bool) -> tuple[Counter[str], list[str], float, float]:
    """(outcomes, what was broken, the slowest one's seconds, the most memory) of a door."""
    outcomes: Counter[str] = Counter()
    broken: list[str] = []
    slowest, memory = 0.0, 0.0
    number = 0
    while number < files:
        readable, writable = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(readable)
            if not show:
                os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
            with os.fdopen(writable, "w") as tell:
                _go_through(name, door, range(number, files), seed, tell)
            os._exit(0)
        os.close(writable)
        with os.fdopen(readable) as told:
            for line in told:
                document = json.loads(line)
                number = document["number"] + 1
                outcomes[document["outcome"].partition(":")[0]] += 1
                slowest, memory = max(slowest, document["seconds"]), max(memory, document["memory"])
                if document["outcome"].startswith("BROKEN"):
                    broken.append(f"{name} {document['number']}: {document['outcome']}")
                if document["seconds"] > MOST_SECONDS:
                    broken.append(f"{name} {document['number']}: {document['seconds']:.0f} s")
        _, status = os.waitpid(child, 0)
        if status:
            outcomes["CRASH"] += 1
            broken.append(f"{name} {number}: the process died ({status})")
            number += 1
    return outcomes, broken, slowest, memory


def _go_through(name: str, door: Door, numbers: range, seed: int, tell: Any) -> None:
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        file = door.make(home)
        whole = {each: each.read_bytes() for each in home.rglob("*") if each.is_file()}
        if outcome_of(door, file) not in {"read", "refused: bad-input"}:
            raise RuntimeError(f"{name}: the whole file cannot be read: {outcome_of(door, file)}")
        for number in numbers:
            for each, data in whole.items():
                each.parent.mkdir(exist_ok=True)
                each.write_bytes(data)
            file.write_bytes(altered(whole[file], door.form, random.Random(f"{seed} {name} {number}")))
            start = time.process_time()
            outcome = outcome_of(door, file)
            seconds = time.process_time() - start
            memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
            tell.write(json.dumps({"number": number, "outcome": outcome, "seconds": seconds, "memory": memory}) + "\n")
            tell.flush()


def main() -> int:
    """Goes through every door and prints what came of it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--files", type=int, default=60, help="for each door")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default="", help="doors whose name begins so")
    parser.add_argument("--show", action="store_true", help="let what libraries say be seen")
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    every: Counter[str] = Counter()
    broken: list[str] = []
    for name, door in DOORS.items():
        if not name.startswith(options.only):
            continue
        outcomes, found, slowest, memory = through(name, door, options.files, options.seed, options.show)
        every += outcomes
        broken += found
        told = ", ".join(f"{count} {outcome}" for outcome, count in sorted(outcomes.items()))
        print(f"{name:20} {told}; slowest {slowest:.1f} s; at most {memory / 1e6:,.0f} MB", flush=True)
        if memory > MOST_MEMORY:
            broken.append(f"{name}: {memory / 1e6:,.0f} MB")
    print(
        f"{sum(every.values())} files: " + ", ".join(f"{count} {outcome}" for outcome, count in sorted(every.items()))
    )
    for line in broken:
        print(line)
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
