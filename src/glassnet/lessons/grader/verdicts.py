"""Puts a judgement into words: the mistakes, most certain first, each with its line; and remarks on what is right."""

from __future__ import annotations

from glassnet.lessons.grader import starts
from glassnet.lessons.grader.choice import Choice
from glassnet.lessons.grader.diagnosis import recognise, rests_on, right_line
from glassnet.lessons.grader.error_words import in_words
from glassnet.lessons.grader.evidence import described, evidence, hint
from glassnet.lessons.grader.exercise import Exercise
from glassnet.lessons.grader.judging import Judged
from glassnet.lessons.grader.loading import Fault
from glassnet.lessons.grader.result import Finding, Verdict
from glassnet.lessons.grader.source import Source
from glassnet.lessons.grader.units import EXERCISES, NAMES
from glassnet.lessons.grader.units.words import HANDED

STATUS = {"endless": "endless", "died": "died", "missing": "missing", "error": "failed", "arguments": "wrong"}


class Verdicts:
    """Makes the verdicts on one file.

    Parameters
    ----------
    source : Source
        The file.
    choice : Choice
        Its exercises.
    """

    def __init__(self, source: Source, choice: Choice) -> None:
        self.source, self.choice = source, choice

    def finding(self, mistake: str, why: str, line: int | None, right: str = "", evidence: str = "") -> Finding:
        """Return a finding, with the line's text and the place that a person would count."""
        cell, number = self.source.read.place(line)
        return Finding(mistake, why, number, self.source.line(line), right, evidence, cell)

    def right(self, judged: Judged, remarks: list[str]) -> Verdict:
        """Return the verdict on a function that is right, in the course's form or with remarks on its own."""
        if judged.key.startswith("initialize_parameters") or self._gone(judged) is not None:
            return self.wrong(judged)
        return self._verdict(judged, "right", [], [*remarks, *self._remarks(judged)], 1.0)

    def as_wrong(self, judged: Judged, findings: list[Finding]) -> Verdict:
        """Return the verdict on a function with these findings."""
        return self._verdict(judged, "wrong", findings, self._remarks(judged), 0.5)

    def wrong(self, judged: Judged) -> Verdict:
        """Return the verdict on a function that is not right: what is wrong with it, and where."""
        name = EXERCISES[judged.key].name
        if (gone := self._gone(judged)) is not None:
            return gone
        remarks = self._remarks(judged)
        if self._unfinished(judged):
            line = self.source.unfinished(name)
            empty = self.finding("not filled in yet", "the course leaves this line to you", line)
            return self._verdict(judged, "empty", [empty], [], 0.0)
        if judged.key.startswith("initialize_parameters"):
            findings, more = self._of_start(judged)
            remarks = [*more, *remarks]
        else:
            findings = self._of_result(judged)
        ended = judged.answer.outputs[-1]
        if isinstance(ended, Fault) and ended.kind == "endless":
            findings.insert(0, self.finding(ended.sentence, "", ended.line or self._line(name)))
            return self._verdict(judged, "endless", findings, [], 0.0)
        failed = findings and all(isinstance(output, Fault) for output in judged.answer.outputs)
        if not findings:
            return self._verdict(judged, "right", [], remarks, 1.0)
        return self._verdict(judged, "failed" if failed else "wrong", findings, remarks, judged.share)

    def _gone(self, judged: Judged) -> Verdict | None:
        """Return the verdict on a function that is not there, died, or cannot be called."""
        outputs = judged.answer.outputs
        if not outputs or not isinstance(outputs[-1], Fault) or outputs[-1].kind == "error":
            return None
        fault, name = outputs[-1], EXERCISES[judged.key].name
        if fault.kind == "missing":
            return self._verdict(judged, "failed", [self.finding(
                f"{name} is not a function when the file has run", "another statement gives the name another meaning",
                self._line(name))], [], 0.0)  # fmt: skip
        if fault.kind == "endless" and len(outputs) > 1:
            return None
        mistake, why = fault.sentence, ""
        if starred := self.source.starred(name):
            mistake = f"*{starred} collects the arguments into a tuple of their own"
            why = f"the course passes one list: def {name}({starred}):"
        found = self.finding(mistake, why, fault.line or self._line(name))
        return self._verdict(judged, STATUS[fault.kind], [found], [], 0.0)

    def _verdict(
        self, judged: Judged, status: str, findings: list[Finding], remarks: list[str], share: float
    ) -> Verdict:
        exercise = EXERCISES[judged.key]
        line = self._line(exercise.name)
        points = round(exercise.points * share, 1)
        cell, number = self.source.read.place(line)
        return Verdict(exercise.name, status, tuple(findings), tuple(dict.fromkeys(remarks)), (), number, cell,
                       points, exercise.points)  # fmt: skip

    def _line(self, name: str) -> int | None:
        node = self.source.functions.get(name)
        return node.lineno if node else None

    # ------------------------------------------------------------ what is wrong
    def _unfinished(self, judged: Judged) -> bool:
        name = EXERCISES[judged.key].name
        nothing = [output is None or isinstance(output, Fault) or _has_none(output) for output in judged.answer.outputs]
        return all(nothing) and self.source.unfinished(name) is not None

    def _of_start(self, judged: Judged) -> tuple[list[Finding], list[str]]:
        found: dict[str, Finding] = {}
        remarks: list[str] = []
        exercise = EXERCISES[judged.key]
        name = exercise.name
        if starred := self.source.starred(name):
            why = f"the course passes one list: def {name}({starred}):"
            mistake = f"*{starred} collects the arguments into a tuple of their own"
            return [self.finding(mistake, why, self._line(name))], []
        for case, output in zip(judged.cases, judged.answer.outputs, strict=False):
            sizes = list(case[0]) if len(case) == 1 else list(case)
            if isinstance(output, Fault):
                found.setdefault("fault", self._of_fault(output, f"layers {sizes}"))
                continue
            parameters = (
                next((part for part in output if isinstance(part, dict)), output)
                if isinstance(output, tuple)
                else output
            )
            for flaw in starts.flaws(sizes, parameters, judged.key.rpartition("_")[2]):
                if flaw.small:
                    remarks += [] if remarks else [f"{flaw.result}: {flaw.name}; {flaw.why}"]
                    continue
                line = self.source.where(name, exercise, flaw.result, flaw.look)
                mistake = f"{flaw.result}: {flaw.name}"
                found.setdefault(flaw.result, self.finding(mistake, flaw.why, line, evidence=f"layers {sizes}"))
        return list(found.values()), remarks

    def _of_fault(self, fault: Fault, seen: str) -> Finding:
        mistake, why = in_words(fault.sentence, self.source.line(fault.line))
        return self.finding(mistake, why or "an error is raised", fault.line, evidence=f"with {seen}: {fault.sentence}")

    def _of_result(self, judged: Judged) -> list[Finding]:
        key, wrong = judged.key, judged.wrong
        exercise = EXERCISES[key]
        name, text = exercise.name, self.source.text_of(exercise.name)
        fault = next((fault for fault in judged.faults if fault.kind == "error"), None)
        if all(output is None for output in judged.answer.outputs):
            line = self.source.where(name, exercise, "return", "return|print")
            why = f"{', '.join(exercise.returns)} is expected: is the return statement missing?"
            return [self.finding("nothing (None) is returned", why, line)]
        last, all_of = self.source.where(name, exercise, "return", "return"), ", ".join(exercise.returns)
        lost = [
            self.finding(f"{result}: missing among the results", HANDED, last, evidence=f"expected results: {all_of}")
            for result in judged.missing
        ]  # fmt: skip
        own_work = {helper for helper in rests_on(key) if EXERCISES.get(helper) and
                    EXERCISES[helper].name not in self.source.calls(name)}  # fmt: skip
        kept = judged.only_cache or not judged.own_cache
        mistakes, rest = recognise(key, judged.cases, judged.rights, judged.given, own_work, text, kept=kept)
        rest = [entry for entry in rest if entry.partition("[")[0] not in judged.missing]
        findings = list(lost)
        for mistake in [] if judged.missing and not rest else mistakes:
            line = self.source.where(name, exercise, mistake.result, mistake.look)
            shown = evidence(key, wrong, mistake.result)
            findings.append(self.finding(mistake.name, mistake.why, line, right_line(mistake), shown))
        if fault and not findings:
            failing = next(case for case, flat in zip(judged.cases, judged.given, strict=True) if flat is None)
            findings.append(self._of_fault(fault, described(key, failing)))
        if rest and wrong and not self._follows_from(findings, exercise, rest):
            result = rest[0].partition("[")[0]
            line = self.source.where(name, exercise, result, "")
            others = f" (also wrong: {', '.join(rest[1:4])})" if len(rest) > 1 else ""
            why = hint(rest[0], wrong) or "this mistake is none that the grader knows"
            findings.append(
                self.finding(f"{rest[0]}: the numbers are wrong{others}", why, line, "", evidence(key, wrong, rest[0]))
            )
        return findings

    def _follows_from(self, findings: list[Finding], exercise: Exercise, rest: list[str]) -> bool:
        """Say whether what is left is made from a line that is named already: the same cause has one name."""
        named = {finding.line for finding in findings if finding.line}
        for entry in rest:
            way = self.source.way(exercise.name, exercise, entry)
            if not named & {self.source.read.place(line)[1] for line in way}:
                return False
        return bool(named)

    # ------------------------------------------------------------ what could be better
    def _remarks(self, judged: Judged) -> list[str]:
        exercise, answer = EXERCISES[judged.key], judged.answer
        name, remarks = exercise.name, []
        if name in NAMES and (line := self.source.loop(name, exercise.loops)):
            remarks.append(
                f"line {self.source.read.place(line)[1]}: a loop where one operation on whole arrays would do"
            )
        arrays = [change for change in answer.changed if not change.startswith("entry ")]
        entries = [change for change in answer.changed if change.startswith("entry ")]
        if arrays:
            argument = arrays[0].partition("[")[0]
            line = self.source.read.place(self.source.written(name, argument))[1]
            remarks.append(
                f"line {line}: the caller's {argument} is changed in place; a = a - b makes a new array, a -= b none"
            )
        elif entries:
            argument = entries[0][6:].partition("[")[0]
            remarks.append(f"the caller's {argument} gets new entries; a copy of it would leave it as it was")
        lent = [helper for helper in answer.replaced if helper in self.source.calls(name)]
        if lent:
            remarks.append(f"{', '.join(lent)} not in the file: ours was used")
        if self.source.from_outside(name, "m"):
            remarks.append("m is taken from outside the function; Y.shape[1] would always be right")
        if answer.lenient:
            remarks.append(
                "float() of an array with one number: newer versions of NumPy refuse it, .item() always works"
            )
        node = self.source.functions.get(name)
        for line in answer.fired:
            if node and node.lineno <= line <= (node.end_lineno or line):
                remarks.append(f"line {self.source.read.place(line)[1]}: this assert does not hold")
        return remarks


def _has_none(output: object) -> bool:
    if isinstance(output, dict):
        return any(_has_none(item) for item in output.values())
    if isinstance(output, tuple):
        return any(_has_none(item) for item in output)
    return output is None
