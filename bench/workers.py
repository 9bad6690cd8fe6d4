"""Processes that stay: each answers calls of functions beside these scripts, from its own source tree and cores.

What a worker loads and compiles stays with it, so that it is warm from its second call on.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from collections.abc import Iterable
from importlib import import_module
from pathlib import Path
from typing import Any

from _common import environment


class Worker:
    """A process that waits for calls; it ends with this one."""

    def __init__(
        self, source: Path | None = None, cores: Iterable[int] | None = None, threads: int | None = None
    ) -> None:
        allowed = None if cores is None else os.sched_getaffinity(0)
        if cores is not None:
            os.sched_setaffinity(0, set(cores))  # what begins now inherits it
        self._process = subprocess.Popen(
            [sys.executable, "-W", "ignore", __file__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=Path(__file__).parent,
            env=environment(source, threads=threads),
        )
        if allowed is not None:
            os.sched_setaffinity(0, allowed)
        if source is not None:
            found = Path(self.ask("workers", "source"))
            assert found.is_relative_to(source), f"expected glassnet from {source}, got {found}"

    def send(self, module: str, function: str, *given: object) -> None:
        """Begin a call."""
        assert self._process.stdin is not None
        pickle.dump((module, function, given), self._process.stdin)
        self._process.stdin.flush()

    def receive(self) -> Any:
        """Wait for the answer of the call that was begun; what it raised is raised here."""
        assert self._process.stdout is not None
        answer, error = pickle.load(self._process.stdout)
        if error is not None:
            raise error
        return answer

    def ask(self, module: str, function: str, *given: object) -> Any:
        """Call a function of a module beside these scripts, or of an installed one."""
        self.send(module, function, *given)
        return self.receive()

    def close(self) -> None:
        """End the process."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait()
        self._process.stdout.close()

    def kill(self) -> None:
        """End the process at once; a call that waits for its answer raises EOFError."""
        self._process.kill()
        self._process.wait()

    def __enter__(self) -> Worker:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()


def source() -> str:
    """Return the folder that glassnet is imported from."""
    return str(Path(import_module("glassnet").__path__[0]).resolve())


def main() -> None:
    """Answer calls until there are none."""
    answers, sys.stdout = sys.stdout.buffer, sys.stderr  # what a call prints is no answer
    while True:
        try:
            module, function, given = pickle.load(sys.stdin.buffer)
        except EOFError:
            return
        try:
            answer = (getattr(import_module(module), function)(*given), None)
        except Exception as error:
            answer = (None, error)
        pickle.dump(answer, answers)
        answers.flush()


if __name__ == "__main__":
    main()
