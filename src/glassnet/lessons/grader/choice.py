"""Which exercises a file answers, and what each of its functions is called with."""

from __future__ import annotations

from glassnet.lessons.grader.child import Helper, Job
from glassnet.lessons.grader.conventions import samples
from glassnet.lessons.grader.exercise import Case, Exercise
from glassnet.lessons.grader.signatures import arrange
from glassnet.lessons.grader.source import Source
from glassnet.lessons.grader.units import EXERCISES, NAMES, TEXTBOOK, cases

USUAL_RATE = 1.2  # of the course's nn_model


class Choice:
    """The exercises of a file, their inputs, and the jobs that run them.

    Parameters
    ----------
    source : Source
        The file.
    """

    def __init__(self, source: Source) -> None:
        self.source = source
        self.keys = {name: self._key(name) for name in NAMES}
        present = {key: EXERCISES[key] for name, key in self.keys.items() if name in source.top and key}
        self.exercises: dict[str, Exercise] = {
            key: present[key] for key in EXERCISES if key in present and self._can_be_run(present[key])
        }
        self.cases = {key: self._cases(key) for key in self.exercises}
        self.lent = {name: key for name, key in self.keys.items() if key in TEXTBOOK}

    def _key(self, name: str) -> str:
        """Find the exercise that a function of this name is meant for; that of the course where the file has none."""
        keys = [key for key, exercise in EXERCISES.items() if exercise.name == name]
        if name not in self.source.functions:
            return next((key for key in keys if key == name), keys[0])
        return next((key for key in keys if EXERCISES[key].when(self.source)), "")

    def _can_be_run(self, exercise: Exercise) -> bool:
        return not exercise.start or bool(set(exercise.start) & self.source.calls(exercise.name))

    def arguments(self, key: str) -> tuple[str, ...]:
        """Return what the learner's function is given, in its order."""
        exercise = self.exercises[key]
        return arrange(exercise, self.source.parameters(exercise.name)) or exercise.arguments

    def _cases(self, key: str) -> list[Case]:
        exercise = self.exercises[key]
        if "learning_rate" not in exercise.optional or "learning_rate" in self.arguments(key):
            return cases(key)
        rate, place = self.source.rate(exercise.name) or USUAL_RATE, exercise.arguments.index("learning_rate")
        return [(*case[:place], rate, *case[place + 1 :]) for case in cases(key)]

    def job(self, key: str, replaced: dict[str, Helper], *, own: bool = False) -> Job | None:
        """Return the job of an exercise; with `own`, on what the learner's forward step keeps, None without one."""
        exercise = self.exercises[key]
        arguments = self.arguments(key)
        inputs = self.cases[key]
        given = [dict(zip(exercise.arguments, case, strict=True)) for case in inputs]
        starts = {
            name: Helper("initialize_parameters") for name in exercise.start if name in self.source.calls(exercise.name)
        }
        apart = self.source.unpacked(exercise.name)
        job = Job(
            exercise.name, arguments, [tuple(case[name] for name in arguments) for case in given],
            {**starts, **replaced},
            {name: Helper(other, name in apart) for name, other in self.lent.items()},
            samples=[samples(key, case) for case in inputs] if self.source.from_outside(exercise.name, "m") else [],
        )  # fmt: skip
        if not own:
            return job
        maker = exercise.own
        if maker is None or maker.function not in self.source.top or maker.argument not in arguments:
            return None
        made = self._made(maker.function, [maker.inputs(*case) for case in inputs])
        return job._replace(maker=maker.function, made=made, place=arguments.index(maker.argument))

    def _made(self, function: str, inputs: list[Case]) -> list[Case]:
        """Put the inputs of a forward step into the learner's order."""
        key = self.keys[function]
        if key not in self.exercises:
            return inputs
        order = self.arguments(key)
        return [
            tuple(dict(zip(EXERCISES[key].arguments, case, strict=False))[name] for name in order) for case in inputs
        ]

    def helper(self, name: str, caller: str, results: tuple[int, ...]) -> Helper:
        """Return the textbook's function that takes the place of the learner's, with the learner's signature."""
        key = self.keys[name]
        order: tuple[int, ...] = ()
        if key in self.exercises:
            taken = self.arguments(key)
            course = [argument for argument in EXERCISES[key].arguments if argument in taken]
            order = tuple(taken.index(argument) for argument in course)
            order = () if order == tuple(range(len(order))) else order
        defaults, count = self.source.defaults(name), len(self.source.parameters(name))
        return Helper(key, name in self.source.unpacked(caller), order, results, defaults, count)
