"""Pictures that are broken on purpose, by the thousand: each gives a picture or a `PhotoError`, and nothing else.

    python benchmarks/malformed.py [--pictures 10000] [--seed 1] [--only TIFF] [--show]

Whole pictures of every format that is read are altered by a seeded mutator: bits and bytes, lengths and sizes, parts
taken out, repeated, swapped and taken from another picture. They are read in processes of their own, with the limits
that hold by default, so that a crash of a decoder is counted and not died of. What is printed: how many gave a picture,
how many an error, of which kinds; crashes; other exceptions; the most memory that a process had; the slowest; and how
many bytes the decoders wrote to the terminal past Python. It ends with 1 where a promise was broken.
"""

from __future__ import annotations

import argparse
import io
import json
import logging
import os
import random
import resource
import sys
import tempfile
import time
import warnings
from collections import Counter
from collections.abc import Iterator

import numpy as np
from _mutating import CHANGES
from PIL import Image as Pillow

from rostro.core.errors import PhotoError
from rostro.core.muting import set_stderr_aside
from rostro.photos.reading import read_photo

#: Pictures that one process reads before the next takes over.
BLOCK = 250
#: What a process may have at most, in bytes: a picture of the most pixels that are taken is 360 MB, more than once.
MOST_MEMORY = 2_000_000_000
#: Seconds of one picture that are too many.
MOST_SECONDS = 30.0


def whole_pictures() -> dict[str, bytes]:
    """Name → a small picture, each in a form that takes another way through the decoders."""
    rng = np.random.default_rng(7)
    rough = rng.integers(0, 256, (48, 64, 3), np.uint8)
    smooth = np.asarray(Pillow.fromarray(rough).resize((160, 120), Pillow.Resampling.BICUBIC))
    rgb = Pillow.fromarray(smooth)
    deep = Pillow.fromarray(smooth[..., 0].astype(np.uint16) << 6)
    exif = Pillow.Exif()
    exif[0x0112], exif[0x010F], exif[0x9286] = 6, "maker", b"ASCII\0\0\0" + b"x" * 300
    profile = _profile()
    forms: dict[str, tuple[Pillow.Image, str, dict[str, object]]] = {
        "JPEG": (rgb, "JPEG", {"exif": exif}),
        "JPEG progressive": (rgb, "JPEG", {"progressive": True, "quality": 60}),
        "JPEG CMYK": (rgb.convert("CMYK"), "JPEG", {}),
        "JPEG gray": (rgb.convert("L"), "JPEG", {"optimize": True}),
        "JPEG profile": (rgb, "JPEG", {"icc_profile": profile, "subsampling": 0}),
        "JPEG restarts": (rgb, "JPEG", {"restart_marker_rows": 1}),
        "PNG": (rgb, "PNG", {"exif": exif, "icc_profile": profile}),
        "PNG alpha": (rgb.convert("RGBA"), "PNG", {}),
        "PNG palette": (rgb.quantize(64), "PNG", {"transparency": 3}),
        "PNG deep": (deep, "PNG", {}),
        "PNG bit": (rgb.convert("1"), "PNG", {}),
        "GIF": (rgb.quantize(200), "GIF", {"save_all": True, "append_images": [rgb.rotate(90).quantize(20)]}),
        "BMP": (rgb, "BMP", {}),
        "BMP palette": (rgb.quantize(16), "BMP", {}),
        "TIFF": (rgb, "TIFF", {"exif": exif}),
        "TIFF LZW": (rgb, "TIFF", {"compression": "tiff_lzw"}),
        "TIFF deflate": (rgb, "TIFF", {"compression": "tiff_adobe_deflate", "big_tiff": True}),
        "TIFF JPEG": (rgb, "TIFF", {"compression": "jpeg"}),
        "TIFF packed": (rgb.quantize(32), "TIFF", {"compression": "packbits"}),
        "TIFF fax": (rgb.convert("1"), "TIFF", {"compression": "group4"}),
        "TIFF deep": (deep, "TIFF", {"compression": "tiff_lzw"}),
        "TIFF float": (rgb.convert("F"), "TIFF", {}),
        "WebP": (rgb, "WEBP", {"exif": exif}),
        "WebP lossless": (rgb.convert("RGBA"), "WEBP", {"lossless": True}),
        "WebP film": (rgb, "WEBP", {"save_all": True, "append_images": [rgb.rotate(90)]}),
        "AVIF": (rgb, "AVIF", {"speed": 10}),
        "PNM": (rgb, "PPM", {}),
        "PNM gray": (rgb.convert("L"), "PPM", {}),
    }
    found = {}
    for name, (picture, kind, options) in forms.items():
        stream = io.BytesIO()
        picture.save(stream, kind, **options)
        found[name] = stream.getvalue()
    found["PNM deep"] = b"P6\n64 48\n1023\n" + (rough.astype(">u2") << 2).tobytes()
    try:
        from pillow_heif import from_pillow
    except ImportError:
        return found
    stream = io.BytesIO()
    from_pillow(rgb).save(stream, quality=50)
    found["HEIC"] = stream.getvalue()
    return found


