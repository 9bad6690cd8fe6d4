"""One exercise on all its inputs: what was returned, what is right, and in which way the two differ."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from glassnet.lessons.grader.child import Answer
from glassnet.lessons.grader.conventions import Settled, expected, power_of_m, samples, seen, settle
from glassnet.lessons.grader.evidence import Wrong
from glassnet.lessons.grader.exercise import Case
from glassnet.lessons.grader.loading import Fault
from glassnet.lessons.grader.references import REFERENCES
from glassnet.lessons.grader.units import EXERCISES
from glassnet.lessons.grader.values import Flat, differences


@dataclass
class Judged:
    """The answer to an exercise beside what is right; `cases` hold what the outputs show of chance as well."""

    key: str
    answer: Answer
    cases: list[Case]
    rights: list[Any]
    settled: list[Settled | None] = field(default_factory=list)

    @cached_property
    def given(self) -> list[Flat | None]:
        """The learner's results, None where the function failed."""
        return [None if one is None else one.flat for one in self.settled]

    @cached_property
    def right_flats(self) -> list[Flat]:
        """The right results."""
        return [expected(self.key, case, right) for case, right in zip(self.cases, self.rights, strict=True)]

    @cached_property
    def wrong(self) -> list[Wrong]:
        """The cases that differ."""
        rows = zip(self.cases, self.given, self.right_flats, strict=True)
        return [
            Wrong(case, flat, right, names)
            for case, flat, right in rows
            if flat is not None and (names := differences(self.key, flat, right))
        ]

    @property
    def faults(self) -> list[Fault]:
        """What was raised."""
        return [output for output in self.answer.outputs if isinstance(output, Fault)]

    @property
    def right(self) -> bool:
        """Whether all results are right."""
        compared = bool(self.settled) and all(one is not None for one in self.settled)
        return compared and not self.wrong and not self.missing

    @property
    def all_failed(self) -> bool:
        """Whether no case gave a result: the function takes another form than the course's, or is broken."""
        return all(
            isinstance(output, Fault) and output.kind in {"error", "arguments"} for output in self.answer.outputs
        )

    @property
    def silent(self) -> bool:
        """Whether nothing was returned at all."""
        return all(isinstance(output, Fault) for output in self.answer.outputs)

    @property
    def order(self) -> tuple[int, ...]:
        """The learner's order of the results, where it is one in every case."""
        orders = {one.order for one in self.settled if one is not None}
        return next(iter(orders - {()}), ())

    @property
    def missing(self) -> tuple[str, ...]:
        """Results that are not returned."""
        return next((one.missing for one in self.settled if one is not None and one.missing), ())

    @property
    def remarks(self) -> list[str]:
        """In what the form is another one than the course's."""
        return list(dict.fromkeys(remark for one in self.settled if one is not None for remark in one.remarks))

    @property
    def only_cache(self) -> bool:
        """Whether everything is right but what is kept for the backward step."""
        names = {name for item in self.wrong for name in item.names} | set(self.missing)
        return not self.faults and bool(names) and all(name.startswith(("cache", "caches")) for name in names)

    @property
    def own_cache(self) -> bool:
        """Whether what is kept for the backward step has another form than the course's."""
        pairs = [(flat, right) for flat, right in zip(self.given, self.right_flats, strict=True) if flat is not None]
        return any(_kept(flat) != _kept(right) for flat, right in pairs)

    @property
    def only_m(self) -> bool:
        """Whether everything is right but a factor m."""
        if self.faults or len({samples(self.key, case) for case in self.cases}) < 2:
            return False
        return power_of_m(self.key, self.cases, self.given, self.right_flats)

    @property
    def share(self) -> float:
        """The share of results that are right in every case, for partial credit."""
        names = EXERCISES[self.key].returns
        if self.key.startswith(("update", "backward", "L_model_backward")):  # the entries of the one dictionary
            names = tuple(dict.fromkeys(name for flat in self.right_flats for name in flat if "'dA" not in name))
        spoilt = {
            n for item in self.wrong for entry in item.names for n in names if entry == n or entry.startswith(f"{n}[")
        }
        return 0.0 if self.faults or not names else 1 - len(spoilt | set(self.missing)) / len(names)


def _kept(flat: Flat) -> set[str]:
    return {name for name in flat if name.startswith("cache")}


def judge(key: str, inputs: list[Case], answer: Answer) -> Judged:
    """Compare an answer with what is right, case by case."""
    cases: list[Case] = []
    rights: list[Any] = []
    settled: list[Settled | None] = []
    for case, output in zip(inputs, answer.outputs, strict=False):
        if key.startswith("initialize_parameters"):  # random: examined by itself, not compared
            cases.append(case)
            rights.append(None)
            settled.append(None)
            continue
        full = case if isinstance(output, Fault) else seen(key, case, output)
        if key == "forward_propagation_with_dropout" and isinstance(output, Fault):
            full = seen(key, case, None)
        right = REFERENCES[key](*full)
        cases.append(full)
        rights.append(right)
        settled.append(None if isinstance(output, Fault) else settle(key, full, output, right))
    return Judged(key, answer, cases, rights, settled)
