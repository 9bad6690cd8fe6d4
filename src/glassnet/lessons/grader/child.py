"""The process in which the learner's file is run: jobs come in, answers go out, nothing else does.

Read from standard input: one pickled `Order`. Written to standard output: one frame (length, pickle) for the file, then
one for each job. The learner's own standard streams lead nowhere.
"""

from __future__ import annotations

import ast
import inspect
import os
import pickle
import signal
import struct
import sys
import tokenize
import traceback
import types
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from glassnet.lessons.grader import textbook
from glassnet.lessons.grader.values import flatten

MOST_ENTRIES = 1_000_000
MOST_MEMORY = 8 << 30
TEXTBOOK_FUNCTIONS = tuple(name for name in vars(textbook) if inspect.isfunction(getattr(textbook, name)))


class Fault(NamedTuple):
    """What went wrong while the learner's code ran: kind "error", "endless", "died", "missing" or "arguments"."""

    kind: str
    sentence: str
    line: int | None = None


class Job(NamedTuple):
    """A function to run on several inputs; `helpers` of the file that the textbook's take the place of."""

    function: str
    arguments: tuple[str, ...]
    cases: list[tuple[Any, ...]]
    helpers: Mapping[str, bool]  # name: whether it returns a cache besides its value


class Order(NamedTuple):
    """A learner's file, the jobs, and the seconds that each may take."""

    path: str
    jobs: list[Job]
    seconds: float


class Loaded(NamedTuple):
    """What running the file itself gave: the functions it has, with their arguments' names, and its faults."""

    functions: dict[str, tuple[str, ...]]
    faults: list[Fault]


@dataclass(frozen=True)
class UnsupportedValue:
    """A returned object that is no array, number or text."""

    kind: str


class Answer(NamedTuple):
    """Of each case: the output or the fault, and which arguments were changed: their arrays, or only their entries."""

    outputs: list[Any]
    changed: list[str]
    replaced: list[str]


class TimeIsUpError(BaseException):
    """The seconds of a job are over."""


def main() -> None:
    """Run the order that stands in standard input."""
    order: Order = pickle.load(sys.stdin.buffer)
    out = os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nothing, stream)
    _limit_memory()
    if hasattr(signal, "SIGALRM"):
        signal.signal(signal.SIGALRM, _time_is_up)
    module, faults = _load(Path(order.path), order.seconds)
    _send(out, Loaded(_functions(module), faults))
    for job in order.jobs:
        _send(out, _answer(module, job, order))
    os._exit(0)  # whatever threads the learner started


def _send(out: Any, message: Any) -> None:
    data = pickle.dumps(message)
    out.write(struct.pack("<Q", len(data)) + data)
    out.flush()


def _load(path: Path, seconds: float) -> tuple[types.ModuleType, list[Fault]]:
    """Run the file statement by statement: one that fails does not take the functions below it along."""
    module = types.ModuleType("learner")
    module.__file__ = str(path)
    sys.modules["learner"] = module
    sys.path.insert(0, str(path.parent))
    sys.argv = [str(path)]
    with tokenize.open(path) as file:
        tree = ast.parse(file.read(), str(path))
    faults = []
    for statement in tree.body:
        try:
            _alarm(seconds)
            exec(compile(ast.Module([statement], []), str(path), "exec"), module.__dict__)
        except BaseException as error:
            faults.append(_fault(error, path, seconds, "the file"))
            if isinstance(error, TimeIsUpError) and len(faults) > 2:
                break
        finally:
            _alarm(0)
    return module, faults


def _functions(module: types.ModuleType) -> dict[str, tuple[str, ...]]:
    found = {}
    for name, thing in list(vars(module).items()):
        if callable(thing) and not name.startswith("_"):
            try:
                found[name] = tuple(inspect.signature(thing).parameters)
            except (TypeError, ValueError):
                found[name] = ()
    return found


