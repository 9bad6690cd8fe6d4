"""The command `grade`: a learner's own functions against the equations."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from glassnet.cli.options import AsJson, Lang, path_argument
from glassnet.cli.terminal import console, say_json
from glassnet.plain_text import visible
from glassnet.text_table import folded, padded, wrapped
from glassnet.texts import told

if TYPE_CHECKING:
    from glassnet.lessons.grader import Finding, Grade, Verdict

SOMETHING_IS_WRONG = 3
SENTENCES = ("why", "seen")  # beside what is a line of code
LOOK = {
    "right": ("green", "right"), "wrong": ("red", "wrong"), "failed": ("red", "failed"), "endless": ("red", "no end"),
    "died": ("red", "died"), "follows": ("yellow", "follows"), "empty": ("yellow", "to do"),
}  # fmt: skip
STEPS = ("what is wrong", "where", "the formula", "the line")
WIDTH = 80  # cells of a line
EVERY = 0.5  # seconds between two looks at the file


def grade(
    solution: Annotated[Path, path_argument("MY_NETWORK", "Your Python file or notebook.")],
    timeout: Annotated[float, typer.Option(help="Seconds that the file, and then each function, may take.")] = 20.0,
    hints: Annotated[
        int,
        typer.Option(help="How much is revealed: 1 what is wrong, 2 where, 3 the formula, 4 the line.", min=1, max=4),
    ] = 4,
    watch: Annotated[bool, typer.Option("--watch", help="Grade again whenever the file is saved.")] = False,
    lang: Lang = None,
    as_json: AsJson = False,
) -> None:
    """Check your own sigmoid, propagate, backward_propagation, L_model_backward, ...: what is wrong, why, which line.

    Any of the functions of the well-known course may be there, in a .py file or a notebook. Ends with exit code 0 when
    all of them are right, 3 when one is wrong, 2 when the file cannot be read. Gradescope and Otter read --json.
    """
    from glassnet.lessons.grader import grade as graded

    while True:
        saved = solution.stat().st_mtime_ns if watch and solution.exists() else 0
        outcome = graded(solution, timeout=timeout)
        if as_json:
            say_json(outcome.to_document())
        else:
            _show(outcome, hints)
        if not watch:
            break
        _say(f"\n{told('waiting for the next save; Ctrl-C ends')}\n", "dim")
        while not solution.exists() or solution.stat().st_mtime_ns == saved:
            time.sleep(EVERY)
    if not outcome.right:
        raise typer.Exit(SOMETHING_IS_WRONG)


def _say(text: str, style: str = "", end: str = "\n") -> None:
    console().print(visible(text, keep="\n"), style=style, end=end)


def _show(outcome: Grade, hints: int) -> None:
    width = max((len(verdict.function) for verdict in outcome.found), default=0)
    for verdict in outcome.found:
        _head(verdict, width)
    for verdict in outcome.found:
        if verdict.findings:
            _say(f"\n{verdict.function}", "bold")
        for finding in verdict.findings:
            _finding(finding, hints)
    remarks = [(verdict.function, remark) for verdict in outcome.found for remark in verdict.remarks]
    if remarks:
        _say(f"\n{told('remarks')}", "dim")
    for function, remark in remarks:
        _say(_hanging(f"{function}{told(': ')}{told(remark)}", 2), "dim")
    for leak in outcome.leaks:
        _say("")
        _finding(leak, hints)
    for remark in outcome.remarks:
        _say(padded(told("name"), 8), "yellow", end="")
        _say(_hanging(told(remark), 8).lstrip())
    _say(f"\n{wrapped(told(_summary(outcome)), WIDTH)}")
    for note in _notes(outcome):
        _say(wrapped(told(note), WIDTH), "dim")


def _hanging(text: str, left: int) -> str:
    """Return a text in lines of a terminal, all of which begin after so many blanks."""
    return "\n".join(" " * left + line for line in folded(text, WIDTH - left))


def _head(verdict: Verdict, width: int) -> None:
    colour, word = LOOK[verdict.status]
    _say(padded(told(word), 8), colour, end="")
    follows = verdict.status == "follows" and verdict.because
    remark = f"right as soon as {' and '.join(verdict.because)} is" if follows else ""
    first = verdict.findings[0] if verdict.findings else None
    if first is not None:
        others = f" (+{len(verdict.findings) - 1})" if len(verdict.findings) > 1 else ""
        remark = f"{_mistake(first).partition(chr(10))[0]}{others}"
    _say(_hanging(told(remark), 10 + width).lstrip().join([f"{verdict.function:<{width}}  ", ""]).rstrip())


def _finding(finding: Finding, hints: int) -> None:
    where = f"  ({told(finding.place)})" if finding.place and hints > 1 else ""
    _say(f"  {_mistake(finding)}{where}", "bold")
    lines = [
        (2, "yours", finding.text),
        (3, "why", finding.why),
        (4, "textbook", finding.right),
        (2, "seen", finding.evidence),
    ]
    for step, head, text in lines:
        if text and hints >= step:
            first, *rest = folded(told(text), WIDTH - 14) if head in SENTENCES else [text]
            _say(f"    {padded(told(head), 9)} {first}")
            for part in rest:
                _say(f"{'':14}{part}")
    if hints < len(STEPS):
        _say(f"    {told(f'--hints {hints + 1} shows {STEPS[hints]}')}", "dim")


def _mistake(finding: Finding) -> str:
    """Return what is wrong: a sentence of its own, or one behind the result that it spoils."""
    result, colon, rest = finding.mistake.partition(": ")
    whole = told(finding.mistake)
    return f"{result}{colon}{told(rest)}" if colon and whole == finding.mistake else whole


def _summary(outcome: Grade) -> str:
    found = outcome.found
    if not found:
        if outcome.problems and not outcome.verdicts:
            return "Nothing could be graded."
        return "None of the course's functions is in the file: sigmoid, relu, linear_forward, propagate, ..."
    right = sum(verdict.status == "right" for verdict in found)
    follow = sum(verdict.status == "follows" for verdict in found)
    others = f", {follow} right as soon as the others are" if follow else ""
    return f"{right} of {len(found)} functions right{others}; {outcome.points:g} of {outcome.of:g} points."


def _notes(outcome: Grade) -> list[str]:
    """Say in one line each what the grader does not know, and what did not run."""
    notes = []
    if outcome.ungraded:
        more = f" and {len(outcome.ungraded) - 6} more" if len(outcome.ungraded) > 6 else ""
        notes.append(f"Not graded, because no exercise is about them: {', '.join(outcome.ungraded[:6])}{more}.")
    if outcome.problems:
        first = outcome.problems[0]
        many = len(outcome.problems)
        count = "One statement" if many == 1 else f"{many} statements"
        others = "" if many == 1 else ", the first at"
        place = f" ({first.place})" if many == 1 and first.place else f" {first.place}" if first.place else ""
        notes.append(f"{count} outside the functions did not run{others}{place}: {first.mistake}. This does not count.")
    return notes
