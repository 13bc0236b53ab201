"""The ``rostro`` command: puts the verbs together."""

from __future__ import annotations

import os
import sys
from contextvars import copy_context
from importlib import import_module
from typing import Final

import typer

from rostro import __version__
from rostro.cli import help as help_
from rostro.cli import language
from rostro.cli.brisk import start_briskly
from rostro.cli.leaving import leave
from rostro.cli.running import closed_at_the_end

#: The verbs, in the order of the help, and what it says of them: it is printed without loading any. Each is a file here
#: with a function ``command`` or a group ``app``.
VERBS: Final = {
    "detect": "Find the faces of photos: box, score, landmarks.",
    "analyze": "What do faces look like: age, gender, mask, pose, eyes, alive?",
    "verify": "Two photos: the same person? Exit code 0 yes, 1 no.",
    "enroll": "Take people into a gallery.",
    "identify": "Who is in these photos? Every face is looked up.",
    "group": "Who are these people? Unknown faces by person.",
    "find": "All photos of one face among others.",
    "album": "Groups that stay: list, name, merge, split, ignore.",
    "liveness": "Does each face look alive, or like a picture of one?",
    "embed": "The vector of every face of photos, folders or lists.",
    "classify": "Name the celebrities that a network was trained on.",
    "people": "List, show, rename, merge and remove people.",
    "gallery": "Show, check, copy, back up, encrypt and reindex galleries.",
    "anonymise": "Photos and films without faces, to be given away.",
    "watch": "Who comes by? Follows the faces of a video and names them.",
    "train": "Folders of photos in, a checkpoint and its card out.",
    "predict": "Names or attributes of photos, by a checkpoint.",
    "evaluate": "Error rates with intervals, and a report, on your photos.",
    "compare": "All combinations of detectors and embedders in one report.",
    "calibrate": "Measure the threshold for a false match rate on your photos.",
    "models": "List, show, fetch, verify and import model files.",
    "serve": "Serve the web page and the REST interface until Ctrl-C.",
    "keys": "Make, list and revoke the API keys of 'rostro serve'.",
    "doctor": "What is installed, what runs on what, and where things are.",
}


def build(*verbs: str) -> typer.Typer:
    """The command line with some verbs only: loading all of them takes as long as answering."""
    app = _empty()
    for verb in verbs:
        module = import_module(f"rostro.cli.{verb}")
        if hasattr(module, "app"):
            for info in module.app.registered_commands:
                info.cls, info.callback = help_.Command, help_.with_language(info.callback)
            module.app.callback()(_group)
            app.add_typer(module.app, name=verb, short_help=VERBS[verb], cls=help_.Group)
        else:
            called = help_.with_language(module.command)
            app.command(verb, short_help=VERBS[verb], cls=help_.Command)(called)
    return app


def listing() -> typer.Typer:
    """The command line where no verb is asked for: what there is, and that another is not there."""
    app = _empty()
    for verb, about in VERBS.items():
        app.command(verb, short_help=about, cls=help_.Command)(_nothing)
    return app


def _empty() -> typer.Typer:
    app = typer.Typer(
        name="rostro",
        cls=help_.Group,
        help="Faces: detect, verify, identify, store, measure. Exit codes: 0 yes, 1 no, 2 could not answer.",
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(_main)
    return app


def _group(language: help_.Language = None) -> None:
    """Stands before the verbs of a verb, so that it takes ``--language``, too."""


def _nothing() -> None:
    """Stands for a verb in `listing`."""


def run() -> None:
    """Runs the command line and ends the process; see `rostro.cli.leaving`."""
    start_briskly()
    copy_context().run(leave, _run)  # the language is this command's, and goes with it


def _run() -> object:
    language.ask(sys.argv[1:])
    with closed_at_the_end():
        return _asked()(prog_name="rostro", standalone_mode=False)


def _asked() -> typer.Typer:
    asked = sys.argv[1:2]
    if asked and asked[0] in VERBS:
        return build(*asked)
    completing = "_ROSTRO_COMPLETE" in os.environ  # the shell asks what may follow: options of any verb
    named = any(word in VERBS for word in sys.argv[1:])  # after an option
    return build(*VERBS) if completing or named else listing()


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"rostro {__version__}")
        raise typer.Exit


def _main(
    version: bool = typer.Option(False, "--version", callback=_version, is_eager=True, help="Print the version."),
    language: help_.Language = None,
) -> None:
    """Faces: detect, verify, identify, store, measure.

    Exit codes: 0 yes, 1 no, 2 could not answer.
    """
