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
    """

    mistake: str
    why: str = ""
    line: int | None = None
    text: str = ""
    right: str = ""
    evidence: str = ""


@dataclass(frozen=True)
class Verdict:
    """What is to be said of one function.

    Parameters
    ----------
    function : str
        Its name.
    status : str
        "right", "wrong", "follows" (right as soon as the functions in `because` are), "failed" (raised an error),
        "endless", "died" or "missing".
    findings : tuple of Finding
        The mistakes, most certain first.
    remarks : tuple of str
        What is right and could be better.
    because : tuple of str
        Wrong functions that this one uses.
    line : int or None
        Where the function begins.
    """

    function: str
    status: str
    findings: tuple[Finding, ...] = ()
    remarks: tuple[str, ...] = ()
    because: tuple[str, ...] = ()
    line: int | None = None


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
        Statements of the file that fail, or why it cannot be run.
    remarks : tuple of str
        Names that are nearly those of the course.
    """

    path: str
    verdicts: tuple[Verdict, ...]
    problems: tuple[Finding, ...] = ()
    remarks: tuple[str, ...] = ()

    @property
    def found(self) -> tuple[Verdict, ...]:
        """The verdicts on functions that are there."""
        return tuple(verdict for verdict in self.verdicts if verdict.status != "missing")

    @property
    def right(self) -> bool:
        """Whether there is at least one function, all are right, and the file runs."""
        return bool(self.found) and not self.problems and all(verdict.status == "right" for verdict in self.found)

    def to_document(self) -> dict[str, Any]:
        """Return everything as plain data.

        Returns
        -------
        dict
            Plain JSON data: the fields, and "right".
        """
        return {**asdict(self), "right": self.right}

    def __getitem__(self, function: str) -> Verdict:
        """Return the verdict on a function."""
        return next(verdict for verdict in self.verdicts if verdict.function == function)
