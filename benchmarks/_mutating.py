"""How a whole file becomes a broken one: bits and bytes, numbers, parts taken out, repeated, swapped, and of others."""

from __future__ import annotations

import random

INTERESTING = (0, 1, 0x7F, 0x80, 0xFF, 0x100, 0x7FFF, 0x8000, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)


def _place(data: bytearray, rng: random.Random) -> int:
    """Mostly in the head, where sizes and kinds stand."""
    return rng.randrange(min(len(data), 600)) if rng.random() < 0.6 else rng.randrange(len(data))


def _bit(data: bytearray, rng: random.Random, _: dict[str, bytes]) -> None:
    data[_place(data, rng)] ^= 1 << rng.randrange(8)


def _byte(data: bytearray, rng: random.Random, _: dict[str, bytes]) -> None:
    data[_place(data, rng)] = rng.choice((0, 0xFF, 0x7F, 0x80, rng.randrange(256)))


def _number(data: bytearray, rng: random.Random, _: dict[str, bytes]) -> None:
    at, width = _place(data, rng), rng.choice((1, 2, 4, 8))
    value = (rng.choice(INTERESTING) + rng.choice((-1, 0, 0, 1))) % (1 << (8 * width))
    data[at : at + width] = value.to_bytes(width, rng.choice(("big", "little")))


def _cut(data: bytearray, rng: random.Random, _: dict[str, bytes]) -> None:
    del data[_place(data, rng) :]


def _take(data: bytearray, rng: random.Random, _: dict[str, bytes]) -> None:
    at = _place(data, rng)
    del data[at : at + rng.choice((1, 2, 4, 16, 200, 2000))]


def _repeat(data: bytearray, rng: random.Random, _: dict[str, bytes]) -> None:
    at, length = _place(data, rng), rng.choice((1, 4, 12, 100, 1000))
    data[at:at] = bytes(data[at : at + length]) * rng.choice((1, 2, 10, 200))


def _swap(data: bytearray, rng: random.Random, _: dict[str, bytes]) -> None:
    one, two, length = _place(data, rng), _place(data, rng), rng.choice((2, 4, 12, 64))
    part = data[one : one + length]
    data[one : one + length] = data[two : two + length]
    data[two : two + length] = part


def _of_another(data: bytearray, rng: random.Random, whole: dict[str, bytes]) -> None:
    other = whole[rng.choice(sorted(whole))]
    start, at, length = rng.randrange(len(other)), _place(data, rng), rng.choice((4, 32, 300, 3000))
    data[at : at + rng.choice((0, length))] = other[start : start + length]


def _noise(data: bytearray, rng: random.Random, _: dict[str, bytes]) -> None:
    at, length = _place(data, rng), rng.choice((4, 16, 64, 1024))
    data[at : at + length] = rng.randbytes(length)


CHANGES = (_bit, _bit, _byte, _byte, _number, _number, _number, _cut, _take, _repeat, _swap, _of_another, _noise)
