"""The code blocks of the documents, each with the file and line where it stands."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
_BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Block:
    page: str
    line: int
    language: str
    text: str

    @property
    def where(self) -> str:
        return f"{self.page}:{self.line}"

    @property
    def title(self) -> str | None:
        """The file that it is, where its first line says so: ``# rostro_example/detector.py``."""
        first = self.text.partition("\n")[0]
        return first[2:] if re.fullmatch(r"# [\w/]+\.\w+", first) else None


def pages() -> list[str]:
    """READMEs, CONTRIBUTING and the documents; decisions tell of the past, and have no commands to follow."""
    found = [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md"), *(ROOT / "docs" / "es").glob("*.md")]
    return sorted(path.relative_to(ROOT).as_posix() for path in found if path.name != "CHANGELOG.md")


def blocks(page: str, *languages: str) -> list[Block]:
    """The fenced blocks of a page, of these languages or of all."""
    text = (ROOT / page).read_text(encoding="utf-8")
    found = [Block(page, text.count("\n", 0, match.start()) + 2, match[1], match[2]) for match in _BLOCK.finditer(text)]
    return [block for block in found if not languages or block.language in languages]
