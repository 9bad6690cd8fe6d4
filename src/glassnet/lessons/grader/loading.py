"""Runs the learner's file statement by statement: one that fails does not take the functions below it along."""

from __future__ import annotations

import ast
import signal
import sys
import time
import traceback
import types
from pathlib import Path
from typing import Any, NamedTuple

DEFINES = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Import | ast.ImportFrom
SHORT = 2.0  # seconds that a statement other than a definition may take: trainings and plots are not what is graded
FIRED = "__assertions_that_fired__"
FLOAT = "__float_of_one_number__"


class Fault(NamedTuple):
    """What went wrong while the learner's code ran: kind "error", "endless", "died", "missing" or "arguments"."""

    kind: str
    sentence: str
    line: int | None = None


class TimeIsUpError(BaseException):
    """The seconds of a job are over."""


class _Lenient(ast.NodeTransformer):
    """Turns asserts into notes of their line, and float(x) into one that takes arrays of one number.

    So the result behind them is still seen, and NumPy 2.4 reads what was right for the course's NumPy.
    """

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        if isinstance(node.func, ast.Name) and node.func.id == "float" and len(node.args) == 1:
            node.func = ast.copy_location(ast.Name(FLOAT, ast.Load()), node.func)
        return node

    def visit_Assert(self, node: ast.Assert) -> ast.AST:
        note = ast.parse(f"{FIRED}.append({node.lineno})").body
        return ast.fix_missing_locations(ast.copy_location(ast.If(ast.UnaryOp(ast.Not(), node.test), note, []), node))


def load(text: str, path: Path, seconds: float) -> tuple[types.ModuleType, list[Fault]]:
    """Run the text of a file as a module; `seconds` are for all of its statements together."""
    module = types.ModuleType("learner")
    module.__file__ = str(path)
    vars(module).update({FIRED: [], FLOAT: lenient_float([])})
    sys.modules["learner"] = module
    sys.path.insert(0, str(path.parent))
    sys.argv = [str(path)]
    faults: list[Fault] = []
    left = seconds
    for written in ast.parse(text, str(path)).body:
        statement: ast.stmt = written
        definition = isinstance(written, DEFINES)
        if left <= 0 and not definition:
            continue
        if isinstance(written, ast.FunctionDef | ast.ClassDef):
            statement = _Lenient().visit(statement)
        began = time.monotonic()
        try:
            alarm(seconds if definition else min(left, SHORT))
            exec(compile(ast.Module([statement], []), str(path), "exec"), module.__dict__)
        except BaseException as error:
            faults.append(fault_of(error, path, "this statement", min(left, SHORT)))
        finally:
            alarm(0)
        left -= 0 if definition else time.monotonic() - began
    return module, faults


def lenient_float(notes: list[int]) -> Any:
    """Return float() for arrays of one number too; each of those leaves a 0 among the notes."""

    def number(value: Any) -> float:
        if hasattr(value, "ndim") and value.ndim and value.size == 1:
            notes.append(0)
            return float(value.item())
        return float(value)

    return number


def fault_of(error: BaseException, path: Path, what: str, seconds: float) -> Fault:
    """Put an error into words, with the last line of the learner's file that it went through."""
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


def alarm(seconds: float) -> None:
    """Raise `TimeIsUpError` in so many seconds; 0 takes it back."""
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_REAL, max(0.0, seconds))


def time_is_up(*_: Any) -> None:
    """Answer the alarm."""
    raise TimeIsUpError
