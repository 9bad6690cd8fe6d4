"""The command `grade`: a learner's own functions against the equations."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from glassnet.cli.options import AsJson, Lang, path_argument
from glassnet.cli.terminal import console, say_json
from glassnet.plain_text import visible
from glassnet.text_table import padded
from glassnet.texts import told

if TYPE_CHECKING:
    from glassnet.lessons.grader import Finding, Grade

SOMETHING_IS_WRONG = 3
SENTENCES = ("why", "seen")  # beside what is a line of code
LOOK = {
    "right": ("green", "right"), "wrong": ("red", "wrong"), "failed": ("red", "error"), "endless": ("red", "no end"),
    "died": ("red", "died"), "follows": ("yellow", "follows"),
}  # fmt: skip


def grade(
    solution: Annotated[Path, path_argument("MY_NETWORK.py", "Your Python file.")],
    timeout: Annotated[float, typer.Option(help="Seconds that the file, and then each function, may take.")] = 20.0,
    lang: Lang = None,
    as_json: AsJson = False,
) -> None:
    """Check your own sigmoid, linear_forward, L_model_backward, ...: what is wrong, why, and on which line.

    Any of the functions of the well-known course may be there, with its dictionaries and caches. Ends with exit code 0
    when all are right, 3 when something is wrong, 2 when the file cannot be read.
    """
    from glassnet.lessons.grader import grade as graded

    outcome = graded(solution, timeout=timeout)
    if as_json:
        say_json(outcome.to_document())
    else:
        _show(outcome)
    if not outcome.right:
        raise typer.Exit(SOMETHING_IS_WRONG)


def _show(outcome: Grade) -> None:
    out = console()

    def say(text: str, style: str = "", end: str = "\n") -> None:
        out.print(visible(text, keep="\n"), style=style, end=end)

    def more(finding: Finding) -> None:
        lines = [("yours", finding.text), ("textbook", finding.right), ("why", finding.why), ("seen", finding.evidence)]
        for head, text in lines:
            if text:
                say(f"    {padded(told(head), 9)} {told(text) if head in SENTENCES else text}")

    for problem in outcome.problems:
        say(told("the file"), "red", end="  ")
        say(f"{_mistake(problem)}{_line(problem)}")
        more(problem)
    width = max((len(verdict.function) for verdict in outcome.found), default=0)
    for verdict in outcome.found:
        colour, word = LOOK[verdict.status]
        say(padded(told(word), 8), colour, end="")
        follows = verdict.status == "follows" and verdict.because
        remark = f"right as soon as {' and '.join(verdict.because)} is" if follows else ""
        say(f"{verdict.function:<{width}}  {told(remark)}".rstrip())
        for finding in verdict.findings:
            say(f"  {_mistake(finding)} {_line(finding)}".rstrip(), "bold")
            more(finding)
        for remark in verdict.remarks:
            say(f"  {told('remark:')} {told(remark)}", "dim")
    for remark in outcome.remarks:
        say(padded(told("name"), 8), "yellow", end="")
        say(told(remark))
    say(f"\n{told(_summary(outcome))}")


def _mistake(finding: Finding) -> str:
    """Return what is wrong: a sentence of its own, or one behind the result that it spoils."""
    result, colon, rest = finding.mistake.partition(": ")
    whole = told(finding.mistake)
    return f"{result}{colon}{told(rest)}" if colon and whole == finding.mistake else whole


def _line(finding: Finding) -> str:
    return f" {told(f'(line {finding.line})')}" if finding.line else ""


def _summary(outcome: Grade) -> str:
    found = outcome.found
    if not found:
        if outcome.problems and not outcome.verdicts:
            return "Nothing could be graded."
        return "None of the course's functions is in the file: sigmoid, relu, linear_forward, propagate, ..."
    right = sum(verdict.status == "right" for verdict in found)
    follow = sum(verdict.status == "follows" for verdict in found)
    others = f", {follow} right as soon as the others are" if follow else ""
    return f"{right} of {len(found)} functions right{others}; of the course's {len(outcome.verdicts)}."
