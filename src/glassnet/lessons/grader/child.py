"""The process in which the learner's file is run: jobs come in, answers go out, nothing else does.

Read from standard input: one pickled `Order`. Written to standard output: one frame (length, pickle) for the file, then
one for each job. The learner's own standard streams lead nowhere.
"""

from __future__ import annotations

import inspect
import os
import pickle
import signal
import struct
import sys
import types
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from glassnet.lessons.grader.class_check import check
from glassnet.lessons.grader.loading import (
    FIRED,
    FLOAT,
    Fault,
    TimeIsUpError,
    alarm,
    fault_of,
    lenient_float,
    load,
    time_is_up,
)
from glassnet.lessons.grader.standins import book, install, lent
from glassnet.lessons.grader.values import flatten

MOST_ENTRIES = 1_000_000
MOST_MEMORY = 8 << 30


class Helper(NamedTuple):
    """The textbook's function in the place of the learner's, in the learner's order of arguments and results."""

    key: str
    pair: bool = False  # whether it returns a cache besides its value
    arguments: tuple[int, ...] = ()  # which of the learner's arguments each of the course's is
    results: tuple[int, ...] = ()  # which of the course's results each of the learner's is
    defaults: tuple[Any, ...] = ()  # of the learner's last arguments
    taken: int = 0  # how many arguments the learner's function has


class Job(NamedTuple):
    """A function to run on several inputs.

    `helpers` take the place of the file's functions, `lacking` are lent where the file has none. `made` has, for each
    case, what the learner's own `maker` is called with; what it keeps becomes the argument at `place`. `samples` is m
    of each case, where the function takes m from outside.
    """

    function: str
    arguments: tuple[str, ...]
    cases: list[tuple[Any, ...]]
    helpers: Mapping[str, Helper] = {}
    lacking: Mapping[str, Helper] = {}
    maker: str = ""
    made: list[tuple[Any, ...]] = []  # noqa: RUF012 (never changed)
    place: int = 0
    samples: list[int] = []  # noqa: RUF012


class Order(NamedTuple):
    """A learner's file, the jobs, and the seconds that each may take."""

    path: str
    text: str
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
    """Of each case: the output or the fault.

    `changed` are arguments whose arrays were changed, or ("entry ...") only the entries of a dictionary; `replaced`
    are functions that were lent; `fired` the lines of asserts that did not hold; `lenient` is whether float() had to
    take arrays of one number, which newer versions of NumPy refuse.
    """

    outputs: list[Any]
    changed: list[str]
    replaced: list[str]
    fired: tuple[int, ...] = ()
    lenient: bool = False


def main() -> None:
    """Run the order that stands in standard input."""
    order: Order = pickle.load(sys.stdin.buffer)
    out = os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nothing, stream)
    _limit_memory()
    if hasattr(signal, "SIGALRM"):
        signal.signal(signal.SIGALRM, time_is_up)
    install()
    module, faults = load(order.text, Path(order.path), order.seconds)
    _send(out, Loaded(_functions(module), faults))
    for job in order.jobs:
        _send(out, answer(module, job, order))
    os._exit(0)  # whatever threads the learner started


def _send(out: Any, message: Any) -> None:
    data = pickle.dumps(message)
    out.write(struct.pack("<Q", len(data)) + data)
    out.flush()


def _functions(module: types.ModuleType) -> dict[str, tuple[str, ...]]:
    found = {}
    for name, thing in list(vars(module).items()):
        if callable(thing) and not name.startswith("_") and not lent(thing):
            try:
                found[name] = tuple(inspect.signature(thing).parameters)
            except (TypeError, ValueError):
                found[name] = ()
    return found


