"""What one row of the course is: an exercise, a known mistake, and where an argument can come from."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from glassnet.lessons.grader.source import Source

Case = tuple[Any, ...]
Cases = Callable[[np.random.Generator], list[Case]]


class Own(NamedTuple):
    """An argument that the learner's own forward step can make, in whatever form it likes.

    `argument` is the one replaced, `function` the forward step, `inputs` what it is called with, for a case.
    """

    argument: str
    function: str
    inputs: Callable[..., Case]


def always(_: Source) -> bool:
    """Accept every file."""
    return True


class Exercise(NamedTuple):
    """A function of the course: what it takes and returns, and the inputs that it is run on.

    `optional` arguments may be left out. `own` is an argument that the learner's forward step can make. `loops` is how
    many nested loops it may have. `points` are given where it is right. Of several exercises with one name, the first
    whose `when` accepts the file is meant. `start` names initialisers that the textbook's takes the place of.
    """

    name: str
    arguments: tuple[str, ...]
    returns: tuple[str, ...]
    cases: Cases
    loops: int = 0
    optional: tuple[str, ...] = ()
    own: Own | None = None
    when: Callable[[Source], bool] = always
    start: tuple[str, ...] = ()
    points: int = 10

    @property
    def signature(self) -> str:
        """The call as the course writes it."""
        return f"{self.name}({', '.join(self.arguments)})"


class Mistake(NamedTuple):
    """One edit of one function of the textbook: the result it spoils and what is wrong, from, to, why.

    `look` says what the line to look at contains; where several mistakes compute the same, it also decides.
    """

    function: str
    name: str
    old: str
    new: str
    why: str
    look: str = ""

    @property
    def result(self) -> str:
        """The result, or the intermediate array, that the mistake is made in."""
        return self.name.partition(":")[0]


Rows = dict[str, list[tuple[str, ...]]]
