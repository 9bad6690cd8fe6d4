"""Runs the learner's file in a process of its own; one that hangs or dies is replaced, and the rest goes on."""

from __future__ import annotations

import contextlib
import os
import pickle
import queue
import signal
import struct
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from glassnet.lessons.grader.child import Answer, Job, Loaded, Order
from glassnet.lessons.grader.loading import Fault

START = 30.0  # seconds that Python and NumPy may take to start, on a busy machine
GRACE = 2.0  # seconds more than the child gives itself, before it is killed from outside


def run(path: Path, text: str, jobs: list[Job], seconds: float) -> tuple[Loaded, list[Answer]]:
    """Run `jobs` on the functions of the file at `path`, which reads `text`, each for `seconds` at most."""
    answers: list[Answer] = []
    while True:
        with _started(Order(str(path), text, jobs[len(answers) :], seconds)) as (process, frames):
            loaded = _next(process, frames, START + 3 * seconds, "the file")
            if isinstance(loaded, Fault):
                return Loaded({}, [loaded]), answers
            while len(answers) < len(jobs):
                answer = _next(process, frames, seconds + GRACE, jobs[len(answers)].function)
                if isinstance(answer, Fault):
                    answers.append(Answer([answer], [], []))
                    break
                answers.append(answer)
        if len(answers) == len(jobs):
            return loaded, answers


@contextlib.contextmanager
def _started(order: Order) -> Iterator[tuple[subprocess.Popen[bytes], queue.Queue[Any]]]:
    quiet = {"MPLBACKEND": "Agg", "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-P", "-m", "glassnet.lessons.grader.child"]
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        cwd=Path(order.path).parent, env={**os.environ, **quiet}, start_new_session=True,
    )  # fmt: skip
    frames: queue.Queue[Any] = queue.Queue()
    reader = threading.Thread(target=_read, args=(process.stdout, frames), daemon=True)
    reader.start()
    try:
        with contextlib.suppress(BrokenPipeError):
            process.stdin.write(pickle.dumps(order))  # type: ignore[union-attr]
            process.stdin.close()  # type: ignore[union-attr]
        yield process, frames
    finally:
        _end(process)
        reader.join(GRACE)
        process.stdout.close()  # type: ignore[union-attr]


def _read(pipe: Any, frames: queue.Queue[Any]) -> None:
    with contextlib.suppress(Exception):
        while len(head := pipe.read(8)) == 8:
            frames.put(pickle.loads(pipe.read(struct.unpack("<Q", head)[0])))
    frames.put(None)


def _next(process: subprocess.Popen[bytes], frames: queue.Queue[Any], seconds: float, what: str) -> Any:
    try:
        frame = frames.get(timeout=seconds)
    except queue.Empty:
        return Fault("endless", f"{what} did not end within {seconds:g} s and could not be interrupted")
    if frame is None:
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(GRACE)
        return Fault("died", f"{what} ended the whole Python process (exit code {process.poll()})")
    return frame


def _end(process: subprocess.Popen[bytes]) -> None:
    """Kill the process, and where the system knows groups, all that it started."""
    with contextlib.suppress(OSError):
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
    process.wait()
