"""Which of the course's arguments each of a learner's is: by its name where it is known, by its place otherwise."""

from __future__ import annotations

from itertools import combinations
from typing import NamedTuple

from glassnet.lessons.grader.exercise import Exercise

ALIASES = {
    "parameters": "params param parameter weights parametres para theta model",
    "grads": "gradients gradient grad slopes", "gradients": "grads gradient grad slopes",
    "learning_rate": "lr alpha rate eta learningrate learn_rate",
    "cache": "caches linear_cache activation_cache mem memory", "caches": "cache mem memory",
    "X": "x a0 data inputs input features x_train train_x",
    "Y": "y labels label y_true t targets target y_train train_y",
    "y": "labels label y_true t targets target", "x": "z a inputs", "Z": "x a inputs t values",
    "A": "a a_prev aprev x inputs", "A_prev": "a aprev x inputs",
    "AL": "a2 a3 a yhat y_hat y_pred predictions pred output",
    "A3": "al a2 a yhat y_hat y_pred predictions pred output",
    "num_iterations": "num_iters num_iter n_iter iterations epochs num_epochs num_of_iters n_iterations iters steps",
    "layers_dims": "layer_dims dims layers layer_sizes sizes",
    "layer_dims": "layers_dims dims layers layer_sizes sizes",
    "lambd": "lambda_ lamda lmbda lam reg", "keep_prob": "keep keep_probability", "dim": "n n_x size",
    "mini_batch_size": "batch_size size minibatch_size", "v": "velocity", "beta": "beta1 gamma momentum beta2",
    "epsilon": "eps", "n_h": "nh hidden n_hidden", "n_x": "nx", "n_y": "ny", "W": "weights", "b": "bias biases",
    "activation": "act activation_function g func",
}  # fmt: skip


class Parameter(NamedTuple):
    """An argument of the learner's function."""

    name: str
    required: bool


def arrange(exercise: Exercise, parameters: list[Parameter]) -> tuple[str, ...] | None:
    """Say what to pass, in the learner's order.

    Parameters
    ----------
    exercise : Exercise
        What the course passes.
    parameters : list of Parameter
        What the learner's function takes.

    Returns
    -------
    tuple of str or None
        Names of the course's arguments; None where the function cannot be called with them.
    """
    required = [parameter for parameter in parameters if parameter.required]
    needed = [name for name in exercise.arguments if name not in exercise.optional]
    if (
        (known := _by_name(exercise, parameters)) is not None
        and len(known) >= len(required)
        and set(needed) <= set(known)
    ):
        return known
    for left_out in range(len(exercise.optional) + 1):
        for dropped in combinations(exercise.optional, left_out):
            passed = tuple(name for name in exercise.arguments if name not in dropped)
            if len(required) <= len(passed) <= len(parameters):
                return passed
    return None


def _by_name(exercise: Exercise, parameters: list[Parameter]) -> tuple[str, ...] | None:
    known: list[str] = []
    for parameter in parameters:
        name = _known(parameter.name, exercise.arguments, known)
        if name is None:
            return None if parameter.required else tuple(known)
        known.append(name)
    return tuple(known)


def _known(name: str, arguments: tuple[str, ...], taken: list[str]) -> str | None:
    word = name.strip("_").lower()
    free = [argument for argument in arguments if argument not in taken]
    for argument in free:
        if name == argument:
            return argument
    return next(
        (argument for argument in free if word == argument.lower() or word in ALIASES.get(argument, "").split()), None
    )