def _answer(module: types.ModuleType, job: Job, order: Order) -> Answer:
    function, own = getattr(module, job.function, None), dict(vars(module))
    if not callable(function):
        return Answer([Fault("missing", f"{job.function} is not in the file")], [], [])
    plain = job.function in {"propagate", "optimize"} or job.arguments[0] == "w"
    missing = [name for name in TEXTBOOK_FUNCTIONS if name not in own]
    for name in missing:
        vars(module)[name] = _book(name, cache=not plain)
    for name, cache in job.helpers.items():
        vars(module)[name] = _book(name, cache=cache)
    answer = Answer([], [], missing)
    try:
        _alarm(order.seconds)
        for case in job.cases:
            output, changed = _call(function, job, case, Path(order.path), order.seconds)
            answer.outputs.append(output)
            answer.changed.extend(name for name in changed if name not in answer.changed)
            if isinstance(output, Fault) and output.kind != "error":
                break
    except TimeIsUpError:
        answer.outputs.append(Fault("endless", f"{job.function} did not end within {order.seconds:g} s"))
    finally:
        _alarm(0)
        for name in missing:
            vars(module).pop(name, None)
        vars(module).update(own)
    return answer


def _book(name: str, *, cache: bool) -> Any:
    function = getattr(textbook, name)
    if name in {"sigmoid", "relu"} and not cache:
        return lambda Z: function(Z)[0]
    return function


def _call(function: Any, job: Job, case: tuple[Any, ...], path: Path, seconds: float) -> tuple[Any, list[str]]:
    before: dict[str, Any] = {}
    for argument, value in zip(job.arguments, case, strict=True):
        before.update(flatten(value, argument))
    kept = {name: value.copy() for name, value in before.items() if isinstance(value, np.ndarray)}
    try:
        try:
            inspect.signature(function).bind(*case)
        except TypeError:
            takes = f"{job.function}{inspect.signature(function)}"
            return Fault("arguments", f"expected {job.function}({', '.join(job.arguments)}); found {takes}"), []
        except ValueError:
            pass  # a built-in that hides what it takes
        with np.errstate(all="ignore"):
            output = _plain(function(*case))
    except BaseException as error:
        output = _fault(error, path, seconds, job.function)
    after: dict[str, Any] = {}
    for argument, value in zip(job.arguments, case, strict=True):
        after.update(flatten(value, argument))
    changed = [name for name, copy in kept.items() if not np.array_equal(before[name], copy)]
    entries = [f"entry {name}" for name in before if after.get(name) is not before[name] and name not in changed]
    return output, changed + entries


def _plain(value: Any, depth: int = 0) -> Any:  # noqa: PLR0911 (one return for each kind of thing)
    """Bring an output to arrays, numbers, texts and None inside tuples and dictionaries."""
    if isinstance(value, np.ndarray | np.generic) and type(value).__module__ == "numpy":
        if value.dtype.kind not in "biuf" or value.size > MOST_ENTRIES:
            return UnsupportedValue(f"array of shape {value.shape} and type {value.dtype}")
        return np.array(value, dtype=float) if type(value) is not np.matrix else UnsupportedValue("matrix (np.matrix)")
    if isinstance(value, bool | int | float):
        return np.array(float(value))
    if depth < 6 and isinstance(value, tuple | list) and len(value) < 10_000:
        return tuple(_plain(item, depth + 1) for item in value)
    if depth < 6 and isinstance(value, dict) and len(value) < 10_000:
        return {str(name): _plain(item, depth + 1) for name, item in value.items()}
    if value is None or (isinstance(value, str) and len(value) < 200):
        return value
    return UnsupportedValue(type(value).__name__)


def _fault(error: BaseException, path: Path, seconds: float, what: str) -> Fault:
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == str(path)]
    line = lines[-1] if lines else None
    if isinstance(error, TimeIsUpError):
        return Fault("endless", f"{what} did not end within {seconds:g} s", line)
    if isinstance(error, SystemExit):
        return Fault("error", f"{what} ends the program (sys.exit)", line)
    try:
        message = str(error).partition("\n")[0][:200]
    except BaseException:
        message = "its message cannot be shown"
    return Fault("error", f"{type(error).__name__}: {message}" if message else type(error).__name__, line)


def _alarm(seconds: float) -> None:
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_REAL, seconds)


def _time_is_up(*_: Any) -> None:
    raise TimeIsUpError


def _limit_memory() -> None:
    try:
        import resource
    except ImportError:
        return
    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    most = MOST_MEMORY if hard == resource.RLIM_INFINITY else min(MOST_MEMORY, hard)
    resource.setrlimit(resource.RLIMIT_DATA, (most, hard))


if __name__ == "__main__":
    from glassnet.lessons.grader import child  # noqa: PLW0406 (its classes have the names that the parent knows)

    child.main()
