"""The settings of both MLP estimators, under scikit-learn's names, and what they are in `Network.fit`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from numbers import Integral, Real
from types import NoneType
from typing import Annotated, Any, Literal, TypedDict, get_args, get_origin

import numpy as np

from glassnet.core.activations import ACTIVATIONS
from glassnet.core.names import choose
from glassnet.core.schedules import SCHEDULES
from glassnet.errors import SettingError
from glassnet.estimators.sklearn_compat import Interval, Options, StrOptions
from glassnet.training.declarations import Setting, declared
from glassnet.training.settings import SHARED, SharedSettings


# fmt: off
class LayerSettings(TypedDict, total=False):
    """What the hidden layers are; these two may be given by position."""

    hidden_layer_sizes: Annotated[int | Sequence[int], Setting((100,), "Units of each hidden layer, first to last.",
        "``()`` leaves the linear model.", interval="[1, inf)")]
    activation: Annotated[str | Sequence[str], Setting("relu", "Activation of the hidden layers.",
        "\"identity\", \"logistic\" (also \"sigmoid\"), \"tanh\", \"relu\", or any other name in glassnet's table, "
        'such as "gelu" or "leaky_relu(0.2)". A list gives each hidden layer its own.')]


class SklearnSettings(TypedDict, total=False):
    """Settings that scikit-learn's estimators have too."""

    solver: Annotated[Literal["lbfgs", "sgd", "adam", "adamw"], Setting("adam", "Rule of a step.",
        '"lbfgs" searches along lines on the whole data (good on small tables), "sgd" is gradient descent in batches '
        'with momentum, "adam" adapts the step of every weight, "adamw" is adam with `weight_decay`.',
        fit_name="optimizer")]
    alpha: Annotated[float, Setting(0.0001, "Strength of the L2 penalty.", "It adds alpha / (2 m) Σ W² to the cost, m "
        "the samples of a batch.", interval="[0, inf)", fit_name="l2")]
    batch_size: Annotated[int | Literal["auto"], Setting("auto", "Samples of a step.",
        '"auto" is min(200, n_samples). lbfgs always takes all.', interval="[1, inf)")]
    learning_rate: Annotated[Literal["constant", "invscaling", "adaptive"], Setting("constant",
        "How sgd's learning rate moves.", "Not at all; learning_rate_init / (t + 1)^power_t after each epoch, t the "
        "samples seen; or a fifth each time that the training stops to improve.", fit_name="schedule")]
    learning_rate_init: Annotated[float, Setting(0.001, "Learning rate at the start, for sgd, adam and adamw.",
        interval="(0, inf)", fit_name="learning_rate")]
    power_t: Annotated[float, Setting(0.5, 'Exponent of "invscaling".', interval="[0, inf)")]
    max_iter: Annotated[int, Setting(200, "Most epochs (sgd, adam, adamw) or iterations (lbfgs).", interval="[1, inf)",
        fit_name="epochs")]
    random_state: Annotated[Any, Setting(None, "Source of the first weights, the order of samples and the rows held "
        "out.", "A whole number, a RandomState or None. The same number draws what scikit-learn's estimator draws with "
        "it.", constraints=("random_state",))]
    tol: Annotated[float, Setting(1e-4, "Improvement of the loss that counts.", "Of the validation score with "
        "`early_stopping`; lbfgs's largest slope.", interval="[0, inf)")]
    verbose: Annotated[bool | int, Setting(False, "Whether each epoch prints its loss.", constraints=("verbose",))]
    warm_start: Annotated[bool, Setting(False, "Whether `fit` starts from the weights of the last one, with a fresh "
        "optimiser, as in scikit-learn.", "`resume` continues the training itself.")]
    momentum: Annotated[float, Setting(0.9, "Share of sgd's last step that is added to the next.", interval="[0, 1]")]
    nesterovs_momentum: Annotated[bool, Setting(True, "Whether sgd looks ahead along the momentum.")]
    early_stopping: Annotated[bool, Setting(False, "Whether to stop when the score of validation rows no longer "
        "improves, and to keep the best weights.", "The rows are those given to `fit` as `X_val`, or "
        "`validation_fraction` of the training rows, which are held out; a classifier's keep the classes' shares, "
        "except for multi-label targets. Not for lbfgs.")]
    validation_fraction: Annotated[float, Setting(0.1, "Share of the rows held out by `early_stopping`.",
        interval="[0, 1)")]
    beta_1: Annotated[float, Setting(0.9, "adam's memory of the gradient.", interval="[0, 1)")]
    beta_2: Annotated[float, Setting(0.999, "adam's memory of the gradient's square.", interval="[0, 1)")]
    epsilon: Annotated[float, Setting(1e-8, "Keeps adam's divisor from zero.", interval="(0, inf)")]
    n_iter_no_change: Annotated[float, Setting(10, "Epochs without improvement after which sgd, adam and adamw stop.",
        constraints=(Interval(Integral, 1, None, closed="left"), Options(Real, {np.inf})))]
    max_fun: Annotated[int, Setting(15000, "Most evaluations of the cost by lbfgs.", interval="[1, inf)")]


