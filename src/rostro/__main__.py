"""``python -m rostro``: the command line."""

from rostro.cli.main import run

run()
