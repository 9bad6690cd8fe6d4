"""The shell command `glassnet`: options in, results out. What it does lies in `glassnet.workflows`."""

from __future__ import annotations

import os

__all__ = ["main"]


def main() -> None:
    """Run the command; typer and rich load only here."""
    os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")  # whose freed memory goes back to the system
    from glassnet.cli.commands import run

    run()