class OwnSettings(TypedDict, total=False):
    """Settings that are glassnet's own, beside those of `SharedSettings`."""

    weight_decay: Annotated[float, Setting(0.01, "What adamw takes from every weight and bias in each step.",
        "This share of it times the learning rate, apart from the gradient. `alpha` stays the penalty in the loss; set "
        "it to 0 for weight decay alone.", interval="[0, inf)")]
    scoring: Annotated[str | Callable[..., float] | None, Setting(None, "What `early_stopping` watches.",
        "The estimator's own score (None), the validation loss (\"loss\"), or a scorer of scikit-learn's, by name or "
        "as a callable ``scorer(estimator, X, y)``. Greater is better.")]
    resume: Annotated[bool, Setting(False, "Whether `fit` resumes the training of the last one.",
        "With its weights, as `warm_start`, and also with what the optimiser remembers (adam's averages, sgd's "
        "velocity, an adaptive learning rate), as `partial_fit` does. A fit that Ctrl-C interrupted is then completed "
        "if settings and rows are the same: `max_iter` counts its epochs from its start.")]
    n_networks: Annotated[int, Setting(1, "Networks of different starts that are trained side by side, as one stack.",
        "Predictions are their average, and `predict_spread` tells how far they are apart. Not for lbfgs.",
        interval="[1, inf)")]


class CommonKeywords(SklearnSettings, SharedSettings, OwnSettings, total=False):
    """The settings that both estimators take by name."""


class ClassifierKeywords(CommonKeywords, total=False):
    """Those of `MLPClassifier`."""

    class_weight: Annotated[Mapping[Any, float] | str | None, Setting(None,
        'Label -> weight of its rows in the cost, or "balanced".', '1 for labels it does not name; "balanced" gives '
        "every class the same sum of weights. Multiplies `sample_weight`, validation rows included.",
        constraints=(dict, StrOptions({"balanced"}), None))]
    label_smoothing: Annotated[float, Setting(0.0, "Part of each row's certainty that all classes get alike.",
        "Of the training rows only.", interval="[0, 1)")]


class RegressorLoss(TypedDict, total=False):
    """What `MLPRegressor` has beside the others, and as its first parameter."""

    loss: Annotated[str, Setting("squared_error", "Cost of an estimate.", '"squared_error" is half the squared error, '
        '"poisson" half the Poisson deviance with an exp output (targets of at least 0); "absolute_error" estimates '
        'the median, "quantile(0.9)" what nine of ten stay below, and "huber(1.35)" is squared up to that distance and '
        "absolute beyond. The losses of several columns add up.")]


# fmt: on
CLASSIFIER = declared(LayerSettings, ClassifierKeywords)
REGRESSOR = declared(RegressorLoss, LayerSettings, CommonKeywords)


def constraints(settings: Mapping[str, Setting]) -> dict[str, list[Any]]:
    """Return what scikit-learn checks each setting by."""
    return {
        name: list(setting.constraints)
        or list(dict.fromkeys(_constraint(each, setting) for each in setting.alternatives))
        for name, setting in settings.items()
    }


