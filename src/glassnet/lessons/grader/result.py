"""What the grader found, as plain data."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Finding:
    """One mistake in one function.

    Parameters
    ----------
    mistake : str
        In words, with the result it spoils: "dW: 1/m is missing".
    why : str
        What is right, and why.
    line : int or None
        Line to look at, counted from 1; None where the function is not in the file itself.
    text : str
        That line.
    right : str
        How the textbook writes it; may be empty.
    evidence : str
        An input on which it shows: what was expected, what came.
    cell : int or None
        Code cell of a notebook, counted from 1, or number of `In[5]` in an exported script. In a notebook `line` is
        counted within the cell.
    """

    mistake: str
    why: str = ""
    line: int | None = None
    text: str = ""
    right: str = ""
    evidence: str = ""
    cell: int | None = None

    @property
    def place(self) -> str:
        """Return "cell 3, line 7", "line 7", or nothing."""
        cell = f"cell {self.cell}, " if self.cell else ""
        return f"{cell}line {self.line}" if self.line else ""


@dataclass(frozen=True)
class Verdict:
    """What is to be said of one function.

    Parameters
    ----------
    function : str
        Its name.
    status : str
        "right", "wrong", "follows" (right as soon as the functions in `because` are), "failed" (raised an error),
        "empty" (not filled in yet), "endless", "died" or "missing".
    findings : tuple of Finding
        The mistakes, most certain first.
    remarks : tuple of str
        What is right and could be better.
    because : tuple of str
        Wrong functions that this one uses.
    line : int or None
        Where the function begins.
    cell : int or None
        Its code cell, as in `Finding`.
    points, of : float
        What it is given, and what it could be given: all where it is right or follows, otherwise the share of its
        results that are right.
    """

    function: str
    status: str
    findings: tuple[Finding, ...] = ()
    remarks: tuple[str, ...] = ()
    because: tuple[str, ...] = ()
    line: int | None = None
    cell: int | None = None
    points: float = 0.0
    of: float = 10.0

    @property
    def text(self) -> str:
        """Return all findings and remarks as lines of text."""
        lines = (
            [f"right as soon as {' and '.join(self.because)} is"] if self.status == "follows" and self.because else []
        )
        for finding in self.findings:
            lines.append(f"{finding.mistake} ({finding.place})" if finding.place else finding.mistake)
            lines += [f"  {part}" for part in (finding.text, finding.why, finding.evidence) if part]
        return "\n".join([*lines, *(f"remark: {remark}" for remark in self.remarks)])


@dataclass(frozen=True)
class Grade:
    """The verdicts on a file, in the order of the course, and what is wrong with the file itself.

    Parameters
    ----------
    path : str
        The file.
    verdicts : tuple of Verdict
        One for each function of the course that is asked for.
    problems : tuple of Finding
        Statements of the file that fail, or why it cannot be run; they do not count.
    remarks : tuple of str
        Names that are nearly those of the course, and what was repaired to read the file.
    ungraded : tuple of str
        Functions and classes that the grader does not know.
    leaks : tuple of Finding
        Where test samples reach the training.
    """

    path: str
    verdicts: tuple[Verdict, ...]
    problems: tuple[Finding, ...] = ()
    remarks: tuple[str, ...] = ()
    ungraded: tuple[str, ...] = ()
    leaks: tuple[Finding, ...] = ()

    @property
    def found(self) -> tuple[Verdict, ...]:
        """The verdicts on functions that are there."""
        return tuple(verdict for verdict in self.verdicts if verdict.status != "missing")

    @property
    def right(self) -> bool:
        """Whether there is at least one function, and all are right."""
        return bool(self.found) and all(verdict.status == "right" for verdict in self.found)

    @property
    def points(self) -> float:
        """The sum of the points."""
        return round(sum(verdict.points for verdict in self.found), 1)

    @property
    def of(self) -> float:
        """The points of a file in which every function that is there is right."""
        return sum(verdict.of for verdict in self.found)

    def to_document(self) -> dict[str, Any]:
        """Return everything as plain data.

        Returns
        -------
        dict
            Plain JSON data: the fields, "right", and what Gradescope and Otter read as results.json: "score", "output"
            and "tests", each with "name", "score", "max_score", "status" and "output".
        """
        tests = [
            {"name": verdict.function, "score": verdict.points, "max_score": verdict.of, "output": verdict.text,
             "status": "passed" if verdict.status == "right" else "failed"}
            for verdict in self.found
        ]  # fmt: skip
        right = sum(verdict.status == "right" for verdict in self.found)
        return {**asdict(self), "right": self.right, "score": self.points, "max_score": self.of,
                "output": f"{right} of {len(self.found)} functions right", "tests": tests}  # fmt: skip

    def __getitem__(self, function: str) -> Verdict:
        """Return the verdict on a function."""
        return next(verdict for verdict in self.verdicts if verdict.function == function)