def _profile() -> bytes:
    from PIL import ImageCms

    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def altered(whole: dict[str, bytes], number: int, seed: int, only: str) -> tuple[str, bytes]:
    """(what it was, the picture) of a number; the same for the same seed."""
    rng = random.Random(f"{seed} {number}")
    names = [name for name in sorted(whole) if name.startswith(only)]
    name = names[number % len(names)]
    data = bytearray(whole[name])
    for _ in range(rng.choice((1, 1, 1, 2, 3, 5, 9, 20))):
        if data:
            rng.choice(CHANGES)(data, rng, whole)
    return name, bytes(data)


def read(whole: dict[str, bytes], numbers: range, options: argparse.Namespace, tell: io.TextIOBase) -> None:
    """In a process of its own: a line per picture, before and after."""
    for number in numbers:
        name, data = altered(whole, number, options.seed, options.only)
        tell.write(json.dumps({"begins": number, "of": name}) + "\n")
        tell.flush()
        before = resource.getrusage(resource.RUSAGE_SELF)
        start = time.process_time()
        try:
            read_photo(data)
            outcome = "picture"
        except PhotoError as error:
            outcome = f"{error.kind} ({error.values.get('why', '')})".replace(" ()", "")
            if not error.reason.isprintable() or "\n" in error.reason:
                outcome = f"unprintable: {error.reason!r}"
        except Exception as error:  # noqa: BLE001 - that there is none is what is measured
            outcome = f"UNEXPECTED {type(error).__name__}: {error}"
        after = resource.getrusage(resource.RUSAGE_SELF)
        told = {
            "ends": number, "outcome": outcome, "seconds": time.process_time() - start,
            "memory": after.ru_maxrss * 1024, "grew": (after.ru_maxrss - before.ru_maxrss) * 1024,
        }  # fmt: skip
        tell.write(json.dumps(told) + "\n")
        tell.flush()


def outcomes(whole: dict[str, bytes], options: argparse.Namespace) -> Iterator[dict[str, object]]:
    """What became of each picture; a process that dies is followed by another, from the next picture on."""
    number = 0
    while number < options.pictures:
        until = min(number + BLOCK, options.pictures)
        readable, writable = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(readable)
            with os.fdopen(writable, "w") as tell:
                read(whole, range(number, until), options, tell)
            os._exit(0)
        os.close(writable)
        begun: dict[str, object] = {}
        with os.fdopen(readable) as told:
            for line in told:
                document = json.loads(line)
                if "begins" in document:
                    begun = document
                    continue
                number = int(document["ends"]) + 1
                yield {**document, "of": begun["of"]}
        _, status = os.waitpid(child, 0)
        if status:
            died = int(str(begun["begins"]))
            number = died + 1
            yield {
                "ends": died,
                "of": begun["of"],
                "outcome": f"CRASH {status}",
                "seconds": 0.0,
                "memory": 0,
                "grew": 0,
            }


def main() -> int:
    """Reads them all and prints what came of it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pictures", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default="", help="formats whose name begins so")
    parser.add_argument("--show", action="store_true", help="let what decoders say be seen")
    options = parser.parse_args()
    warnings.filterwarnings("ignore", module=r"PIL\.")  # as the command line does
    logging.getLogger("PIL").setLevel(logging.CRITICAL)
    set_stderr_aside()
    whole = whole_pictures()
    for data in whole.values():
        read_photo(data)  # before anything is altered, all of them can be read
    with tempfile.TemporaryFile() as past_python:
        if not options.show:
            sys.stderr.flush()
            os.dup2(past_python.fileno(), sys.stderr.fileno())
            os.dup2(past_python.fileno(), 2)
        counted: Counter[str] = Counter()
        broken: list[str] = []
        memory, grew, slowest = 0, (0, ""), (0.0, "")
        for found in outcomes(whole, options):
            outcome, about = str(found["outcome"]), f"{found['ends']} ({found['of']})"
            counted[outcome.partition(":")[0]] += 1
            memory = max(memory, int(str(found["memory"])))
            grew = max(grew, (int(str(found["grew"])), about))
            slowest = max(slowest, (float(str(found["seconds"])), about))
            if outcome.startswith(("CRASH", "UNEXPECTED", "unprintable")):
                broken.append(f"{about}: {outcome}")
        said = past_python.seek(0, 2)
        if said:
            past_python.seek(0)
            lines = Counter(line.strip()[:100] for line in past_python.read().decode(errors="replace").splitlines())
    for outcome, times in counted.most_common():
        print(f"{times:8,}  {outcome}")
    print(f"most memory of a process {memory / 1e6:,.0f} MB; one picture added {grew[0] / 1e6:,.0f} MB: {grew[1]}")
    print(f"slowest {slowest[0]:.1f} s: {slowest[1]}")
    print(f"decoders wrote {said:,} bytes to the terminal")
    if said:
        for line, times in lines.most_common(12):
            print(f"   {times:6,} × {line}")
    for line in broken[:40]:
        print("BROKEN", line)
    if memory > MOST_MEMORY or slowest[0] > MOST_SECONDS:
        broken.append("too much memory, or too slow")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