def _constraint(kind: Any, setting: Setting) -> Any:
    if get_origin(kind) is Literal:
        return str if setting.name in SHARED else StrOptions(set(get_args(kind)))  # `Network.fit` offers the nearest
    if kind in (int, float):
        low, high = (None if end == "inf" else kind(end) for end in setting.interval[1:-1].split(", "))
        closed = {"[)": "left", "()": "neither", "[]": "both"}[setting.interval[0] + setting.interval[-1]]
        return Interval(Integral if kind is int else Real, low, high, closed=closed)
    origin = get_origin(kind) or kind
    return {NoneType: None, bool: "boolean", Callable: callable, Sequence: "array-like"}.get(origin, origin)


# ------------------------------------------------------------ what they are in `Network` and its `fit`
def check_together(estimator: Any, *, incremental: bool) -> None:
    """Raise SettingError if two settings exclude each other."""
    if incremental and estimator.early_stopping:
        raise SettingError("partial_fit does not support early_stopping=True: a single pass leaves nothing to stop")
    rate, schedule = estimator.learning_rate, estimator.schedule
    if schedule not in ("constant", None) and estimator.solver == "sgd" and rate != "constant":
        raise SettingError(f"learning_rate={rate!r} and schedule={schedule!r} both move the rate; give one")
    if estimator.n_networks > 1 and estimator.solver == "lbfgs":
        raise SettingError(
            f"n_networks: lbfgs searches for one network at a time, got {estimator.n_networks}; "
            "take solver='adam', 'adamw' or 'sgd'"
        )


def hidden_units(given: Any) -> list[int]:
    """Return the units of each hidden layer as a list."""
    units = list(given) if isinstance(given, Iterable) else [given]
    if any(not isinstance(n, Integral) or n <= 0 for n in units):
        raise SettingError(f"hidden_layer_sizes must be > 0, got {units}: whole numbers, one per hidden layer.")
    return [int(n) for n in units]


def activation_names(given: Any, hidden_layers: int) -> list[str]:
    """Return the activation of each hidden layer, in glassnet's names."""
    choices = {"logistic": ACTIVATIONS["sigmoid"], **ACTIVATIONS}
    if isinstance(given, str):
        choose(choices, given, "activation")  # also where there is no hidden layer
        names = [given] * hidden_layers
    elif len(given) == hidden_layers:
        names = list(given)
    else:
        raise SettingError(
            f"activation: {hidden_layers} hidden layers take one name, or a list of {hidden_layers}; got {given!r}"
        )
    return ["sigmoid" if choose(choices, name, "activation")[0] == "logistic" else name for name in names]


def fit_settings(estimator: Any) -> dict[str, Any]:
    """Return the settings of `Network.fit` that an estimator's settings are, but for the batch."""
    shared = {name: getattr(estimator, name) for name in SHARED}
    own = {"optimizer": _optimizer(estimator), "l2": estimator.alpha, "epochs": estimator.max_iter}
    if estimator.solver == "lbfgs":  # it takes all samples at once, along lines
        return {**shared, **own, "schedule": "constant", "shuffle": True}
    return {**shared, **own, "learning_rate": estimator.learning_rate_init}


def schedule_ends_at_zero(estimator: Any) -> bool:
    """Tell whether the schedule brings the learning rate to nothing at max_iter, where the training is complete."""
    schedule, T = estimator.schedule or "constant", estimator.max_iter
    factor = schedule if callable(schedule) else choose(SCHEDULES, schedule, "schedule")[1].factor
    return bool(factor(T, T, []) < 1e-3)


def _optimizer(estimator: Any) -> str:
    """Return the solver with its options, as `Network.fit` writes them."""
    if estimator.solver == "lbfgs":
        return f"lbfgs(tolerance={float(estimator.tol)!r}, max_evaluations={estimator.max_fun})"
    if estimator.solver == "sgd":
        return f"{'nesterov' if estimator.nesterovs_momentum else 'momentum'}({float(estimator.momentum)!r})"
    options = [estimator.beta_1, estimator.beta_2, estimator.epsilon]
    options += [estimator.weight_decay] if estimator.solver == "adamw" else []
    return f"{estimator.solver}({', '.join(repr(float(option)) for option in options)})"
