"""Grades a file: runs its functions, compares results, recognises mistakes, and finds which function causes them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from glassnet.errors import SettingError
from glassnet.files import existing_file
from glassnet.lessons.grader import starts
from glassnet.lessons.grader.child import TEXTBOOK_FUNCTIONS, Answer, Fault, Job, UnsupportedValue
from glassnet.lessons.grader.diagnosis import recognise, right_line
from glassnet.lessons.grader.exercises import EXERCISES, NAMES, Exercise, cases
from glassnet.lessons.grader.references import REFERENCES
from glassnet.lessons.grader.result import Finding, Grade, Verdict
from glassnet.lessons.grader.runner import run
from glassnet.lessons.grader.source import Source
from glassnet.lessons.grader.values import Flat, canonical, differences, flatten, named

STATUS = {"endless": "endless", "died": "died", "missing": "missing", "error": "failed", "arguments": "wrong"}


def grade(path: str | Path, *, timeout: float = 20.0) -> Grade:
    """Grade a learner's own implementation of the course's functions.

    The file is run in a process of its own. Each function is run on seeded inputs of several shapes and compared with
    `glassnet.equations`; where it differs, the known mistakes are made one after the other until one, or two at once,
    give the same numbers.

    Parameters
    ----------
    path : str or Path
        Python file with any of the functions.
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
    path = existing_file(path, "a Python file").resolve()
    try:
        source = Source(path)
    except SyntaxError as error:
        text = (error.text or "").strip()
        problem = Finding(f"SyntaxError: {error.msg}", "Python cannot read the file any further", error.lineno, text)
        return Grade(str(path), (), (problem,))
    except (ValueError, RecursionError) as error:
        return Grade(str(path), (), (Finding(f"{type(error).__name__}: {error}", "Python cannot read the file"),))
    return _Grading(path, source, timeout).grade()


