"""Grades a file: runs its functions, compares results, and finds which function causes what is wrong."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from glassnet.errors import SettingError
from glassnet.files import existing_file
from glassnet.lessons.grader.child import Helper, Job
from glassnet.lessons.grader.choice import Choice
from glassnet.lessons.grader.classes import grade_classes
from glassnet.lessons.grader.error_words import in_words
from glassnet.lessons.grader.judging import Judged, judge
from glassnet.lessons.grader.leakage import leaks
from glassnet.lessons.grader.loading import Fault
from glassnet.lessons.grader.near_names import nearest
from glassnet.lessons.grader.result import Finding, Grade, Verdict
from glassnet.lessons.grader.runner import run
from glassnet.lessons.grader.source import Source
from glassnet.lessons.grader.units import EXERCISES, NAMES, TEXTBOOK
from glassnet.lessons.grader.units.words import HANDED
from glassnet.lessons.grader.verdicts import Verdicts

OWN_CACHES = "right with what its own forward step keeps, which is in another form than the course's"
KEPT = "what it keeps for the backward step is in another form than the course's"
OWN_FORM = "in a form of its own: the functions that call it are right with it"
MOVED = "1/m stands in another place than the course's; together the slopes are right"
GIVEN = {"plot_decision_boundary", "plot_costs", "print_mislabeled_images", "load_data", "load_dataset", "main"}


def grade(path: str | Path, *, timeout: float = 20.0) -> Grade:
    """Grade a learner's own implementation of the course's functions.

    The file is run in a process of its own. Each function is run on seeded inputs of several shapes and compared with
    `glassnet.equations`; where it differs, the known mistakes are made one after the other until one, or two at once,
    give the same numbers.

    Parameters
    ----------
    path : str or Path
        Python file or notebook with any of the functions.
    timeout : float
        Seconds that the file, and then each function, may take.

    Returns
    -------
    Grade
        A verdict on each function.

    Raises
    ------
    FileError
        If the file cannot be read.
    SettingError
        If `timeout` is not above 0.
    """
    if not timeout > 0:
        raise SettingError(f"timeout: expected seconds above 0; got {timeout}")
    path = existing_file(path, "a Python file or a notebook").resolve()
    try:
        source = Source(path)
    except (ValueError, RecursionError) as error:
        return Grade(str(path), (), (Finding(f"{type(error).__name__}: {error}", "Python cannot read the file"),))
    return _Grading(path, source, timeout).grade()


class _Grading:
    def __init__(self, path: Path, source: Source, timeout: float) -> None:
        self.path, self.source, self.timeout = path, source, timeout
        self.choice = Choice(source)
        self.exercises = self.choice.exercises
        self.verdicts = Verdicts(source, self.choice)
        self.judged: dict[str, Judged] = {}
        self.own: dict[str, Judged] = {}

    def grade(self) -> Grade:
        tasks: list[tuple[str, bool, Job]] = []
        for key in self.exercises:
            for own in (False, True):
                if (job := self.choice.job(key, {}, own=own)) is not None:
                    tasks.append((key, own, job))
        loaded, answers = run(self.path, self.source.text, [job for _, _, job in tasks], self.timeout)
        for (key, own, _), answer in zip(tasks, answers, strict=False):
            (self.own if own else self.judged)[key] = judge(key, self.choice.cases[key], answer)
        final = self._final()
        classes = grade_classes(self.path, self.source, self.timeout)
        missing = [Verdict(name, "missing") for name in NAMES if name not in {verdict.function for verdict in final}]
        lost = [
            self._lost(name, broken) for broken in self.source.read.broken for name in broken.functions if name in NAMES
        ]
        names = {verdict.function for verdict in lost}
        remarks = [f"{name} was not graded: did you mean {near}?" for name, near in self._misspelt().items()]
        verdicts = [*final, *lost, *classes, *(verdict for verdict in missing if verdict.function not in names)]
        return Grade(
            str(self.path), tuple(verdicts), self._problems(loaded.faults),
            (*self.source.read.remarks, *remarks), self._ungraded(verdicts), leaks(self.source),
        )  # fmt: skip

    # ------------------------------------------------------------ which are right, and in which form
    def _final(self) -> list[Verdict]:
        forms = {key: form for key in self.judged if (form := self._form(key)) is not None}
        doubtful = {self.exercises[key].name: key for key in self.judged if key not in forms}
        suspects = {
            self.exercises[key].name: key for key in forms
            if self.judged[key].order and any(other in doubtful.values() for other in self._callers(key))
        }  # fmt: skip
        verdicts = {}
        again: dict[str, dict[str, Helper]] = {}
        for key in self.judged:
            name = self.exercises[key].name
            if key in forms:
                verdicts[key] = self.verdicts.right(self.judged[key], forms[key])
                continue
            wrong_ones = {**doubtful, **suspects}
            used = [
                other
                for other in wrong_ones
                if other != name and other in self.source.calls(name) and wrong_ones[other] in TEXTBOOK
            ]
            maker = self.exercises[key].own
            if maker and maker.function in doubtful and self._in_own_form(key):
                follows = self.verdicts.right(self.own[key], [])
                verdicts[key] = replace(follows, status="follows", because=(maker.function,))
            elif used:
                again[key] = {other: self._helper(other, name, doubtful) for other in used}
            else:
                verdicts[key] = self.verdicts.wrong(self.own[key] if self._in_own_form(key) else self.judged[key])
        if again:
            verdicts |= self._with_right_helpers(again, forms)
        for name, key in suspects.items():  # an order that the callers do not know
            if any(verdict.status == "follows" and name in verdict.because for verdict in verdicts.values()):
                causes = tuple(other for other in suspects if other != name and other in self.source.calls(name))
                follows = replace(verdicts[key], status="follows", because=causes)
                verdicts[key] = follows if causes else self._order_is_wrong(key)
        follow = {verdict.function for verdict in verdicts.values() if verdict.status in {"follows", "right"}}
        return [
            replace(verdicts[key], because=tuple(name for name in verdicts[key].because if name not in follow))
            for key in self.judged
        ]

    def _form(self, key: str) -> list[str] | None:  # noqa: PLR0911 (one return for each form)
        """Return the remarks on the form of a function that is right in some form; None where it is not right."""
        judged = self.judged[key]
        if key.startswith("initialize_parameters"):
            return [] if self.verdicts.wrong(judged).status == "right" else None
        if judged.right:
            return judged.remarks
        if key in self.own and self.own[key].right:
            return [*self.own[key].remarks, OWN_CACHES]
        callers = [other for other in self._callers(key) if self._fine(other)]
        if self._reads(key):
            return [*self.own[key].remarks, OWN_CACHES, MOVED]
        if judged.only_cache:
            readers = self._readers(key)
            if all(self._understands(other) for other in readers) if readers else callers or not self._callers(key):
                return [*judged.remarks, KEPT]
            return None
        if callers and judged.only_m and _slopes(key):
            return [*judged.remarks, MOVED]
        if callers and judged.all_failed and self.exercises[key].name not in self._broken(callers):
            return [OWN_FORM]
        return None

    def _in_own_form(self, key: str) -> bool:
        """Say whether a backward step only runs on what the learner's own forward step keeps."""
        return self.judged[key].all_failed and key in self.own and not self.own[key].silent

    def _fine(self, key: str) -> bool:
        return self.judged[key].right or (key in self.own and self.own[key].right)

    def _understands(self, key: str) -> bool:
        """Say whether a backward step can read what the learner's forward step keeps, right or not."""
        return self._reads(key) or (not self.judged[key].right and not self.own[key].silent)

    def _reads(self, key: str) -> bool:
        """Say whether a backward step is right with what the learner's own forward step keeps."""
        if key not in self.own or self.own[key].right:
            return key in self.own
        return _slopes(key) and self.own[key].only_m and any(self._fine(other) for other in self._callers(key))

    def _broken(self, callers: list[str]) -> set[str]:
        """Name functions that were lent while the callers were right: these say nothing about the learner's."""
        return {name for key in callers for name in self.judged[key].answer.replaced}

    def _callers(self, key: str) -> list[str]:
        name = self.exercises[key].name
        return [
            other for other in self.judged if other != key and name in self.source.calls(self.exercises[other].name)
        ]

    def _readers(self, key: str) -> list[str]:
        """Return the backward steps that were given what this forward step, or one that calls it, keeps."""
        name = self.exercises[key].name
        makers = {other: self.exercises[other].own for other in self.own}
        return [
            other for other, own in makers.items()
            if own is not None and (own.function == name or name in self.source.calls(own.function))
        ]  # fmt: skip

    # ------------------------------------------------------------ again, with right helpers
    def _helper(self, name: str, caller: str, doubtful: dict[str, str]) -> Helper:
        order = self.judged[doubtful[name]].order if name in doubtful else ()
        return self.choice.helper(name, caller, order)

    def _with_right_helpers(
        self, again: dict[str, dict[str, Helper]], forms: dict[str, list[str]]
    ) -> dict[str, Verdict]:
        """Judge the functions that use doubtful ones again, with the textbook's in the place of those."""
        tasks = []
        for key, helpers in again.items():
            for own in (False, True):
                if (job := self.choice.job(key, helpers, own=own)) is not None:
                    tasks.append((key, job))
        _, answers = run(self.path, self.source.text, [job for _, job in tasks], self.timeout)
        results: dict[str, list[Judged]] = {key: [] for key in again}
        for (key, _), answer in zip(tasks, answers, strict=False):
            results[key].append(judge(key, self.choice.cases[key], answer))
        own_forms = any({OWN_CACHES, OWN_FORM, KEPT} & set(remarks) for remarks in forms.values())
        verdicts = {}
        for key, several in results.items():
            good = next((judged for judged in several if judged.right or judged.only_cache), None)
            unclear = own_forms and several and several[0].all_failed
            if good is not None or unclear or not several:
                verdict = self.verdicts.right(good or self.judged[key], good.remarks if good else [])
                verdicts[key] = replace(verdict, status="follows", because=tuple(again[key]))
            else:
                most = min(several, key=lambda judged: len(judged.faults))
                verdicts[key] = replace(self.verdicts.wrong(most), because=tuple(again[key]))
        return verdicts

    def _order_is_wrong(self, key: str) -> Verdict:
        judged, name = self.judged[key], self.exercises[key].name
        returns = self.exercises[key].returns
        line = self.source.where(name, self.exercises[key], "return", "return")
        finding = self.verdicts.finding(f"{returns[0]}: the results are in the wrong order", HANDED, line,
                                        evidence=judged.remarks[0])  # fmt: skip
        return self.verdicts.as_wrong(judged, [finding])

    # ------------------------------------------------------------ the file
    def _lost(self, name: str, broken: Any) -> Verdict:
        finding = self.verdicts.finding(broken.sentence, "Python cannot read this function", broken.line)
        return Verdict(name, "failed", (finding,), (), (), broken.line, self.source.read.place(broken.line)[0],
                       0.0, next(e.points for e in EXERCISES.values() if e.name == name))  # fmt: skip

    def _problems(self, faults: list[Fault]) -> tuple[Finding, ...]:
        why = "the functions above and below this line were graded all the same"
        broken = [
            self.verdicts.finding(part.sentence, why, part.line)
            for part in self.source.read.broken if not set(part.functions) & set(NAMES)
        ]  # fmt: skip
        told = []
        for fault in faults:
            words = in_words(fault.sentence, self.source.line(fault.line))[1]
            told.append(self.verdicts.finding(fault.sentence, words or (why if fault.line else ""), fault.line))
        return (*broken, *told)

    def _misspelt(self) -> dict[str, str]:
        """Return which exercise a function is nearly named like, or whose name is part of its own."""
        missing = [name for name in NAMES if name not in self.source.top]
        others = (name for name in self.source.top if name not in GIVEN and name not in NAMES and name[0] != "_")
        return {name: near for name in others if (near := nearest(name, missing))}

    def _ungraded(self, verdicts: list[Verdict]) -> tuple[str, ...]:
        """Name the functions and classes that no exercise is about."""
        known = {verdict.function for verdict in verdicts if verdict.status != "missing"} | self._misspelt().keys()
        return tuple(
            name for name in (*self.source.top, *self.source.classes) if name not in known | GIVEN and name[0] != "_"
        )


def _slopes(key: str) -> bool:
    """Say whether an exercise is about slopes, in which 1/m may stand here or there."""
    return "backward" in key or key == "propagate"
