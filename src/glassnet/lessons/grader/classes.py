"""Verdicts on classes with `forward` and `backward`: their slopes against differences."""

from __future__ import annotations

import ast
from pathlib import Path

from glassnet.lessons.grader.child import Job
from glassnet.lessons.grader.class_check import Seen
from glassnet.lessons.grader.result import Finding, Verdict
from glassnet.lessons.grader.runner import run
from glassnet.lessons.grader.source import Source

POINTS = 10.0


def grade_classes(path: Path, source: Source, seconds: float) -> list[Verdict]:
    """Return a verdict on each class that has both methods, where its conventions could be found out."""
    asked = {
        name: methods
        for name, node in source.classes.items()
        if {"forward", "backward"} <= (methods := _methods(node)).keys()
    }
    if not asked:
        return []
    _, answers = run(path, source.text, [Job(name, ("class",), []) for name in asked], seconds)
    verdicts = []
    for name, answer in zip(asked, answers, strict=False):
        seen = answer.outputs[0] if answer.outputs else None
        if isinstance(seen, Seen) and seen.status != "unknown":
            verdicts.append(_verdict(name, seen, source, asked[name]["backward"]))
    return verdicts


def _methods(node: ast.ClassDef) -> dict[str, ast.FunctionDef]:
    return {part.name: part for part in node.body if isinstance(part, ast.FunctionDef)}


def _verdict(name: str, seen: Seen, source: Source, backward: ast.FunctionDef) -> Verdict:
    cell, number = source.read.place(source.classes[name].lineno)
    if seen.status == "right":
        return Verdict(name, "right", (), seen.remarks, (), number, cell, POINTS, POINTS)
    line = _line(backward, seen.what)
    at, shown = source.read.place(line)
    why = "the chain rule, applied to what forward computes, gives other numbers"
    finding = Finding(
        f"{seen.what}: not the slope of what forward computes", why, shown, source.line(line), "", seen.evidence, at
    )
    return Verdict(name, "wrong", (finding,), seen.remarks, (), number, cell, 0.0, POINTS)


def _line(backward: ast.FunctionDef, what: str) -> int:
    """Return the line of backward that assigns to the slope, or its first."""
    name = what.partition("[")[0].lower()
    wanted = {
        word for base in (name, name.rstrip("0123456789")) for word in (base, f"{base[1:]}_grad", f"grad_{base[1:]}")
    }
    for part in ast.walk(backward):
        if isinstance(part, ast.Assign | ast.AugAssign):
            for target in part.targets if isinstance(part, ast.Assign) else [part.target]:
                for node in ast.walk(target):
                    words = (getattr(node, kind, "") for kind in ("id", "attr", "value"))
                    if any(isinstance(word, str) and word.lower() in wanted for word in words):
                        return part.lineno
    returns = [part.lineno for part in ast.walk(backward) if isinstance(part, ast.Return)]
    return returns[-1] if returns else backward.lineno