class _Grading:
    def __init__(self, path: Path, source: Source, timeout: float) -> None:
        self.path, self.source, self.timeout = path, source, timeout
        logistic = source.arguments("predict")[:1] == ["w"]
        unwanted = "predict" if logistic else "predict_logistic"
        self.exercises = {key: exercise for key, exercise in EXERCISES.items() if key != unwanted}
        self.cases = {key: cases(key) for key in self.exercises}
        self.answers: dict[str, Answer] = {}

    def grade(self) -> Grade:
        loaded, answers = run(self.path, [self._job(key, {}) for key in self.exercises], self.timeout)
        if not answers:
            return Grade(str(self.path), (), self._problems(loaded.faults))
        self.answers = dict(zip(self.exercises, answers, strict=True))
        first: dict[str, Verdict] = {}
        doubtful: set[str] = set()
        for key, answer in self.answers.items():
            sound = not doubtful & self.source.calls(self.exercises[key].name)  # else it is judged again below
            first[key] = self._verdict(key, answer, recognised=sound)
            doubtful |= set() if first[key].status in {"right", "missing"} else {first[key].function}
        verdicts = {**first, **self._with_right_helpers(doubtful)}
        follow = {verdict.function for verdict in verdicts.values() if verdict.status == "follows"}
        final = (
            replace(verdict, because=tuple(name for name in verdict.because if name not in follow))
            for verdict in verdicts.values()
        )
        return Grade(str(self.path), tuple(final), self._problems(loaded.faults), self._misspelt(loaded.functions))

    def _with_right_helpers(self, doubtful: set[str]) -> dict[str, Verdict]:
        """Judge the functions that use doubtful ones again, with the textbook's in the place of those."""
        again: dict[str, dict[str, bool]] = {}
        for key, exercise in self.exercises.items():
            helpers = doubtful & self.source.calls(exercise.name) & set(TEXTBOOK_FUNCTIONS)
            if helpers and exercise.name in doubtful:
                again[key] = {name: self._keeps_cache(name) for name in NAMES if name in helpers}
        if not again:
            return {}
        _, answers = run(self.path, [self._job(key, helpers) for key, helpers in again.items()], self.timeout)
        verdicts = {}
        for (key, replaced), answer in zip(again.items(), answers, strict=False):
            verdict = self._verdict(key, answer)
            status = "follows" if verdict.status == "right" else verdict.status
            verdicts[key] = replace(verdict, status=status, because=tuple(replaced))
        return verdicts

    def _job(self, key: str, helpers: dict[str, bool]) -> Job:
        exercise = self.exercises[key]
        arguments, inputs = exercise.arguments, self.cases[key]
        taken = self.source.arguments(exercise.name)
        if key == "predict" and len(taken) == 2:  # the two-layer course: predict(parameters, X)
            arguments = ("parameters", "X") if taken[0].startswith("param") else ("X", "parameters")
            inputs = [tuple({"X": X, "parameters": p}[name] for name in arguments) for X, _, p in inputs]
        return Job(exercise.name, arguments, inputs, helpers)

    def _keeps_cache(self, name: str) -> bool:
        outputs = self.answers[name].outputs if name in self.answers else []
        numbers = [output for output in outputs if not isinstance(output, Fault)]
        return isinstance(numbers[0], tuple) if numbers else "propagate" not in self.source.functions

    # ------------------------------------------------------------ one function
    def _verdict(self, key: str, answer: Answer, *, recognised: bool = True) -> Verdict:
        exercise = self.exercises[key]
        name, node = exercise.name, self.source.functions.get(exercise.name)
        line = node.lineno if node else None
        if answer.outputs and isinstance(answer.outputs[-1], Fault) and answer.outputs[-1].kind != "error":
            fault = answer.outputs[-1]
            if fault.kind == "missing":
                return Verdict(name, "missing")
            if fault.kind != "endless" or len(answer.outputs) == 1:
                found = self._finding(fault.sentence, "", fault.line or line)
                return Verdict(name, STATUS[fault.kind], (found,), (), (), line)
        findings = self._changes(exercise, answer)
        if key.startswith("initialize"):
            findings += self._of_start(key, answer)
        else:
            findings += self._of_result(key, answer, recognised)
        ended = answer.outputs[-1]
        if isinstance(ended, Fault) and ended.kind == "endless":
            findings.insert(0, self._finding(ended.sentence, "", ended.line or line))
            return Verdict(name, "endless", tuple(findings), (), (), line)
        failed = findings and all(isinstance(output, Fault) for output in answer.outputs)
        status = "failed" if failed else "wrong" if findings else "right"
        return Verdict(name, status, tuple(findings), tuple(self._remarks(exercise, answer)), (), line)

    def _finding(self, mistake: str, why: str, line: int | None, right: str = "", evidence: str = "") -> Finding:
        return Finding(mistake, why, line, self.source.line(line), right, evidence)

    def _changes(self, exercise: Exercise, answer: Answer) -> list[Finding]:
        """Report arguments whose arrays are not what they were before the call."""
        arrays = [name for name in answer.changed if not name.startswith("entry ")]
        if not arrays:
            return []
        argument = arrays[0].partition("[")[0]
        line = self.source.written(exercise.name, argument)
        why = "the caller's array has new numbers in it: write a = a - b, which makes a new one, instead of a -= b"
        return [self._finding(f"{argument}: changed in place", why, line, evidence=f"changed: {', '.join(arrays[:4])}")]

    def _of_start(self, key: str, answer: Answer) -> list[Finding]:
        found: dict[str, Finding] = {}
        name = self.exercises[key].name
        for case, output in zip(self.cases[key], answer.outputs, strict=False):
            sizes = list(case[0]) if key.endswith("deep") else list(case)
            if isinstance(output, Fault):
                found.setdefault("fault", self._finding(output.sentence, "", output.line, evidence=f"layers {sizes}"))
                continue
            for flaw in starts.flaws(sizes, output):
                line = self.source.where(name, self.exercises[key], flaw.result, flaw.look)
                mistake = f"{flaw.result}: {flaw.name}"
                found.setdefault(flaw.result, self._finding(mistake, flaw.why, line, evidence=f"layers {sizes}"))
        return list(found.values())

    def _of_result(self, key: str, answer: Answer, recognised: bool) -> list[Finding]:
        exercise = self.exercises[key]
        inputs = self.cases[key][: len(answer.outputs)]
        rights = [REFERENCES[key](*case) for case in inputs]
        given: list[Flat | None] = []
        for case, right, output in zip(inputs, rights, answer.outputs, strict=True):
            fine = not isinstance(output, Fault)
            given.append(named(canonical(key, case, output, right), exercise) if fine else None)
        wrong = [
            (case, flat, expected, names)
            for case, flat, right in zip(inputs, given, rights, strict=True)
            for expected in [named(right, exercise)]
            if flat is not None and (names := differences(key, flat, expected))
        ]
        fault = next(
            (output for output in answer.outputs if isinstance(output, Fault) and output.kind == "error"), None
        )
        if not wrong and fault is None:
            return []
        if not recognised:
            return [Finding("wrong")]
        name, text = exercise.name, self.source.text_of(exercise.name)
        if all(output is None for output in answer.outputs):
            line = self.source.where(name, exercise, "return", "return|print")
            why = f"{', '.join(exercise.returns)} is expected: is the return statement missing?"
            return [self._finding("nothing (None) is returned", why, line)]
        own_work = _helpers(key) - self.source.calls(name)
        mistakes, rest = recognise(key, inputs, rights, given, own_work, text)
        findings = []
        for mistake in mistakes:
            line = self.source.where(name, exercise, mistake.result, mistake.look)
            findings.append(
                self._finding(
                    mistake.name, mistake.why, line, right_line(mistake), _evidence(key, wrong, mistake.result)
                )
            )
        if fault and not findings:
            failing = next(case for case, flat in zip(inputs, given, strict=True) if flat is None)
            seen = f"with {_described(key, failing)}"
            findings.append(self._finding(fault.sentence, "an error is raised", fault.line, evidence=seen))
        if rest and wrong:
            result = rest[0].partition("[")[0]
            line = self.source.where(name, exercise, result, "")
            words = "also wrong, but not by a known mistake" if findings else "wrong, but not by a known mistake"
            findings.append(
                self._finding(f"{result}: {words}", _hint(rest[0], wrong), line, "", _evidence(key, wrong, rest[0]))
            )
        return findings

    def _remarks(self, exercise: Exercise, answer: Answer) -> list[str]:
        remarks = []
        name = exercise.name
        if name in NAMES and (line := self.source.loop(name, exercise.loops)):
            remarks.append(f"line {line}: a loop where one operation on whole arrays would do")
        entries = [change for change in answer.changed if change.startswith("entry ")]
        if entries and not any(change.startswith(entries[0][6:]) for change in answer.changed):
            argument = entries[0][6:].partition("[")[0]
            remarks.append(f"the caller's {argument} gets new entries; a copy of it would leave it as it was")
        lent = [helper for helper in answer.replaced if helper in self.source.calls(name)]
        if lent:
            remarks.append(f"{', '.join(lent)} not in the file: ours was used")
        return remarks

    # ------------------------------------------------------------ the file
    def _problems(self, faults: list[Fault]) -> tuple[Finding, ...]:
        why = "the functions above and below this line were graded all the same"
        return tuple(self._finding(fault.sentence, why if fault.line else "", fault.line) for fault in faults)

    def _misspelt(self, functions: dict[str, Any]) -> tuple[str, ...]:
        from difflib import get_close_matches

        missing = [name for name in NAMES if name not in functions]
        remarks = []
        for name in self.source.functions:
            near = get_close_matches(name, missing, n=1, cutoff=0.85)
            if near and name not in NAMES:
                remarks.append(f"{name} was not graded: did you mean {near[0]}?")
        return tuple(remarks)


