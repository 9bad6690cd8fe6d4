"""The settings of the models for tables: those of a training, and what makes the network and chooses the best."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Annotated, Any, Literal, TypedDict

from glassnet.core.activations import ACTIVATIONS
from glassnet.core.architecture import choose_loss
from glassnet.core.losses import full_name
from glassnet.documents import checked, maybe, one_of, whole
from glassnet.errors import SettingError
from glassnet.estimators.weights import check_costs
from glassnet.metrics import metric_named
from glassnet.training.declarations import Setting, declared
from glassnet.training.settings import SharedSettings, StepSettings


def _check_names(value: Any) -> None:
    """Raise SettingError unless a value names columns: one text, several, or a dict of them."""
    texts = [value] if isinstance(value, str) else value
    if not isinstance(texts, Iterable) or not all(isinstance(text, str) for text in texts):
        raise SettingError(f"expected names of columns, got {value!r:.80}")


Names = str | Sequence[str] | None
Pairs = Mapping[str, str] | str | Sequence[str] | None
OF_COLUMNS: dict[str, Any] = {"check_with": _check_names, "later": True}


# fmt: off
class LayerSettings(TypedDict, total=False):
    """What the hidden layers are; these two may be given by position."""

    hidden: Annotated[int | Sequence[int] | None, Setting(None, "Units of each hidden layer; none for logistic or "
        "linear regression.", "A number, or one for each layer.", "None tries the preset's recipes and keeps the one "
        "that is best on rows left out.", interval="[1, inf)")]
    activation: Annotated[str | Sequence[str] | None, Setting(None, "Of the hidden layers: one name, or one per layer.",
        none="None is the recipe's own.", table=ACTIVATIONS)]


class ColumnSettings(TypedDict, total=False):
    """What the user says of columns; `glassnet.tables.choices` says how names are listed."""

    drop: Annotated[Names, Setting(None, "Columns to leave out.", **OF_COLUMNS)]
    keep: Annotated[Names, Setting(None, "Columns to use although they look like identifiers.", **OF_COLUMNS)]
    categorical: Annotated[Names, Setting(None, "Columns of categories, whatever their cells look like.",
        "A postal code is no number.", **OF_COLUMNS)]
    number: Annotated[Names, Setting(None, "Columns of numbers, whatever their cells look like.", **OF_COLUMNS)]
    text: Annotated[Names, Setting(None, "Columns of free text, whatever their cells look like.", **OF_COLUMNS)]
    date: Annotated[Pairs, Setting(None, "Columns of dates.", 'Each may say how: "day=%d/%m/%Y".', **OF_COLUMNS)]
    date_format: Annotated[str | None, Setting(None, "How dates are written, such as %d/%m/%Y.", **OF_COLUMNS)]
    decimal: Annotated[str | None, Setting(None, "Decimal sign, . or , alone, of numbers that can be read in two ways.",
        "Found from the cells and the other columns by default.", **OF_COLUMNS)]
    kinds: Annotated[Pairs, Setting(None, "Columns of any kind, each as column=kind.", option="kind", **OF_COLUMNS)]
    missing: Annotated[Names, Setting(None, "Text that stands for a missing cell, beside the usual marks.",
        **OF_COLUMNS)]
    time: Annotated[str | None, Setting(None, "Column by which rows follow one another.",
        "Rows that judge are later than those that train; it stays a feature.", **OF_COLUMNS)]


class ModelSettings(TypedDict, total=False):
    """What makes the networks and chooses the best, beside the layers and the training."""

    preset: Annotated[Literal["fast", "default", "best", "course"], Setting("default",
        "How many networks of which recipes are tried.", '"course" trains one as the course does: gradient descent '
        "over all rows, none left out. `glassnet.estimators.tabular.recipes` has the table.")]
    loss: Annotated[str | None, Setting(None, "Cost of an answer: cross_entropy, squared_error, absolute_error, huber, "
        "quantile(0.9), poisson.", none="None is cross_entropy for classes and squared_error for numbers.",
        check_with=lambda name: choose_loss(full_name(name, 1)))]
    metric: Annotated[str | None, Setting(None, "Score that chooses recipe, epoch and, for f1 and balanced_accuracy, "
        "the decision threshold.", "A name in `glassnet.metrics.METRICS`, such as roc_auc or mae, or scikit-learn's "
        "name of a scorer.", none="None is the squared error of the probabilities for classes, and the loss for "
        "numbers.", check_with=metric_named, later=True)]
    validation: Annotated[float | None, Setting(None, "Share of the training rows held out to choose the recipe and "
        "the best epoch.", none="None: every two networks leave out an eighth of the rows and are judged by them; one "
        "network alone holds out .15 from 1000 rows on.", interval="[0, 1)")]
    patience: Annotated[float | None, Setting(None, "Epochs without a lower validation cost before training ends.",
        none="None is a quarter of the epochs.", interval="[0, inf]")]
    time_limit: Annotated[float | None, Setting(None, "Seconds that a training may take.", "Candidates and steps are "
        "planned by their measured speed, so that results depend on the machine; in the shell it is the time of the "
        "whole command.", interval="(0, inf)", later=True)]
    n_networks: Annotated[int | None, Setting(None, "Networks trained side by side and averaged.",
        none="None is the preset's number (2, 4 or 16; with fewer than 1000 rows 4, 8 or "
            "16), or one where `hidden` is given.", interval="[1, inf)")]
    random_state: Annotated[Any, Setting(None, "Source of all randomness.", "A whole number, a RandomState, or None "
        "for another one each time.", option="seed")]
    warm_start: Annotated[bool, Setting(False, "Whether `fit` resumes the training of the last `fit`, with its network "
        "and preparation.", "scikit-learn's name for it. Settings that ask for another network than that one "
        "(`hidden`, `activation`, `preset`, `loss`, `n_networks`) are refused.", option=None)]
    verbose: Annotated[bool | int, Setting(False, "Whether the notes and a line per epoch are printed.",
        interval="[0, inf)", option=None)]


class RegressorKeywords(ModelSettings, ColumnSettings, StepSettings, SharedSettings, total=False):
    """The settings of `TabularRegressor` that are given by name."""


class ClassifierKeywords(RegressorKeywords, total=False):
    """The settings of `TabularClassifier` that are given by name."""

    class_weight: Annotated[Mapping[Any, float] | str | None, Setting(None,
        'Label -> weight of its rows, or "balanced".', '1 for labels it does not name; "balanced" gives every class '
        "the same sum of weights. Multiplies the `sample_weight` of `fit`, and weighs validation rows too.",
        option="balance", flag=("balanced", "Give every class the same weight, however rare it is."))]
    cost_matrix: Annotated[Mapping[tuple[Any, Any], float] | str | None, Setting(None,
        "Cost of each kind of error: yes:no=5,no:yes=1 (true:predicted).", "A mapping (true, predicted) -> cost, that "
        "text, or an array (n_classes, n_classes) in the order of `classes_`; an error that is not named costs 1, a "
        "right answer 0. `predict` decides on the class of least expected cost.", option="cost",
        check_with=check_costs, later=True)]


# fmt: on
FIXED = ("hidden", "activation", "preset", "loss", "n_networks")  # what makes the network
IN_FIT = tuple(declared(StepSettings, SharedSettings))  # passed on to `Network.fit` under the same names
RECIPES = ("optimizer", "learning_rate", "schedule", "epochs", "batch_size", "dropout")  # of which each has its own


def _left_to_the_recipe(settings: dict[str, Setting]) -> dict[str, Setting]:
    own = {name: replace(settings[name], default=None, none="None is the recipe's own.") for name in RECIPES}
    return {**settings, **own}


COLUMNS = declared(ColumnSettings)
REGRESSOR = _left_to_the_recipe(declared(LayerSettings, RegressorKeywords))
CLASSIFIER = _left_to_the_recipe(declared(LayerSettings, ClassifierKeywords))

IN_FILES = {"random_state": maybe(whole()), "class_weight": maybe(one_of("balanced"))}  # as plain data


def check_kept(settings: Mapping[str, Any]) -> None:
    """Raise ValueError unless each setting that a file keeps is one that `fit` takes."""
    checked(settings, IN_FILES, "settings", later=IN_FILES, others=True)
    for name, value in settings.items():
        if name in CLASSIFIER and name not in IN_FILES:
            CLASSIFIER[name].check(value)


def refuse_those_of_classes(settings: Mapping[str, Any]) -> None:
    """Raise SettingError where a setting is given that only a classifier has, and numbers are estimated."""
    for name in settings:
        if name in CLASSIFIER and name not in REGRESSOR:
            option = CLASSIFIER[name].option_name
            raise SettingError(
                f"{name} (--{option}) is for classes, and the target's numbers are estimated; leave it out, or take "
                "the numbers as classes by task='classes' (--task classes)"
            )
