"""The shell command `glassnet`: options in, results out. What it does lies in `glassnet.workflows`."""

from __future__ import annotations

__all__ = ["main"]


def main() -> None:
    """Run the command; typer and rich load only here."""
    from glassnet.cli.commands import run

    run()
