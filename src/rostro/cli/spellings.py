"""Old spellings: before each thing had one name in all verbs, some had two. The old ones work for a version.

Each is rewritten to the new one before the options are read, and a line on stderr says so. No help shows them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from typer.core import TyperCommand

from rostro.cli.language import tell
from rostro.cli.values import plainly
from rostro.core.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Iterable

#: Verb → option → what takes its place: words, or nothing where the option had no meaning. An option that carried a
#: value hands it on.
_OPTIONS: Final[dict[str, dict[str, tuple[str, ...]]]] = {
    "classify": {"--top": ("--candidates",)},
    "detect": {"--threshold": ()},
    "doctor": {"--threshold": ()},
    "embed": {"--threshold": ()},
    "enroll": {"--threshold": (), "--largest-face": ("--face", "largest")},
    "verify": {"--largest-face": ("--face", "largest")},
}
#: Of those, the ones that carry no value.
_FLAGS: Final = frozenset({"--largest-face"})
#: Verbs whose folder was an option, and what it was called.
_FOLDER: Final = {"evaluate": "--root", "compare": "--root", "calibrate": "--root"}
#: Verb → (what its first arguments are now, how many arguments it takes besides at the least).
_ARGUMENTS: Final[dict[str, tuple[tuple[str, ...], int]]] = {
    "evaluate": (("--protocol",), 1),
    "gallery backup": (("--output",), 0),
    "gallery migrate": (("--gallery", "--to"), 0),
    "predict": (("--checkpoint",), 1),
}


class Verb(TyperCommand):
    """A verb that understands its old spellings, and refuses an option given twice where one value counts."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Reads the arguments, the old spellings as the new ones.

        Raises:
            BadInput: An option that names one thing names two.
        """
        if not ctx.resilient_parsing:
            takes = {name for parameter in self.params for name in parameter.opts if not _is_flag(parameter)}
            many = {name for parameter in self.params for name in parameter.opts if getattr(parameter, "multiple", 0)}
            args = _rewritten(_called(ctx), args, takes, many)
        plainly(self.get_params(ctx))
        return super().parse_args(ctx, args)


def _called(ctx: Any) -> str:
    """How the verb is called: ``verify``, ``gallery migrate``."""
    return "" if ctx.parent is None else f"{_called(ctx.parent)} {ctx.info_name}".strip()


def _is_flag(parameter: Any) -> bool:
    return bool(getattr(parameter, "is_flag", False) or getattr(parameter, "count", False))


def _rewritten(verb: str, args: list[str], takes: set[str], many: set[str]) -> list[str]:
    """The arguments in today's spelling.

    Args:
        verb: As it is called: ``verify``, ``gallery migrate``.
        args: What was given.
        takes: The verb's options that carry a value.
        many: Those that may be given several times.
    """
    from rostro.cli.output import note

    old, folder = _OPTIONS.get(verb, {}), _FOLDER.get(verb)
    options: list[str] = []
    arguments: list[str] = []
    last: list[str] = []
    given: dict[str, str] = {}
    left = iter(args)
    for word in left:
        if word == "--":
            arguments += left
            break
        name, equals, value = word.partition("=")
        if not word.startswith("--"):
            (arguments if word == "-" or not word.startswith("-") else options).append(word)
            continue
        if (name in old or name == folder or name in takes) and not equals and name not in _FLAGS:
            following = next(left, None)
            if following is None:  # left to the parser, which says that a value is missing
                options.append(word)
                break
            value = following
        if name == folder:
            note(f"rostro: {tell('the folder is an argument now, without {}', name)}")
            last = [value]
        elif name in old:
            new = old[name]
            now, nothing = "{} is {} now", "{} means nothing to {}"
            note(f"rostro: {tell(now, name, ' '.join(new)) if new else tell(nothing, name, verb)}")
            options += (*new, *([value] if len(new) == 1 else ()))
        elif name in takes:
            if name not in many and given.setdefault(name, value) != value:
                raise BadInput(f"{name} names one thing, and is given twice")  # no values: one may hold a password
            options.append(f"{name}={value}")
        else:
            options.append(word)
    arguments += last
    return [*options, *_with_options(verb, arguments, given, note), *(["--", *arguments] if arguments else ())]


def _with_options(verb: str, arguments: list[str], given: Iterable[str], note: Any) -> list[str]:
    """Takes those arguments that are options now out of the list."""
    names, least = _ARGUMENTS.get(verb, ((), 0))
    if not names or any(name in given for name in names) or len(arguments) < len(names) + least:
        return []
    one, both = "the first of the arguments is {} now", "the first of the arguments are {} and {} now"
    note(f"rostro: {tell(one if len(names) == 1 else both, *names)}")
    return [f"{name}={arguments.pop(0)}" for name in names]