def _helpers(key: str) -> set[str]:
    """Name the functions of the textbook that an exercise rests on."""
    from glassnet.lessons.grader import textbook

    known: set[str] = set()
    waiting = [key]
    while waiting:
        called = set(getattr(textbook, waiting.pop()).__code__.co_names) & set(TEXTBOOK_FUNCTIONS)
        waiting += called - known
        known |= called
    return known - {key}


def _size(flat: Flat) -> int:
    return sum(np.size(value) for value in flat.values())


def _described(key: str, case: tuple[Any, ...]) -> str:
    parts = []
    for argument, value in zip(EXERCISES[key].arguments, case, strict=True):
        for name, entry in flatten(value, argument):
            parts.append(f"{name} {np.shape(entry)}" if isinstance(entry, np.ndarray) else f"{name}={entry!r:.8}")
    return ", ".join(parts[:4]) + (", ..." if len(parts) > 4 else "")


def _evidence(key: str, wrong: list[tuple[Any, ...]], result: str) -> str:
    """Show the largest input on which a result is wrong, or any result where this one has no entry of its own."""
    own = [item for item in wrong if any(result in name for name in item[3])]
    if not wrong:
        return ""
    case, given, expected, names = max(own or wrong, key=lambda item: _size(item[2]))
    name = next((name for name in names if result in name), names[0])
    return f"with {_described(key, case)}: {_compared(name, given.get(name), expected.get(name))}"


def _compared(name: str, given: Any, expected: Any) -> str:
    """Say in what two entries of a result differ."""
    if given is None:
        return f"{name} is missing"
    if expected is None:
        return f"{name} was not asked for"
    if isinstance(given, UnsupportedValue) or not isinstance(given, np.ndarray):
        return f"{name}: expected an array of shape {np.shape(expected)}; got {_kind(given)}"
    if np.shape(given) != np.shape(expected):
        return f"{name}: expected shape {np.shape(expected)}; got {np.shape(given)}"
    at = np.unravel_index(np.argmax(np.nan_to_num(np.abs(given - expected), nan=np.inf)), np.shape(given))
    place = f"{name}{[int(i) for i in at]}" if at else name
    return f"{place} expected {float(np.asarray(expected)[at]):.6g}; got {float(given[at]):.6g}"


def _kind(given: Any) -> str:
    return f"a {given.kind}" if isinstance(given, UnsupportedValue) else repr(given)


def _hint(name: str, wrong: list[Any]) -> str:
    """Find what an unknown mistake has to do with the right numbers: nothing returned, or a constant factor."""
    given = [flat.get(name) for _, flat, _, names in wrong if name in names]
    expected = [right.get(name) for _, _, right, names in wrong if name in names]
    if any(value is None for value in given):
        return f"{name} is missing among the results"
    if any(value is None for value in expected):
        return f"{name} was not asked for; the results are {', '.join(wrong[0][2])}"
    factors = []
    for ours, theirs in zip(expected, given, strict=True):
        if not isinstance(theirs, np.ndarray) or np.shape(ours) != np.shape(theirs):
            return _compared(name, theirs, ours)
        factors.append(theirs / np.where(ours == 0, np.nan, ours))
    if all(np.allclose(factor, np.mean(factor), 1e-6) for factor in factors) and np.size(factors[0]) > 1:
        numbers = sorted({f"{float(np.mean(factor)):.4g}" for factor in factors})
        return f"every number is the right one times {' or '.join(numbers[:4])}"
    return ""
