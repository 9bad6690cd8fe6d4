"""The command `grade`: a learner's own functions against the equations."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from rich.console import Console

    from glassnet.lessons.grader import Finding, Grade

SOMETHING_IS_WRONG = 3
LOOK = {
    "right": ("green", "right"),
    "wrong": ("red", "wrong"),
    "failed": ("red", "error"),
    "endless": ("red", "no end"),
    "died": ("red", "died"),
    "follows": ("yellow", "follows"),
}


def grade(
    solution: Annotated[Path, typer.Argument(help="Your Python file.", metavar="MY_NETWORK.py")],
    timeout: Annotated[float, typer.Option(help="Seconds that the file, and then each function, may take.")] = 20.0,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document, for machines.")] = False,
) -> None:
    """Check your own sigmoid, linear_forward, L_model_backward, ...: what is wrong, why, and on which line.

    Any of the functions of the well-known course may be there, with its dictionaries and caches. Ends with exit code 0
    when all are right, 3 when something is wrong, 2 when the file cannot be read.
    """
    from glassnet.lessons.grader import grade as graded

    outcome = graded(solution, timeout=timeout)
    if as_json:
        sys.stdout.write(json.dumps(outcome.to_document(), ensure_ascii=False) + "\n")
    else:
        _show(outcome)
    if not outcome.right:
        raise typer.Exit(SOMETHING_IS_WRONG)


def _show(outcome: Grade) -> None:
    from rich.console import Console

    out = Console(highlight=False, soft_wrap=True)
    for problem in outcome.problems:
        where = f" (line {problem.line})" if problem.line else ""
        out.print("[red]the file[/red]  ", end="")
        out.print(f"{problem.mistake}{where}", markup=False)
        _more(out, problem)
    width = max((len(verdict.function) for verdict in outcome.found), default=0)
    for verdict in outcome.found:
        colour, word = LOOK[verdict.status]
        out.print(f"[{colour}]{word:<8}[/{colour}]", end="")
        told = ""
        if verdict.status == "follows":
            told = f"right as soon as {' and '.join(verdict.because)} is" if verdict.because else ""
        out.print(f"{verdict.function:<{width}}  {told}".rstrip(), markup=False)
        for finding in verdict.findings:
            where = f"  (line {finding.line})" if finding.line else ""
            out.print(f"  {finding.mistake}{where}", markup=False, style="bold")
            _more(out, finding)
        for remark in verdict.remarks:
            out.print(f"  remark: {remark}", markup=False, style="dim")
    for remark in outcome.remarks:
        out.print(f"[yellow]{'name':<8}[/yellow]", end="")
        out.print(remark, markup=False)
    out.print(_summary(outcome), markup=False)


def _more(out: Console, finding: Finding) -> None:
    lines = [("yours", finding.text), ("textbook", finding.right), ("why", finding.why), ("seen", finding.evidence)]
    for head, text in lines:
        if text:
            out.print(f"    {head:<9} {text}", markup=False)


def _summary(outcome: Grade) -> str:
    found = outcome.found
    if not found:
        if outcome.problems and not outcome.verdicts:
            return "\nNothing could be graded."
        return "\nNone of the course's functions is in the file: sigmoid, relu, linear_forward, propagate, ..."
    right = sum(verdict.status == "right" for verdict in found)
    follow = sum(verdict.status == "follows" for verdict in found)
    others = f", {follow} right as soon as the others are" if follow else ""
    return f"\n{right} of {len(found)} functions right{others}; of the course's {len(outcome.verdicts)}."
