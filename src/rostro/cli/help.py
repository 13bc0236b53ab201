"""The help and what is wrong with a command's options, in the language of the command line.

typer writes both in English and from what it finds at the verbs. Here its texts are looked up as everything else is, at
the moment when they are printed, so that English costs nothing.
"""

from __future__ import annotations

import inspect
import re
from functools import wraps
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup
from typer.exceptions import TyperException

from rostro.cli.language import language, tell, translated
from rostro.cli.running import runs_with
from rostro.cli.spellings import Verb
from rostro.cli.values import plainly
from rostro.core.redaction import redacted
from rostro.core.showing import on_terminal

if TYPE_CHECKING:
    from collections.abc import Callable

Language = Annotated[
    str | None,
    typer.Option(
        "--language",
        help="Of what is printed and drawn: en or es. Default: ROSTRO_LANGUAGE, else en.",
        show_default=False,
    ),
]

#: What typer writes into a help that it has laid out.
_HEADINGS = re.compile(
    r"^(?:Usage|Arguments|Options|Commands)(?=:)|\b(?:default|env var)(?=:)|\brequired(?=\])"
    r"|\[OPTIONS\]|COMMAND \[ARGS\]",
    re.MULTILINE,
)


def with_language(verb: Callable[..., None]) -> Callable[..., None]:
    """A verb that takes ``--language``, which was read before, see `rostro.cli.language.ask`."""
    signature = inspect.signature(verb, eval_str=True)
    if "language" in signature.parameters:
        return verb

    @wraps(verb)
    def called(*args: Any, language: str | None = None, **kwargs: Any) -> None:
        verb(*args, **kwargs)

    added = inspect.Parameter("language", inspect.Parameter.KEYWORD_ONLY, annotation=Language, default=None)
    called.__signature__ = signature.replace(parameters=[*signature.parameters.values(), added])  # type: ignore[attr-defined]
    called.__annotations__ = {name: parameter.annotation for name, parameter in signature.parameters.items()}
    called.__annotations__["language"] = Language
    return called


class Command(Verb):
    """A verb."""

    def get_help(self, ctx: Any) -> str:
        """The help, in the language."""
        return _in_language(self, super().get_help, ctx)

    def get_usage(self, ctx: Any) -> str:
        """The line of the usage, in the language."""
        return _headed(super().get_usage(ctx))

    def invoke(self, ctx: Any) -> Any:
        """Runs the verb."""
        runs_with(option for parameter in self.params for option in parameter.opts)
        return super().invoke(ctx)


class Group(TyperGroup):
    """The command line itself, or a verb with verbs of its own."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Reads the arguments."""
        plainly(self.get_params(ctx))
        return super().parse_args(ctx, args)

    def get_help(self, ctx: Any) -> str:
        """The help, in the language."""
        return _in_language(self, super().get_help, ctx)

    def get_usage(self, ctx: Any) -> str:
        """The line of the usage, in the language."""
        return _headed(super().get_usage(ctx))


def explain(error: TyperException) -> None:
    """Says what is wrong with the arguments: the usage, where there is help, and the error. In English typer does."""
    error.message = on_terminal(redacted(error.message))  # it repeats what was given, a file's name perhaps
    show = getattr(error, "show", None)
    if language() == "en" and show is not None:
        show()
        return
    context = getattr(error, "ctx", None)
    if error.message.startswith(tell("Usage")):  # no arguments at all: the help is all there is to say
        typer.echo(error.message, err=True)
        return
    if context is not None:
        typer.echo(context.get_usage(), err=True)
        typer.echo(tell("Try '{} {}' for help.", context.command_path, context.help_option_names[0]) + "\n", err=True)
    typer.echo(f"{tell('Error')}: {translated(error.format_message())}", err=True)


def _in_language(command: Any, get_help: Callable[[Any], str], context: Any) -> str:
    """The help of a command whose own texts are said in the language first."""
    if language() == "en":
        return get_help(context)
    command.help = "\n\n".join(map(_paragraph, inspect.cleandoc(command.help or "").split("\n\n")))
    for parameter in command.get_params(context):
        if parameter.help:
            parameter.help = translated(parameter.help)
        if isinstance(getattr(parameter, "show_default", None), str):
            parameter.show_default = translated(parameter.show_default)
    for other in getattr(command, "commands", {}).values():
        other.short_help = translated(other.short_help or _first(other.help))
    return _headed(get_help(context))


def _paragraph(text: str) -> str:
    """A paragraph of a verb's help: prose, or an example, of which the command itself stays."""
    joined = " ".join(text.split())
    example, colon, command = joined.partition("Example: ")
    if colon and not example:
        return f"{tell('Example')}: {command}"
    return translated(joined)


def _first(text: str | None) -> str:
    return " ".join((text or "").partition("\n\n")[0].split())


def _headed(text: str) -> str:
    """Typer's own words in a help that it has laid out."""
    return text if language() == "en" else _HEADINGS.sub(lambda found: tell(found[0].strip()), text)
