"""How the program ends: 0 yes, 1 no, 2 could not answer; and what went wrong in one line, never a traceback.

Python ends with 1 whatever it was that it could not do: a disk that is full, a name that the terminal has no letter
for. Here 1 is an answer, so everything that can go wrong passes through this file.
"""

from __future__ import annotations

import logging
import os
import sys
import traceback
import warnings
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn, TextIO

import typer

from rostro.cli.help import explain
from rostro.cli.hiding import hide_passwords
from rostro.cli.language import tell, translated
from rostro.cli.output import NO_ANSWER, YES, hint, note, print_json
from rostro.core.errors import RostroError
from rostro.core.muting import set_stderr_aside
from rostro.core.redaction import redacted
from rostro.core.showing import PlainFormatter

if TYPE_CHECKING:
    from collections.abc import Callable

#: Whoever read the answer went away: what a shell tells of a program that died of SIGPIPE.
PIPE_CLOSED = 141
#: Ctrl-C, in the same way.
INTERRUPTED = 130
#: Set to anything, it shows where an error comes from.
DEBUG = "ROSTRO_DEBUG"


def leave(run: Callable[[], object]) -> NoReturn:
    """Runs the command line and ends the process.

    Args:
        run: The command line; gives an exit code, or something else for 0.
    """
    hide_passwords()
    _prepare_streams()
    if not os.environ.get(DEBUG):
        _mute_libraries()
    if logging.lastResort is not None:  # warnings of ours name files
        logging.lastResort.setFormatter(PlainFormatter())
    sys.exit(_flushed(_code_of(run)))


def _code_of(run: Callable[[], object]) -> int:
    """Runs it; tells what went wrong."""
    code: object = NO_ANSWER
    try:
        code = run()
    except KeyboardInterrupt:
        code = INTERRUPTED
    except BrokenPipeError:
        code = PIPE_CLOSED
    except SystemExit as error:  # ours came back as a number; this is a library's, and its 1 is no "no"
        if isinstance(error.__context__, BrokenPipeError):  # typer's way of telling that the pipe is closed
            code = PIPE_CLOSED
        elif error.code in {None, 0}:
            code = YES
    except Exception as error:  # noqa: BLE001 - nothing is hidden: it is told, and there is nobody above to tell it to
        with suppress(OSError, ValueError):  # nowhere to tell it: the exit code still does
            _tell(error)
    return code if isinstance(code, int) else YES


def _tell(error: Exception) -> None:
    """One line on stderr, and with ``--json`` the same as a document on stdout."""
    if os.environ.get(DEBUG):
        for line in redacted("".join(traceback.format_exception(error))).rstrip().splitlines():
            note(line)
    if isinstance(error, typer.Abort):
        note(f"rostro: {tell('aborted')}")
        return
    if isinstance(error, typer.TyperException):  # of the command line itself: an unknown option, say
        explain(error)
        return
    if isinstance(error, RostroError):
        document = {"error": str(error), "kind": error.kind, "values": dict(error.values)}
        note(f"rostro: {translated(str(error))}{hint(error)}")
    else:
        document = {"error": _words(error), "kind": "unexpected", "values": {"type": type(error).__name__}}
        note(f"rostro: {translated(_words(error))}")
    if "--json" in sys.argv[1:]:
        print_json(document)


def _words(error: Exception) -> str:
    """An error that nobody raised on purpose, on one line."""
    reason = redacted(" ".join(str(error).split()))[:400]
    if isinstance(error, OSError) and error.strerror:
        # a full disk, a folder that may not be written: no fault of ours
        named = [name for name in (error.filename, error.filename2) if isinstance(name, str | bytes)]
        return ": ".join([*(redacted(os.fsdecode(name)) for name in named), error.strerror])
    if isinstance(error, MemoryError):
        return "there is not enough memory"
    told = f"{type(error).__name__}: {reason}" if reason else type(error).__name__
    return f"unexpected {told} (please report it, with what {DEBUG}=1 shows besides)"


def _mute_libraries() -> None:
    """What is wrong with a photo is said once, by us; not line by line by the library that found it, too."""
    set_stderr_aside()
    warnings.filterwarnings("ignore", module=r"PIL\.")
    logging.getLogger("PIL").setLevel(logging.CRITICAL)


def _prepare_streams() -> None:
    r"""Streams that can be written to, and take every letter.

    A terminal may lack letters of a name, and names of files need not be text at all: what it lacks is written as a
    number, ``\u0141``, as Python does on stderr by itself. A stream that is closed from the start (``>&-``) swallows
    what is said.
    """
    for name in ("stdin", "stdout", "stderr"):
        if getattr(sys, name) is None:
            mode = "r" if name == "stdin" else "w"
            setattr(sys, name, Path(os.devnull).open(mode, encoding="utf-8"))  # noqa: SIM115 - until the very end
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


def _flushed(code: int) -> int:
    """The exit code, once all that was said is out; what Python finds out at its very end it ends with 120."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except BrokenPipeError:
            _drop(stream)
            code = PIPE_CLOSED if stream is sys.stdout else code
        except (OSError, ValueError) as error:
            _drop(stream)
            if code != NO_ANSWER:
                with suppress(OSError, ValueError):
                    why = translated(str(getattr(error, "strerror", None) or error))
                    note(f"rostro: {tell('the answer cannot be written: {}', why)}")
            code = NO_ANSWER
    return code


def _drop(stream: TextIO) -> None:
    """Lets what cannot be written go where everything can: Python would try once more when it ends."""
    with suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)
