"""The shell command `glassnet`: options in, results out. What it does lies in `glassnet.workflows`."""

from __future__ import annotations

import os
import signal
import time

from glassnet import interrupts

__all__ = ["BEGAN", "main"]

BEGAN = time.perf_counter()  # of the command, before anything large is imported


def main() -> None:
    """Run the command; typer and rich load only here, and Ctrl-C while they do ends in one sentence."""
    interrupts.end_command_at_once()
    os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")  # whose freed memory goes back to the system
    with interrupts.held():  # an exception would turn up in the middle of a library's import
        from glassnet.cli.commands import run
    signal.signal(signal.SIGINT, signal.default_int_handler)
    run()
