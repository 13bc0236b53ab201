"""Answers told as they come: what was told stays told, whether the rest comes, fails or is interrupted.

A folder of ten thousand photos takes an hour; who waits for it sees every answer when it is there, and Ctrl-C after
half an hour keeps half of the answers. With ``--json`` the one document is written piece by piece and always closed.
"""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any, NoReturn, Self

import typer

from rostro.cli import output
from rostro.cli.language import tell, translated
from rostro.core.errors import RostroError
from rostro.core.files import encoded
from rostro.core.showing import in_json

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path
    from types import TracebackType

    from rostro.recognition.pipeline import Failure


class Stream:
    """A context manager around the loop over photos. After it, `end` says what went wrong and gives the exit code.

    Attributes:
        failed: Photos that gave no answer.
        left_out: Files of folders that are no pictures; listing the photos adds to them.
        photos: How many answers there were.
        interrupted: Whether Ctrl-C ended the loop.
    """

    def __init__(self, *, json: bool, head: Callable[[], Mapping[str, Any]] = dict) -> None:
        """Writes nothing yet, so that what goes wrong before the first answer is an error like others.

        Args:
            json: Whether one JSON document is written, instead of lines.
            head: Makes what the document says before the photos.
        """
        self.failed: list[Failure] = []
        self.left_out: list[Path] = []
        self.photos = 0
        self.interrupted = False
        self._yes = False
        self._undecided = False
        self._json = json
        self._head = head
        self._begun = False

    def answer(
        self,
        document: Callable[[], Mapping[str, Any]],
        lines: Callable[[], Iterable[str]],
        *,
        yes: bool,
        undecided: bool = False,
    ) -> None:
        """Tells the answer about a photo.

        Args:
            document: Makes what is said with ``--json``.
            lines: Makes what is said without.
            yes: Whether it is a yes, so that the exit code is 0.
            undecided: Whether it is neither yes nor no, so that the exit code is 2 where no photo is a yes.
        """
        if self._json:
            self._write((", " if self.photos else "") + _text(document()))
        else:
            for line in lines():
                output.say(line)
        self.photos += 1
        self._yes = self._yes or yes
        self._undecided = self._undecided or undecided

    def fail(self, failure: Failure) -> None:
        """Notes a photo that gave no answer; it is named at the end."""
        self.failed.append(failure)

    def end(self, *, yes: bool | None = None) -> NoReturn:
        """Ends the verb: names the photos that failed, and says whether the work was interrupted.

        Args:
            yes: Whether all is a yes; None: it is where one photo was.
        """
        output.report_left_out(self.left_out)
        output.report_failures(self.failed)
        if self.interrupted:
            one, several = "interrupted: 1 photo answered until then", "interrupted: {:,} photos answered until then"
            output.note(tell(one) if self.photos == 1 else tell(several, self.photos))
            raise typer.Exit(output.NO_ANSWER)
        if self.failed:
            raise typer.Exit(output.NO_ANSWER)
        if self._yes if yes is None else yes:
            raise typer.Exit(output.YES)
        raise typer.Exit(output.NO_ANSWER if self._undecided else output.NO)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        """Closes the document. Ctrl-C ends here; an error goes on, unless the document that was begun tells it."""
        if isinstance(error, KeyboardInterrupt):
            self.interrupted = True
            self._close({"interrupted": True})
            return True
        if error is None:
            self._close({})
        elif isinstance(error, RostroError) and self._begun:
            self._close({"error": str(error), "kind": error.kind, "values": dict(error.values)})
            output.note(f"rostro: {translated(str(error))}{output.hint(error)}")
            raise typer.Exit(output.NO_ANSWER) from None
        return False

    def _write(self, text: str) -> None:
        if not self._begun:
            self._begun = True
            head = _text(self._head())[1:-1]
            text = f'{{{head}{", " if head else ""}"photos": [{text}'
        sys.stdout.buffer.write(encoded(text))
        sys.stdout.buffer.flush()

    def _close(self, tail: Mapping[str, Any]) -> None:
        if self._json:
            self._write("")
            failed = [failure.to_dict() for failure in self.failed]
            rest = {"failed": failed, **output.not_pictures(self.left_out), **tail}
            self._write(f"], {_text(rest)[1:]}\n")


def _text(document: Mapping[str, Any]) -> str:
    return in_json(json.dumps(document, ensure_ascii=False, allow_nan=False))
