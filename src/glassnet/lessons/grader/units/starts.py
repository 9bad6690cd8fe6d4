"""The three initialisations that the second course compares; random starts are examined by `grader/starts.py`."""

from __future__ import annotations

from glassnet.lessons.grader.exercise import Case, Exercise
from glassnet.lessons.grader.inputs import Rng


def _sizes(_: Rng) -> list[Case]:
    return [([3, 2, 1],), ([2, 1],), ([1, 1, 1, 1],), ([4, 3, 3, 2, 1],), ([60, 50, 40],)]


EXERCISES = {
    name: Exercise(name, ("layers_dims",), ("parameters",), _sizes, loops=1)
    for name in ("initialize_parameters_zeros", "initialize_parameters_random", "initialize_parameters_he")
}
EXERCISES["initialize_parameters_list"] = Exercise(
    "initialize_parameters", ("layers_dims",), ("parameters",), _sizes, loops=1,
    when=lambda source: len(source.arguments("initialize_parameters")) < 3,
)  # fmt: skip
