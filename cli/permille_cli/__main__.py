"""Runs the command: `python -m permille_cli`."""

from permille_cli.main import run

run()
