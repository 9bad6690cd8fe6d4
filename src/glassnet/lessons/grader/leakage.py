"""Where test samples reach the training: fitted or trained on them, or scaled before the split."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from glassnet.lessons.grader.result import Finding
from glassnet.lessons.grader.source import Source

TEST = re.compile(r"(?i)(^|_)(test|val|valid|holdout)(_|$|\d)|^[xy]_?te(st)?$|(test|valid)_?(set_?)?[xy]")
FITS = {"fit", "fit_transform", "partial_fit"}
SPLITS = {"train_test_split", "KFold", "StratifiedKFold", "ShuffleSplit"}
TRAINS = {"nn_model", "two_layer_model", "L_layer_model", "optimize", "train"}
LEARNED = {"mean", "std", "min", "max", "var", "median", "nanmean", "nanstd"}  # of all rows


def leaks(source: Source) -> tuple[Finding, ...]:
    """Find the lines of a file in which what is to be tested on takes part in the training.

    Parameters
    ----------
    source : Source
        The file; it is read, not run.

    Returns
    -------
    tuple of Finding
        One for each line.
    """
    statements = list(_statements(source.tree.body))
    split = next((s.lineno for s in statements if any(_name(call) in SPLITS for call in _calls(s))), None)
    parts = _split_names(statements)
    found: dict[int, tuple[str, str]] = {}
    for statement in statements:
        for call in _calls(statement):
            name, given = _name(call), [_root(argument) for argument in call.args]
            tested = [root for root in given[:2] if root and TEST.search(root)]
            if name in FITS and tested and not any(root and "train" in root for root in given[:1]):
                found.setdefault(
                    call.lineno,
                    (f"fitted on {tested[0]}", "fit on the training samples; transform or predict the test samples"),
                )
            if name in TRAINS and tested and not any(root and "train" in root for root in given[:1]):
                found.setdefault(call.lineno, (f"trained on {tested[0]}", "what is tested on must not be seen before"))
            before = split is not None and call.lineno < split and isinstance(call.func, ast.Attribute)
            if name == "fit_transform" and before and given[:1] and given[0] in parts:
                found.setdefault(
                    call.lineno,
                    (
                        "scaled before the split",
                        "test samples take part in the scale: split first, then fit on the training samples",
                    ),
                )
        scaled = split is not None and statement.lineno < split and _scales(statement, parts)
        if scaled:
            found.setdefault(
                statement.lineno,
                (
                    "scaled before the split",
                    "test samples take part in the mean: split first, then use the training samples' mean and std",
                ),
            )
    return tuple(_finding(source, line, *words) for line, words in sorted(found.items()))


def _finding(source: Source, line: int, what: str, why: str) -> Finding:
    cell, number = source.read.place(line)
    return Finding(f"test set leakage: {what}", why, number, source.line(line), "", "", cell)


def _statements(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    for statement in body:
        if isinstance(statement, ast.FunctionDef | ast.ClassDef | ast.If | ast.For | ast.With | ast.Try | ast.While):
            yield from _statements(statement.body)
        else:
            yield statement


def _calls(node: ast.AST) -> Iterator[ast.Call]:
    yield from (part for part in ast.walk(node) if isinstance(part, ast.Call))


def _name(call: ast.Call) -> str:
    return (
        call.func.attr
        if isinstance(call.func, ast.Attribute)
        else call.func.id
        if isinstance(call.func, ast.Name)
        else ""
    )


def _root(node: ast.AST) -> str:
    while isinstance(node, ast.Attribute | ast.Subscript):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""


def _split_names(statements: list[ast.stmt]) -> set[str]:
    """Return the names of the arrays that are split, and of what they are made of."""
    roots = {
        _root(argument)
        for s in statements
        for call in _calls(s)
        if _name(call) == "train_test_split"
        for argument in call.args[:1]
    }
    for statement in reversed(statements):
        if isinstance(statement, ast.Assign) and {_root(target) for target in statement.targets} & roots:
            roots |= {_root(argument) for call in _calls(statement.value) for argument in call.args[:1]}
    return roots - {""}


def _scales(statement: ast.stmt, parts: set[str]) -> bool:
    """Say whether X = (X - X.mean()) / X.std() or the like stands there, of what is split later."""
    if not isinstance(statement, ast.Assign | ast.AugAssign):
        return False
    targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
    if not {_root(target) for target in targets} & parts or not isinstance(statement.value, ast.BinOp):
        return False
    return any(
        _name(call) in LEARNED and ({_root(call.func)} | {_root(a) for a in call.args}) & parts
        for call in _calls(statement.value)
    )
