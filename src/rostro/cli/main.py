"""The ``rostro`` command: puts the verbs together and turns errors into messages and exit codes."""

from __future__ import annotations

import sys
from importlib import import_module

import typer

from rostro import __version__
from rostro.core.errors import RostroError

#: The verbs, in the order of the help. Each is a file here with a function ``command`` or a group ``app``.
VERBS = (
    "detect", "verify", "enroll", "identify", "embed", "classify", "people", "gallery",
    "watch", "train", "predict", "evaluate", "compare", "calibrate", "models", "serve", "keys", "doctor",
)  # fmt: skip


def build(*verbs: str) -> typer.Typer:
    """The command line with some verbs only: loading all of them takes as long as answering."""
    app = typer.Typer(
        name="rostro",
        help="Faces: detect, verify, identify, store, measure. Exit codes: 0 yes, 1 no, 2 could not answer.",
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(_main)
    for verb in verbs:
        module = import_module(f"rostro.cli.{verb}")
        if hasattr(module, "app"):
            app.add_typer(module.app, name=verb)
        else:
            app.command(verb)(module.command)
    return app


def run() -> None:
    """Runs the command line; what goes wrong on purpose becomes one line on stderr and exit code 2."""
    asked = sys.argv[1:2]
    app = build(*asked) if asked and asked[0] in VERBS else build(*VERBS)
    try:
        app()
    except RostroError as error:
        from rostro.cli.output import NO_ANSWER, hint, note, print_json

        note(f"rostro: {error}{hint(error)}")
        if "--json" in sys.argv[1:]:
            print_json({"error": str(error), "kind": error.kind, "values": dict(error.values)})
        sys.exit(NO_ANSWER)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"rostro {__version__}")
        raise typer.Exit


def _main(
    version: bool = typer.Option(False, "--version", callback=_version, is_eager=True, help="Print the version."),
) -> None:
    """Faces: detect, verify, identify, store, measure.

    Exit codes: 0 yes, 1 no, 2 could not answer.
    """
