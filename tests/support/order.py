"""In which order files are given to workers, and how many there are: the suite ends when the last file does.

A file is given to one worker as a whole, so a long one that is begun last keeps the others waiting. Files with many
tests would come first by themselves; those below take long with few.
"""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest

TESTS = Path(__file__).parents[1]
#: The longest first: the first ones take a minute, the last ones ten seconds.
LONG = (
    "integration/test_failed_inputs.py",
    "contract/test_embedders.py",
    "integration/test_anonymise.py",
    "integration/test_hostile_files.py",
    "integration/test_command_line.py",
    "integration/test_leaving.py",
    "integration/test_train.py",
    "integration/test_forking.py",
    "golden/test_vggface.py",
    "integration/test_server_addresses.py",
    "contract/test_other_packages.py",
    "integration/test_elsewhere.py",
    "integration/test_evaluate.py",
    "contract/test_galleries.py",
    "integration/test_watch.py",
    "integration/test_page_in_browser.py",
    "integration/test_server_fuzz.py",
    "contract/test_gallery_upkeep.py",
    "integration/test_many_people.py",
    "integration/test_gallery_crash.py",
    "integration/test_search_among_many.py",
    "unit/photos/test_pixels.py",
    "integration/test_enrolment_survives.py",
    "integration/test_odd_files_in_bulk.py",
    "integration/test_base_install.py",
    "unit/training/test_embedder.py",
    "docs/test_advice.py",
    "integration/test_server_attacks_connections.py",
    "integration/test_suite_ends.py",
    "integration/test_streaming.py",
    "contract/test_attributes.py",
    "integration/test_server.py",
)
#: Bytes that a worker has room for: the largest holds a network of half a gigabyte several times while it reads it.
ROOM = 4 * 2**30


def longest_first(items: list[pytest.Item]) -> None:
    """Files that are known to take long, then those with most tests; within a file nothing changes."""
    rank = {TESTS / name: number for number, name in enumerate(LONG)}
    tests = Counter(item.path for item in items)
    items.sort(key=lambda item: (rank.get(item.path, len(rank)), -tests[item.path], item.path))


def workers(processors: int, memory: int) -> int:
    """One for each processor, and one more where memory has room for it, as every one waits now and then."""
    return processors + (memory >= (processors + 1) * ROOM)


def workers_here() -> int:
    """On this machine: by the processors that we may use, of which a core may have two."""
    processors = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    told = {"SC_PHYS_PAGES", "SC_PAGE_SIZE"} <= set(getattr(os, "sysconf_names", ()))
    return workers(processors, os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") if told else 0)
