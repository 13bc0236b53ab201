"""``rostro keys``: who may use the server."""

from __future__ import annotations

from typing import Annotated

import typer

from rostro.cli import options, output
from rostro.cli.language import tell
from rostro.cli.serve import KeyFile
from rostro.server.admission.keys import DEFAULT_FILE, KeyStore, Role

app = typer.Typer(help="Make, list and revoke the API keys of 'rostro serve'.", no_args_is_help=True)


@app.command()
def create(
    label: Annotated[str, typer.Argument(help="Whose key it is, for your own list.", show_default=False)],
    role: Annotated[str, typer.Option("--role", help="read, enrol (also takes people in) or admin (also erases).")] = (
        "read"
    ),
    keys: KeyFile = None,
    json: options.Json = False,
) -> None:
    """Make a key. It is shown this once; only its hash is kept.

    Example: rostro keys create "door camera" --role read
    """
    store = KeyStore(keys or DEFAULT_FILE)
    key, text = store.create(label, Role.of(role))
    if json:
        output.print_json({**key.to_dict(), "key": text})
    else:
        output.say(text)
        output.note(
            tell("key {} ({}) for {}, in {}; it cannot be shown again", key.id, key.role.label, label, store.path)
        )


@app.command("list")
def list_keys(keys: KeyFile = None, json: options.Json = False) -> None:
    """Every key: id, role, label, when it was made and revoked.

    Example: rostro keys list
    """
    store = KeyStore(keys or DEFAULT_FILE)
    found = store.all()
    if json:
        output.print_json({"keys": [key.to_dict() for key in found]})
    else:
        for key in found:
            end = f"{tell('revoked {}', key.revoked)}  " if key.revoked else ""
            output.say(f"{key.id}  {key.role.label:5}  {key.created}  {end}{key.label}")
        if not found:
            output.note(tell("{}: there are no keys; 'rostro keys create LABEL' makes one", store.path))
    raise typer.Exit(output.YES if found else output.NO)


@app.command()
def revoke(
    key: Annotated[str, typer.Argument(help="The key's id, from 'rostro keys list'.", show_default=False)],
    keys: KeyFile = None,
    json: options.Json = False,
) -> None:
    """Make a key worthless, at once, also for a server that runs.

    Example: rostro keys revoke 1f0c22ab
    """
    KeyStore(keys or DEFAULT_FILE).revoke(key)
    if json:
        output.print_json({"revoked": key})
    else:
        output.say(tell("{} is revoked", key))
