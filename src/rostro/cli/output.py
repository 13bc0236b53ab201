"""What verbs print: answers on stdout, everything else on stderr; and the exit codes, which are grep's."""

from __future__ import annotations

import json
import re
import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from rostro.cli.language import figure, tell, translated
from rostro.cli.running import offered
from rostro.core.files import encoded
from rostro.core.redaction import redacted
from rostro.core.showing import in_json, on_terminal

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from rich.console import Console
    from rich.progress import Progress

    from rostro.core.errors import PhotoError, RostroError
    from rostro.models.entry import ModelFile
    from rostro.recognition.pipeline import Failure

YES, NO, NO_ANSWER = 0, 1, 2


def err() -> Console:
    """The console of progress bars and warnings."""
    from rich.console import Console

    return Console(file=sys.stderr, highlight=False, soft_wrap=True)


def print_json(document: Any) -> None:
    """One JSON document on stdout, in UTF-8 whatever the terminal's encoding."""
    text = in_json(json.dumps(document, ensure_ascii=False, allow_nan=False))
    sys.stdout.buffer.write(encoded(text) + b"\n")
    sys.stdout.buffer.flush()


def say(line: str) -> None:
    """One line of an answer; names in it may come from anywhere."""
    typer.echo(on_terminal(line))


def note(line: str) -> None:
    """One line on stderr; names in it may come from anywhere, and passwords go nowhere."""
    typer.echo(on_terminal(redacted(line)), err=True)


#: What helps on the command line, by an error's kind, or by the finer ``why`` among its values. Of several the first
#: whose options the running command has.
_HINTS = {
    "exists": ("--overwrite writes over it; --output names another place",),
    "unfinished": ("--resume goes on; --overwrite begins anew",),
    "other-embedder": ("--embedder {embedder}, or leave --embedder out: the gallery says which",),
    "which-embedder": ("--embedder names it",),
    "several-faces": ("--face largest takes the largest",),
    "no-operating-point": ("--threshold gives one; 'rostro calibrate' measures one", "'rostro calibrate' measures one"),
    "no-landmarks": ("try --alignment crop",),
    "unpinned": ("'rostro models fetch {file} --accept-unpinned' takes it all the same",),
    "whose-photo": ("--name says whose; --names-from files takes each file's name", "--name says whose"),
    "whose-photos": ("--name says whose; --names-from files takes each file's name",),
    "says-nothing": ("--name says whose",),
    "already-enrolled": ("to give it to whom it is: {move}",),
    "erased-before": ("--again takes it all the same",),
    "no-consent": ("--consent-for says what they agreed to", "'rostro people consent' notes it"),
    "known-face": ("'rostro people --help' says how to mend it, if one of the names is wrong",),
    "several-photos": ("--of says whose; more of the hash says which",),
    "resumable": ("--resume goes on",),
    "port-taken": ("--port chooses another",),
    "two-answers-on-stdout": ("take one of them",),
    "no-key": ("--key-file FILE gives it, or ROSTRO_KEY_FILE",),
    "bad-key": ("'rostro gallery new-key FILE' makes one",),
    "no-key-given": ("--key-file FILE gives it; 'rostro gallery new-key FILE' makes one",),
    "wrong-key": ("--key-file names another",),
    "not-encrypted": ("'rostro gallery encrypt' encrypts it; without a key it opens as it is",),
    "no-album": ("--album names another place; where nothing is, 'rostro group' makes an album",),
    "no-keys": ("'rostro keys create LABEL --keys {file}' makes one",),
    "keys-elsewhere": ("--keys {file} takes them",),
    "no-such-host": ("--host names an address of this machine",),
}
#: Options of a hint that are of the running command, not of one that the hint names in quotation marks.
_OPTION = re.compile(r"(?<![\w'-])--[a-z][a-z-]*(?![^']*' )")
_PLACE = re.compile(r"\{(\w+)\}")


def hint(error: RostroError, gallery: str | None = None) -> str:
    """What the command line can do about an error, in brackets; empty where nothing is known to help.

    Args:
        error: What went wrong.
        gallery: The gallery that was asked for, so that commands name it, too.
    """
    known = _HINTS.get(str(error.values.get("why"))) or _HINTS.get(error.kind) or ()
    fitting = (text for text in known if all(map(offered, _OPTION.findall(text))))
    text = next(fitting, None)
    if text is None:
        return ""
    values = {**_names(error, gallery), **error.values}
    return f" ({tell(_PLACE.sub('{}', text), *(values[name] for name in _PLACE.findall(text)))})"


def _names(error: RostroError, gallery: str | None) -> dict[str, str]:
    """What hints say besides an error's values: commands, as the shell takes them."""
    move = ["rostro", "people", "move", getattr(error, "photo", ""), "--to", getattr(error, "wanted", "") or "NAME"]
    if gallery is not None and redacted(gallery) == gallery:  # else it holds a secret
        move += ["--gallery", gallery]
    return {"move": shlex.join(move)}


def report_failures(failures: Sequence[Failure], gallery: str | None = None) -> None:
    """Names each photo that gave no answer and says why, on stderr; hints name the gallery."""
    for failure in failures:
        note(f"{failure.photo}: {translated(failure.reason)}{hint(failure.error, gallery)}")
    if failures:
        one, several = "1 photo could not be used", "{:,} photos could not be used"
        note(tell(one) if len(failures) == 1 else tell(several, len(failures)))


def size(number: int) -> str:
    """A number of bytes as people say it."""
    for unit, bytes_ in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if number >= bytes_:
            return f"{figure(number / bytes_, '.1f')} {unit}"
    return tell("{:,} bytes", number)


def report_unread(unread: Sequence[PhotoError], not_pictures: Sequence[str]) -> int:
    """Names each folder and link that gave nobody a photo, and what else lay there; the exit code that follows."""
    report_left_out(not_pictures)
    for error in unread:
        note(translated(str(error)))
    return NO_ANSWER if unread else YES


def report_left_out(files: Sequence[object]) -> None:
    """Names the files of folders that were not looked at because they are no pictures, on stderr."""
    if files:
        from rostro.photos.left_out import no_pictures
        from rostro.photos.reading import printable

        note(printable(tell("left out: {}", translated(no_pictures([Path(str(file)) for file in files])))))


def not_pictures(files: Sequence[Path]) -> dict[str, list[str]]:
    """What a document says of them: ``{"not_pictures": [name]}``; nothing where there are none."""
    from rostro.photos.reading import name_of

    return {"not_pictures": [name_of(file) for file in files]} if files else {}


def progress() -> Progress:
    """A progress bar on stderr; silent when stderr is not a terminal."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=err(),
        transient=True,
        disable=not sys.stderr.isatty(),
    )


def announce_licence(entry: ModelFile) -> None:
    """Says under which licence a model file comes, when it is first fetched."""
    free, bound = "fetching {} (licence: {})", "fetching {} (licence: {}; NOT for commercial use)"
    note(tell(free if entry.commercial else bound, entry.name, entry.licence))


def download_progress() -> Callable[[str, int, int], None]:
    """A callback that draws one bar per download on stderr, when stderr is a terminal."""
    if not sys.stderr.isatty():
        return lambda name, done, total: None
    from rich.progress import Progress

    bars: dict[str, tuple[Progress, Any]] = {}

    def draw(name: str, done: int, total: int) -> None:
        if name not in bars:
            bar = Progress(console=err(), transient=True)
            bar.start()
            bars[name] = (bar, bar.add_task(name, total=total or None))
        bar, task = bars[name]
        bar.update(task, completed=done)
        if total and done >= total:
            bar.stop()

    return draw