def answer(module: types.ModuleType, job: Job, order: Order) -> Answer:
    """Run one job in the learner's module, and leave the module as it was."""
    own = dict(vars(module))
    function = own.get(job.function)
    if isinstance(function, type) and not job.cases:
        return _class_answer(function, order)
    if not callable(function) or lent(function):
        return Answer([Fault("missing", f"{job.function} is not in the file")], [], [])
    missing = [  # what a stand-in module lent keeps its form, unless the caller takes it apart
        name for name, helper in job.lacking.items() if name not in own or (lent(own[name]) and helper.pair)
    ]  # fmt: skip
    told = [name for name in missing if name not in own]  # the course's helper modules are stood in for silently
    fired: list[int] = []
    vars(module).update(
        {name: _lent(job.lacking[name]) for name in missing}, **{FIRED: fired, FLOAT: lenient_float(fired)}
    )
    vars(module).update({name: _lent(helper) for name, helper in job.helpers.items()})
    result = Answer([], [], told)
    try:
        alarm(order.seconds)
        for i, case in enumerate(job.cases):
            if job.samples:
                vars(module)["m"] = job.samples[i]
            given = _with_own(module, job, i, case, Path(order.path))
            output, changed = (given, []) if isinstance(given, Fault) else _call(function, job, given, order)
            result.outputs.append(output)
            result.changed.extend(name for name in changed if name not in result.changed)
            if isinstance(output, Fault) and output.kind != "error":
                break
    except TimeIsUpError:
        result.outputs.append(Fault("endless", f"{job.function} did not end within {order.seconds:g} s"))
    finally:
        alarm(0)
        for name in set(vars(module)) - set(own):
            vars(module).pop(name)
        vars(module).update(own)
    return result._replace(fired=tuple(sorted({line for line in fired if line})), lenient=0 in fired)


def _class_answer(kind: type, order: Order) -> Answer:
    try:
        alarm(order.seconds)
        with np.errstate(all="ignore"):
            return Answer([check(kind)], [], [])
    except BaseException as error:
        return Answer([fault_of(error, Path(order.path), kind.__name__, order.seconds)], [], [])
    finally:
        alarm(0)


def _lent(helper: Helper) -> Any:
    function = book(helper.key, pair=helper.pair)
    if not helper.arguments and not helper.results and not helper.defaults:
        return function

    def arranged(*given: Any, **named: Any) -> Any:
        values = [*given, *named.values()]
        lacking = helper.taken - len(values)
        values += helper.defaults[len(helper.defaults) - lacking :] if 0 < lacking <= len(helper.defaults) else ()
        picked = [values[i] for i in helper.arguments if i < len(values)] if helper.arguments else values
        output = function(*picked)
        return tuple(output[i] for i in helper.results) if helper.results else output

    return arranged


def _with_own(module: types.ModuleType, job: Job, i: int, case: tuple[Any, ...], path: Path) -> Any:
    """Put what the learner's forward step keeps into the case."""
    if not job.maker:
        return case
    try:
        with np.errstate(all="ignore"):
            output = vars(module)[job.maker](*job.made[i])
    except Exception as error:
        return fault_of(error, path, job.maker, 0)
    kept = output
    if isinstance(output, tuple | list) and len(output) == 2:
        structures = [part for part in output if isinstance(part, tuple | list | dict)]
        kept = structures[0] if structures else output[1]
    elif isinstance(output, tuple | list) and len(output) > 2:
        kept = output[1:]
    return (*case[: job.place], kept, *case[job.place + 1 :])


def _call(function: Any, job: Job, case: tuple[Any, ...], order: Order) -> tuple[Any, list[str]]:
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
            output = plain(function(*case))
    except BaseException as error:
        output = fault_of(error, Path(order.path), job.function, order.seconds)
    after: dict[str, Any] = {}
    for argument, value in zip(job.arguments, case, strict=True):
        after.update(flatten(value, argument))
    changed = [name for name, copy in kept.items() if not np.array_equal(before[name], copy)]
    entries = [f"entry {name}" for name in before if after.get(name) is not before[name] and name not in changed]
    return output, changed + entries


def plain(value: Any, depth: int = 0) -> Any:  # noqa: PLR0911 (one return for each kind of thing)
    """Bring an output to arrays, numbers, texts and None inside tuples and dictionaries."""
    if isinstance(value, np.ndarray | np.generic) and type(value).__module__ == "numpy":
        if value.dtype.kind == "O" and value.size == 1 and value.item() is None:
            return None
        if value.dtype.kind not in "biuf" or value.size > MOST_ENTRIES:
            return UnsupportedValue(f"array of shape {value.shape} and type {value.dtype}")
        return np.array(value, dtype=float) if type(value) is not np.matrix else UnsupportedValue("matrix (np.matrix)")
    if isinstance(value, bool | int | float):
        return np.array(float(value))
    if depth < 6 and isinstance(value, tuple | list) and len(value) < 10_000:
        return tuple(plain(item, depth + 1) for item in value)
    if depth < 6 and isinstance(value, dict) and len(value) < 10_000:
        return {str(name): plain(item, depth + 1) for name, item in value.items()}
    if value is None or (isinstance(value, str) and len(value) < 200):
        return value
    return UnsupportedValue(type(value).__name__)


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
