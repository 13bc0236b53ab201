"""The ``rostro`` command: puts the verbs together and turns errors into messages and exit codes."""

from __future__ import annotations

import sys
from importlib import import_module

import typer

from rostro import __version__
from rostro.cli.output import NO_ANSWER, note, print_json
from rostro.errors import RostroError

app = typer.Typer(
    name="rostro",
    help="Faces: detect, verify, identify, store, measure. Exit codes: 0 yes, 1 no, 2 could not answer.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)

#: Single verbs (a function ``command``) and groups (a typer app ``app``), in the order of the help.
VERBS = ("detect", "verify", "enroll", "identify", "embed", "doctor")
GROUPS = ("people", "models")

for _verb in VERBS:
    app.command(_verb)(import_module(f"rostro.cli.{_verb}").command)
for _group in GROUPS:
    app.add_typer(import_module(f"rostro.cli.{_group}").app, name=_group)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"rostro {__version__}")
        raise typer.Exit


@app.callback()
def _main(
    version: bool = typer.Option(False, "--version", callback=_version, is_eager=True, help="Print the version."),
) -> None:
    """Faces: detect, verify, identify, store, measure.

    Exit codes: 0 yes, 1 no, 2 could not answer.
    """


def run() -> None:
    """Runs the command line; what goes wrong on purpose becomes one line on stderr and exit code 2."""
    try:
        app()
    except RostroError as error:
        note(f"rostro: {error}")
        if "--json" in sys.argv[1:]:
            print_json({"error": str(error)})
        sys.exit(NO_ANSWER)
