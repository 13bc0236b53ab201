"""Files of the version before the second edition, made by it: what it wrote must open for ever.

In a checkout of commit 970dad0, with the model files of SFace and YuNet in the cache::

    PYTHONPATH=CHECKOUT/src:CHECKOUT/tests/support python tests/golden/make_before.py

Writes the folder ``before/`` beside this script. Nobody's face is in it: vectors are drawn, photos are colours. What
the version before answered is in ``answers.json``; `test_before.py` asks today's version the same.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import torch
from embedded_people import SYSTEM, make_embedded
from PIL import Image
from rostro.data.people import People
from rostro.embedding._trained import find_embedder
from rostro.errors import NoFace
from rostro.imaging.reading import photo_hash, read_photo
from rostro.recognition.recognizer import Recognizer
from rostro.settings import Settings
from rostro.training._data import resize_square
from rostro.training.classifier import ClassifierOptions, ClassifierRecipe
from rostro.training.embedder import EmbedderOptions, EmbedderRecipe
from rostro.training.head import HeadOptions, HeadRecipe
from rostro.training.is_it_me import IsItMeOptions, IsItMeRecipe
from rostro.types import Face, Template
from rostro.weights.samples import SAMPLES
from rostro.weights.store import ModelStore

from rostro.evaluation.calibration import operating_points, write_operating_points
from rostro.evaluation.embeddings import EmbeddingCache
from rostro.evaluation.protocols.all_pairs import score_all_pairs
from rostro.evaluation.protocols.base import Options
from rostro.evaluation.table import make_table
from rostro.gallery import _index
from rostro.gallery.base import open_gallery
from rostro.nets.network import Network
from rostro.recognition.pipeline import Failure, PhotoFaces
from rostro.runtime.base import EngineOptions
from rostro.training import _backbones
from rostro.training.base import Found, Tools

COMMIT = "970dad0"
BEFORE = Path(__file__).with_name("before")
COLOURS = {"ada": (200, 60, 60), "bob": (60, 200, 60), "cy": (60, 60, 200)}
SPACE = "toy-00000000/none"
DIMS, INDEXED = 16, 200


def picture(colour: Sequence[float], seed: int, side: int = 24) -> Image.Image:
    noise = np.random.default_rng(seed).normal(0, 25, (side, side, 3))
    return Image.fromarray(np.clip(np.array(colour) + noise, 0, 255).astype(np.uint8))


def unit(seed: int, count: int, dims: int = DIMS) -> np.ndarray:
    vectors = np.random.default_rng(seed).normal(size=(count, dims)).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def gallery() -> dict[str, object]:
    """Six people, one of them renamed, one merged, one removed; two collections."""
    vectors = unit(0, 12)
    names = ["Ada", "Bob", "Zoë Núñez", "Cy", "Dee", "Eve"]
    with open_gallery(str(BEFORE / "people.db"), space=SPACE) as opened:
        for number, name in enumerate(names):
            opened.add(
                {
                    name: [
                        Template(
                            vector=vectors[2 * number + index],
                            source_hash=f"{2 * number + index:064x}",
                            photo=f"{name}/{index}.jpg",
                            quality=0.5 + 0.25 * index,
                            box=(1.0, 2.0, 30.0 + number, 40.5),
                            collection="staff" if number % 2 else "",
                        )
                        for index in range(2)
                    ]
                }
            )
        opened.rename("Cy", "Cyrus")
        opened.merge("Dee", into="Ada")
        opened.remove("Eve")
        return {
            "people": [[person.id, person.name, person.templates] for person in opened.people()],
            "templates": {
                person.name: [
                    [t.source_hash, t.photo, t.quality, t.box, t.collection, t.vector.tolist()]
                    for t in opened.templates(person.name)
                ]
                for person in opened.people()
            },
            "hits": [
                [[hit.person, hit.template, hit.similarity] for hit in hits] for hits in opened.search(unit(1, 3), 4)
            ],
            "staff": [[hit.person, hit.template] for hit in opened.search(unit(1, 1), 4, collections=["staff"])[0]],
        }


def indexed_gallery() -> dict[str, object]:
    """So many templates that they are searched through a compressed scan; the limit is lowered for that."""
    _index.EXACT_NUMBERS, _index.TAIL = 100 * DIMS, 20
    vectors = unit(2, INDEXED)
    with open_gallery(str(BEFORE / "many.db"), space=SPACE) as opened:
        opened.add({f"p{n}": [Template(vectors[n], f"{n:x}", "a.jpg")] for n in range(INDEXED)})
        hits = opened.search(unit(3, 5), 3)
        return {
            "info": opened.info().index,
            "hits": [[[hit.person, hit.template, hit.similarity] for hit in some] for some in hits],
        }


def operating_point() -> None:
    embedded = make_embedded([4] * 50, failed=[3])
    result = score_all_pairs(embedded)
    header = {
        "protocol": "all-pairs",
        "system": {"space": "fake/five_point-112"},
        "data_hash": "ab" * 32,
        "seconds_per_photo": 0.01,
        "floor": result.floor,
    }
    table = make_table(embedded, header, (result.probe, result.reference, result.scores), histogram=result.counts)
    document = operating_points(table, 1e-2, "made-up people", Options(replicates=30))
    write_operating_points(document, BEFORE / "operating-point.json")


def cache() -> list[object]:
    """Three photos; the last gave no face."""
    vectors = iter(unit(4, 3))

    def photos(paths: Sequence[Path], *, face: str) -> Iterator[PhotoFaces | Failure]:
        for path in paths:
            if path.stem == "cy":
                yield Failure(NoFace(str(path)))
            else:
                found = (Face((0, 0, 5, 5), 0.9),)
                yield PhotoFaces(str(path), photo_hash(path), 24, 24, found, next(vectors)[None])

    fake = SimpleNamespace(settings=SimpleNamespace(max_bytes=100_000), photos=photos)
    people = People.of((name, BEFORE / "photos" / f"{name}.png") for name in COLOURS)
    found = EmbeddingCache(BEFORE / "cache.db").embed(fake, SYSTEM, people)
    return [found.vectors.tolist(), list(found.reasons), list(found.sha256), found.data_hash]


class ToyBase:
    """Stands in for SFace while a head learns: people are directions. Only the names of spaces are SFace's."""

    def __init__(self, space: str) -> None:
        self.space = space

    def vectors(self, photos: Sequence[Path]) -> Iterator[Found]:
        centres = dict(zip((*COLOURS, "me", "not_me"), unit(5, 5, 128), strict=True))
        for number, photo in enumerate(photos):
            yield Found(centres[photo.parent.name] + 0.3 * unit(100 + number, 1, 128)[0], (1.0, 2.0, 30.0, 31.0))


