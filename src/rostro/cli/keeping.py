"""``rostro people consent``, ``consents``, ``expire``, ``export``; ``rostro gallery policy`` and ``audit``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from rostro.cli import options, output
from rostro.cli.language import counted, tell, translated
from rostro.cli.numbers import within
from rostro.core.errors import BadInput
from rostro.core.ranges import DAYS
from rostro.gallery.base import open_gallery
from rostro.people.consent import Consent, Policy, day
from rostro.people.people import People

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager

    from rostro.gallery.base import Gallery
    from rostro.people.audit import Entry

Name = Annotated[str, typer.Argument(help="A person's name.", show_default=False)]
Until = Annotated[
    str | None,
    typer.Option(
        "--until", metavar="DAY", help="The last day of it, as 2031-12-31; else it holds until it is taken back."
    ),
]


def _open(url: str | None, key: str | None) -> AbstractContextManager[Gallery]:
    return open_gallery(options.gallery_url(url), create=False, key=key)


def consent_given(purpose: str | None, by: str | None, until: str | None) -> Consent | None:
    """What options say that somebody agreed to; None where they say nothing.

    Raises:
        BadInput: They say who or until when, and not for what.
    """
    if purpose is None:
        if by is not None or until is not None:
            raise BadInput("a consent is for something; say for what")
        return None
    return Consent(purpose.strip(), (by or "").strip(), None if until is None else day(until))


def consent(
    name: Name,
    purpose: Annotated[str | None, typer.Option("--for", help="What they agreed to.", show_default=False)] = None,
    by: Annotated[
        str | None, typer.Option("--by", help="Who said so, if not they themselves: a parent, a guardian.")
    ] = None,
    until: Until = None,
    withdraw: Annotated[bool, typer.Option("--withdraw", help="They take it back.")] = False,
    gallery: options.GalleryUrl = None,
    key_file: options.KeyFile = None,
    json: options.Json = False,
) -> None:
    """Note what somebody agreed to; without options, show it. Exit code 1: nothing is known, or it ended.

    Example: rostro people consent "Ada Lovelace" --for "the door of house 3" --until 2031-12-31

    Example: rostro people consent "Ada Lovelace" --withdraw
    """
    given = consent_given(purpose, by, until)
    options.refuse_both(withdraw=withdraw, **{"for": purpose})
    with _open(gallery, key_file) as opened:
        people = People(opened)
        if given is not None:
            people.give_consent(name, given)
        elif withdraw:
            people.withdraw_consent(name)
        known = people.consent(name)
    if json:
        output.print_json({"name": name, "consent": None if known is None else known.to_dict()})
    else:
        output.say(f"{name}: {_sentence(known)}")
    raise typer.Exit(output.YES if withdraw or _holds(known) else output.NO)


def consents(
    missing: Annotated[
        bool, typer.Option("--missing", help="Only those of whom none is known, or whose consent ended.")
    ] = False,
    gallery: options.GalleryUrl = None,
    key_file: options.KeyFile = None,
    json: options.Json = False,
) -> None:
    """What everybody agreed to, by name. Exit code 1: nobody is listed.

    Example: rostro people consents --missing
    """
    with _open(gallery, key_file) as opened:
        known = People(opened).consents()
    listed = {name: one for name, one in known.items() if not missing or one is None or one.ended()}
    if json:
        rows = [{"name": name, "consent": one and one.to_dict(), "holds": _holds(one)} for name, one in listed.items()]
        output.print_json({"people": rows})
    else:
        for name, one in listed.items():
            output.say(f"{name}: {_sentence(one)}")
    raise typer.Exit(output.YES if listed else output.NO)


def expire(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say only what would be done.")] = False,
    gallery: options.GalleryUrl = None,
    key_file: options.KeyFile = None,
    json: options.Json = False,
) -> None:
    """Erase those whose consent ended, and those who were not seen for as long as the gallery keeps people.

    Exit code 1: nobody.

    Example: rostro people expire --dry-run
    """
    with _open(gallery, key_file) as opened:
        people = People(opened)
        gone = people.expire(dry_run=dry_run)
        pending = {} if dry_run else people.pending()
    if pending:
        output.note(f"rostro: {translated(pending['pending'])}")
    if json:
        rows = [one.to_dict() for one in gone]
        output.print_json({"would_be_removed" if dry_run else "removed": rows, **pending})
    else:
        for one in gone:
            ended, unseen = "{}: the consent ended on {}", "{}: last seen on {}"
            output.say(tell(ended if one.why == "consent-ended" else unseen, one.name, one.since))
        would, were = "{:,} people would be removed", "{:,} people were removed"
        output.note(tell(would if dry_run else were, len(gone)))
    raise typer.Exit(output.YES if gone else output.NO)


def export(
    name: Name,
    to: Annotated[
        Path,
        typer.Option(
            "--output", help="A folder, or a file that ends in .json; it must not be there.", show_default=False
        ),
    ],
    gallery: options.GalleryUrl = None,
    key_file: options.KeyFile = None,
    json: options.Json = False,
) -> None:
    """Write all that is held of a person, as they may ask for: templates, pictures, consent, and what the log says.

    Example: rostro people export "Ada Lovelace" --output ada/
    """
    if to.exists():
        raise BadInput(f"{to}: is there already")
    with _open(gallery, key_file) as opened:
        found = People(opened).export(name)
    found.write(to)
    held = len(found.facts["templates"])
    if json:
        output.print_json({"exported": name, "to": str(to), "templates": held, "pictures": len(found.pictures)})
    else:
        pictures = counted(len(found.pictures), "1 picture", "{:,} pictures")
        output.say(f"{to}: {counted(held, '1 template', '{:,} templates')}, {pictures}")


def policy(
    require_consent: Annotated[
        bool | None,
        typer.Option(
            "--require-consent/--no-require-consent", help="Enrol nobody without a consent.", show_default=False
        ),
    ] = None,
    keep_days: Annotated[
        int | None,
        typer.Option(
            "--keep-days",
            help="'rostro people expire' erases who was not seen for so many days; 0 keeps everybody.",
            show_default=False,
            **within(DAYS),
        ),
    ] = None,
    log_searches: Annotated[
        bool | None,
        typer.Option("--log-searches/--no-log-searches", help="Log who was found, too.", show_default=False),
    ] = None,
    gallery: options.GalleryUrl = None,
    key_file: options.KeyFile = None,
    json: options.Json = False,
) -> None:
    """What a gallery asks of whoever uses it; options change it.

    Example: rostro gallery policy --require-consent --keep-days 365
    """
    with _open(gallery, key_file) as opened:
        people = People(opened)
        asked = before = people.policy
        if require_consent is not None:
            asked = Policy(require_consent, asked.keep_days, asked.log_searches)
        if keep_days is not None:
            asked = Policy(asked.require_consent, keep_days or None, asked.log_searches)
        if log_searches is not None:
            asked = Policy(asked.require_consent, asked.keep_days, log_searches)
        if asked != before:
            people.set_policy(asked)
    if json:
        output.print_json(asked.to_dict())
        return
    output.say(tell("a consent is required" if asked.require_consent else "no consent is required"))
    kept = tell("everybody is kept until they are erased")
    output.say(kept if asked.keep_days is None else tell("people are kept for {:,} days", asked.keep_days))
    output.say(tell("searches are logged" if asked.log_searches else "searches are not logged"))


def audit(
    what: Annotated[
        Literal["show", "verify"], typer.Argument(help="verify: whether the log is as it was written.")
    ] = "show",
    person: Annotated[
        str | None, typer.Option("--person", help="Only what was done to this person.", show_default=False)
    ] = None,
    head: Annotated[
        str,
        typer.Option("--head", help="A hash that 'verify' printed before; it must be there still.", show_default=False),
    ] = "",
    gallery: options.GalleryUrl = None,
    key_file: options.KeyFile = None,
    json: options.Json = False,
) -> None:
    """The log: who did what, when, and to which pseudonym. Exit code 1: it is empty; verify: it was changed.

    Example: rostro gallery audit --person "Ada Lovelace"

    Example: rostro gallery audit verify
    """
    with _open(gallery, key_file) as opened:
        people = People(opened)
        if what == "verify":
            raise typer.Exit(_verify(people, head, json=json))
        entries = list(people.log(person))
    if json:
        output.print_json({"entries": [entry.to_dict() for entry in entries]})
    else:
        for entry in entries:
            output.say(" ".join(_words(entry)))
    raise typer.Exit(output.YES if entries else output.NO)


def _verify(people: People, head: str, *, json: bool) -> int:
    if head and len(head) < 8:
        raise BadInput(f"a head has at least 8 characters, got {head!r}")
    verified = people.verify_log(head)
    if json:
        output.print_json(verified.to_dict())
    else:
        output.say(tell("{:,} entries; head {}", verified.entries, verified.head or "-"))
    for problem in verified.problems:
        output.note(translated(problem))
    return output.YES if verified else output.NO


def _words(entry: Entry) -> Iterator[str]:
    yield from (entry.time, entry.actor, entry.action, *(name[:12] for name in entry.who))
    yield from (f"{name}={value}" for name, value in entry.about.items())


def _holds(known: Consent | None) -> bool:
    return known is not None and not known.ended()


def _sentence(known: Consent | None) -> str:
    if known is None:
        return tell("no consent is known")
    by: list[Any] = [known.by or tell("themselves"), known.given]
    if known.until is None:
        return tell("{}, by {}, noted {}", known.purpose, *by)
    text = "{}, by {}, noted {}, ended on {}" if known.ended() else "{}, by {}, noted {}, until {}"
    return tell(text, known.purpose, *by, known.until)
