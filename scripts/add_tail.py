"""Adds the tail of impostor scores to shipped points of before there was one: ``python scripts/add_tail.py sface``.

Takes the same photos (LFW, from ``ROSTRO_DATA``; the file's hash of the data is compared), leaves the points as they
are, and writes ``"tail"``. ``rostro calibrate`` writes points and tail in one go.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path

from rostro.evaluation.calibration import impostor_tail, write_operating_points
from rostro.evaluation.embeddings import EmbeddingCache
from rostro.evaluation.options import Options
from rostro.evaluation.pairs import score_all_pairs
from rostro.evaluation.system import System
from rostro.evaluation.table import make_table
from rostro.photos.folders import read_people
from rostro.recognizer import Recognizer
from rostro.scoring.operating_points import SHIPPED, file_stem

DATA = Path(os.environ.get("ROSTRO_DATA", Path(__file__).parents[2] / "shared" / "data"))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("embedders", nargs="+")
    for name in parser.parse_args().embedders:
        recognizer = Recognizer(embedder=name)
        system = System.of(recognizer, "centre")
        cache = EmbeddingCache(recognizer.settings.home / "evaluation" / "embeddings.db")
        embedded = cache.embed(recognizer, system, read_people(DATA / "lfw" / "images"))
        file = SHIPPED / f"{file_stem(recognizer.space)}.json"
        document = json.loads(file.read_text(encoding="utf-8"))
        if document["data_hash"] != embedded.data_hash:
            print(f"{name}: measured on other photos", file=sys.stderr)
            return 2
        scores = score_all_pairs(embedded)
        header = {"system": system.to_dict(), "data_hash": embedded.data_hash, "floor": scores.floor}
        rows = (scores.probe, scores.reference, scores.scores)
        table = make_table(embedded, header, rows, histogram=scores.counts)
        write_operating_points({**document, "tail": impostor_tail(table, Options())}, file)
        print(f"{name}: {file.name}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