def data(root: Path, names: Sequence[str], each: dict[str, int]) -> Path:
    """Folders of parts, of people, of photos; a person is a colour."""
    colours = np.random.default_rng(7).uniform(40, 215, (5, 3)).tolist() if len(names) > 3 else [*COLOURS.values()]
    seed = 0
    for part, count in each.items():
        for number, name in enumerate(names):
            (root / part / name).mkdir(parents=True)
            for index in range(count):
                seed += 1
                picture(colours[number % len(colours)], seed).save(root / part / name / f"{index}.png")
    return root


def toy_net(dims: int) -> Network:
    net = Network(112)
    x = net.relu(net.conv(net.input, "first", 16, 7, stride=7, padding=0))
    x = net.relu(net.conv(x, "second", 16, 4, stride=4, padding=0))
    net.outputs = {"representation": net.dense(net.flatten(x, positions=16), "dense", dims)}
    return net


def whole_photos(photos: Sequence[Path], spec: object, detector: str) -> Iterator[np.ndarray]:
    for photo in photos:
        yield resize_square(read_photo(photo).image, spec.size)


def checkpoints(work: Path) -> None:
    torch.set_num_threads(1)
    space = Recognizer(embedder="sface").space
    lent = Tools(open_base=lambda name: ToyBase(space), crop=whole_photos)
    people = data(work / "people", list(COLOURS), {"train": 8, "val": 3})
    ClassifierRecipe(
        people, work / "classifier", ClassifierOptions(epochs=6, batch=4, rate=1e-2, device="cpu"), lent
    ).train()
    for kind in ("cosine", "logistic"):
        chosen = HeadOptions(base="sface", kind=kind, epochs=20, patience=20, rate=0.01, device="cpu")
        HeadRecipe(people, work / f"head-{kind}", chosen, lent).train()
    me = data(work / "me", ["me", "not_me"], {"train": 6, "validation": 3})
    IsItMeRecipe(me, work / "is-it-me", IsItMeOptions(base="sface", epochs=20, device="cpu"), lent).train()
    _backbones.BACKBONES["toy"] = toy_net
    five = data(work / "five", [f"p{number}" for number in range(5)], {"all": 5}) / "all"
    chosen = EmbedderOptions(net="toy", dims=DIMS, epochs=2, batch=8, unseen=2, min_photos=4, rate=0.02, device="cpu")
    EmbedderRecipe(five, work / "embedder", chosen, lent).train()
    for made in ("classifier", "head-cosine", "head-logistic", "is-it-me", "embedder"):
        (BEFORE / made).mkdir(parents=True)
        for file in sorted((work / made).glob("best.*")):
            shutil.copy(file, BEFORE / made / file.name)


def predictions() -> dict[str, list[dict[str, object]]]:
    """What its command line says: the classifier of the colours, the others of rostro's sample photos."""
    store = ModelStore(Settings.from_environment())
    said = {}
    for made in ("classifier", "head-cosine", "head-logistic", "is-it-me"):
        photos = [BEFORE / "photos" / f"{name}.png" for name in COLOURS]
        if made != "classifier":
            photos = [store.path(entry) for entry in SAMPLES[:3]]
        command = [sys.executable, "-m", "rostro", "predict", str(BEFORE / made), *map(str, photos), "--json"]
        answer = json.loads(subprocess.run(command, capture_output=True, text=True, check=False).stdout)
        assert not answer["failed"], answer
        said[made] = [{**photo, "photo": Path(photo["photo"]).name} for photo in answer["photos"]]
    return said


def main() -> None:
    shutil.rmtree(BEFORE, ignore_errors=True)
    (BEFORE / "photos").mkdir(parents=True)
    for number, (name, colour) in enumerate(COLOURS.items()):
        picture(colour, 900 + number).save(BEFORE / "photos" / f"{name}.png")
    work = BEFORE.parent / "before-work"
    checkpoints(work)
    shutil.rmtree(work)
    operating_point()
    store = ModelStore(Settings.from_environment())
    embedder = find_embedder(str(BEFORE / "embedder"))(store, EngineOptions(precision="f32"))
    crops = np.random.default_rng(6).integers(0, 256, (3, 112, 112, 3), np.uint8)
    answers = {
        "commit": COMMIT,
        "gallery": gallery(),
        "indexed gallery": indexed_gallery(),
        "cache": cache(),
        "predictions": predictions(),
        "embedder": {"space": embedder.space(), "vectors": embedder.embed(crops).tolist()},
    }
    (BEFORE / "answers.json").write_text(json.dumps(answers, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    for lock in BEFORE.glob("*.lock"):
        lock.unlink()


if __name__ == "__main__":
    main()
