"""What the networks of one training learn from: checked, prepared, and split at random by one seed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from glassnet.arrays.coded_columns import CodedColumns
from glassnet.core.checks import is_count
from glassnet.errors import DataError
from glassnet.estimators.sklearn_errors import as_glassnet_errors
from glassnet.estimators.tabular import out_of_fold
from glassnet.estimators.tabular.baseline import constants
from glassnet.estimators.tabular.judging import JudgedRows
from glassnet.estimators.tabular.networks import dtype_of, number_of_networks, refuse_another_network
from glassnet.estimators.tabular.recipes import Recipe, preset_named
from glassnet.estimators.tabular.rows import check_lengths, checked_targets, width
from glassnet.estimators.tabular.samples import Samples
from glassnet.estimators.targets import LabelEncoder, Target
from glassnet.network import Network
from glassnet.tables import Pictures, Preparation, fit_preparation, split
from glassnet.tables.arrow import release_memory
from glassnet.tables.times import times_of
from glassnet.training.position import fingerprint
from glassnet.typing import AnyArray

if TYPE_CHECKING:
    from glassnet.estimators.tabular.model import TableModel


VALIDATION_FROM = 1000  # rows; with fewer, every row is worth more in training (breast cancer: error .028 against .033)
VALIDATION_BY_TIME_FROM = 20  # rows, where they follow one another: then the latest judge
VALIDATION_SHARE = 0.15
MOST_EXPANDED = 8_000_000  # bytes of X, about a cache: larger ones are expanded batch by batch, which is no slower


class Given(NamedTuple):
    """Rows, targets, weights and groups as a user gave them; nothing where there are none."""

    X: Any = None
    y: Any = None
    sample_weight: Any = None
    groups: Any = None

    def check_validation(self) -> None:
        """Raise DataError if validation rows, targets or weights come without what belongs to them."""
        if (self.X is None) != (self.y is None):
            raise DataError(f"validation data are X_val and y_val; got {'y_val' if self.X is None else 'X_val'} alone")
        if self.X is None and self.sample_weight is not None:
            raise DataError("sample_weight_val weighs the rows of X_val and y_val; got it alone")


def _nothing_to_discard() -> None:
    """Do nothing: the data are in memory."""


class TrainingData(NamedTuple):
    """What the networks learn from, as columns, and what made it."""

    preparation: Preparation
    target: Target
    notes: list[str]
    width: int  # columns of the rows before preparation, or numbers in a picture
    X: AnyArray  # (n[0], m)
    Y: AnyArray  # (n[L], m)
    S: AnyArray | None  # weights of the rows, (1, m)
    validation: tuple[AnyArray, ...] | None  # X and Y, and S where there are weights
    fold_weights: AnyArray | None  # (k, 1, m): 0 where a network leaves a sample out
    fingerprint: int  # of X, Y, validation, fold_weights and S
    k: int  # networks side by side
    rng: np.random.Generator
    seed: int
    warm: bool  # whether training continues with the network of the last fit
    judged: JudgedRows | None  # what candidates are compared by; None where no row is left out
    constants: dict[str, list[float]]  # what every row could be answered
    unclipped: UnclippedFeatures | None  # of linear models; None where there is nothing to judge them by
    scores: TrainingData | None = None  # the same with scores for text, for hidden layers
    grouped: TrainingData | None = None  # the same with numbers in groups, for networks that embed them
    discard: Callable[[], None] = _nothing_to_discard  # what it has on disk for this training alone

    @property
    def text(self) -> str:
        """What text becomes: "" where there is none, "words", or "scores" too."""
        return "" if not self.preparation.text else "words" if self.scores is None else "scores"

    def for_recipe(self, recipe: Recipe) -> TrainingData:
        """Return what the networks of a recipe learn from."""
        return self._of(bool(recipe.hidden), bool(recipe.embedding))

    def for_network(self, network: Network) -> TrainingData:
        """Return what a network learns from, or learned from."""
        return self._of(network.L > 1, network.architecture.embedding is not None)

    def _of(self, is_deep: bool, embeds: bool) -> TrainingData:
        if embeds and self.grouped is not None:
            return self.grouped
        return self.scores if is_deep and self.scores is not None else self


class UnclippedFeatures(NamedTuple):
    """Numbers for linear models, neither clipped nor binned; made when they are needed.

    Attributes
    ----------
    preparation : Preparation
        Of these features.
    trained, held_out : Samples
        What is learned, and what is held out from all networks.
    """

    preparation: Preparation
    trained: Samples
    held_out: Samples

    def columns(self, target: Target) -> tuple[AnyArray, AnyArray]:
        """Return X (n, m) of the training rows, and of those that candidates are compared by."""
        X = _inputs(self.preparation, self.trained, target.encode(self.trained.y))
        return X, _inputs(self.preparation, self.held_out) if len(self.held_out.y) else X


def prepare(model: TableModel, given: Given, given_val: Given, *, warm: bool, seed: int) -> TrainingData:
    """Check the rows, prepare their columns and split them, as the seed says."""
    samples = _checked_samples(model, given, reset=not warm)
    rng = np.random.default_rng(seed)
    if len(samples.y) == 1:
        weighs = "" if given.sample_weight is None else " that weighs more than 0"
        raise DataError(f"X holds one sample{weighs}; a network needs at least 2 rows to learn from")
    target = model._decisions(model.target_ if warm else model._target(samples.y[samples.indices]))
    without_network = constants(target, samples.y, samples.S, model.loss or model._default_loss)
    class_weights = model._weights_of_classes(target, samples)
    if class_weights is not None and isinstance(target, LabelEncoder) and target.costs is not None:
        target = replace(target, class_weights=class_weights)
    samples = _times_class_weights(samples, target, class_weights)
    n_columns = width(samples.rows)
    if warm:
        refuse_another_network(model, n_columns, len(samples.y))
    k = (model.network_.n_networks or 1) if warm else number_of_networks(model, n_columns, len(samples.y))
    has_own = given_val.X is not None
    share = 0.0 if has_own else _validation_share(model, len(samples.y), k)
    trained, held_out = map(samples.at, _split(model, target, samples, rng, share))
    preparation = model.preparation_ if warm else _fitted_preparation(model, trained, target)
    notes = [*preparation.notes, *model._notes(samples.rows, samples.y)]
    if warm and model.network_.missing_state:
        notes.append(model.network_.missing_state)
    if has_own:
        model.n_features_in_ = n_columns
        source = None if isinstance(samples.rows, Pictures) else samples.rows.column_names
        held_out = _checked_samples(model, given_val, reset=False, source=source, where="X_val and y_val: ")
        held_out = _times_class_weights(held_out, target, class_weights)
    X, Y, S, validation = _columns(preparation, target, trained, held_out, dtype_of(model))
    fold_weights = _fold_weights(target, trained, k, rng) if validation is None else None
    rest = (*(validation or ()), *(() if S is None else (S,)))
    data = fingerprint(X, Y, fold_weights, *rest)
    if warm and fold_weights is not None and (model._last_fit is None or data != model._last_fit.data):
        fold_weights = None  # a network may have learned from rows that it would leave out now
        data = fingerprint(X, Y, None, *rest)
    compared = held_out if validation else trained
    judged = _judged_rows(target, (X, Y, S), validation, fold_weights, compared, class_weights)
    release_memory()
    solvable = not (judged is None or warm or preparation.pictures or preparation.text)
    linear = UnclippedFeatures(preparation.unclipped(), trained, held_out) if solvable else None
    result = TrainingData(
        preparation, target, notes, n_columns, X, Y, S, validation, fold_weights, data, k, rng, seed, warm, judged,
        without_network, linear,
    )  # fmt: skip
    if warm or model.hidden is not None or preset_named(model.preset).plain:  # at least the layers are given
        return result
    scores, units = _with_scores(result, trained, held_out), max(each.embedding for each in model._recipes.values())
    return result._replace(scores=scores, grouped=_grouped(scores or result, trained, held_out, units))


def _with_scores(data: TrainingData, trained: Samples, held_out: Samples) -> TrainingData | None:
    """Return the data with scores for text; None where they would not help."""
    if data.preparation.text == "alone":  # measured: words are as good
        return None
    preparation = data.preparation.with_text_scores(trained.rows, data.target.encode(trained.y))
    return _prepared_by(preparation, data, trained, held_out)


def _grouped(data: TrainingData, trained: Samples, held_out: Samples, units: int) -> TrainingData | None:
    """Return the data with numbers in groups; None where they have fewer features than units, or text is words."""
    if data.preparation.text or not units:
        return None
    return _prepared_by(data.preparation.grouped(trained.rows, least=units), data, trained, held_out)


def _prepared_by(
    preparation: Preparation | None, data: TrainingData, trained: Samples, held_out: Samples
) -> TrainingData | None:
    """Return the data as another preparation makes its features; None without one."""
    if preparation is None:
        return None
    X, _, _, validation = _columns(preparation, data.target, trained, held_out)
    rest = (*(validation or ()), *(() if data.S is None else (data.S,)))
    own = fingerprint(X, data.Y, data.fold_weights, *rest)
    judged = data.judged and data.judged._replace(X=validation[0] if validation else X)
    return data._replace(preparation=preparation, X=X, validation=validation, fingerprint=own, judged=judged)


def _judged_rows(
    target: Target, of_training: tuple[Any, ...], validation: tuple[Any, ...] | None, fold_weights: AnyArray | None,
    samples: Samples, class_weights: AnyArray | None,
) -> JudgedRows | None:  # fmt: skip
    """Return the rows that candidates are compared by, their weights with and without those of the classes."""
    if validation is None and fold_weights is None:
        return None
    X, Y, *S = validation or of_training
    weights = samples.S
    if class_weights is not None and weights is not None:
        assert isinstance(target, LabelEncoder)
        weights = weights / class_weights[target.most_probable(Y.T)]
    return JudgedRows(X, Y, S[0] if S else None, samples.y, weights, fold_weights)


def _columns(
    preparation: Preparation, target: Target, trained: Samples, held_out: Samples, dtype: Any = np.float32
) -> tuple[AnyArray, AnyArray, AnyArray | None, tuple[AnyArray, ...] | None]:
    """Return X, Y and S, and the validation data."""
    targets = target.encode(trained.y)
    X = _inputs(preparation, trained, targets, dtype)
    validation: tuple[AnyArray, ...] | None = None
    if len(held_out.y):
        validation = _inputs(preparation, held_out, dtype=dtype), target.encode(held_out.y).T
        validation = validation if held_out.S is None else (*validation, held_out.row)
    return X, targets.T, trained.row, validation


def _inputs(
    preparation: Preparation, samples: Samples, targets: AnyArray | None = None, dtype: Any = np.float32
) -> Any:
    """Return X (n[0], m): expanded where that is small or the samples are pictures, as codes otherwise."""
    X = preparation.encode(samples.rows, dtype, targets=targets)
    if not isinstance(X, CodedColumns) or X.is_sparse or X.expanded_nbytes > MOST_EXPANDED:
        return X
    return X.toarray()


def _fold_weights(target: Target, samples: Samples, k: int, rng: np.random.Generator) -> AnyArray | None:
    """Return which of k networks leaves which row out; None where there is one network, or rows or groups are few."""
    y, groups = samples.y, samples.groups
    if k == 1 or len(y) < 2 * k or (groups is not None and np.ptp(groups) == 0):
        return None
    labels = y if isinstance(target, LabelEncoder) and not target.multilabel else None
    return out_of_fold.pair_weights(labels, len(y), k, rng, groups)


def _checked_samples(
    model: TableModel, given: Given, *, reset: bool, source: Sequence[str] | None = None, where: str = ""
) -> Samples:
    """Return rows, targets and weights, without the rows that weigh nothing."""
    with as_glassnet_errors(where):
        rows, y = model._rows(given.X, reset=reset, source=source), checked_targets(model, given.y)
        check_lengths(rows, y)
        return Samples.of(rows, y, given.sample_weight, given.groups)


def _times_class_weights(samples: Samples, target: Target, class_weights: AnyArray | None) -> Samples:
    """Return the samples, their weights multiplied by those of their classes."""
    if class_weights is None:
        return samples
    assert isinstance(target, LabelEncoder)
    return samples.times(class_weights[target.most_probable(target.encode(samples.y))])


def _fitted_preparation(model: TableModel, samples: Samples, target: Target) -> Preparation:
    """Return the preparation of training rows, of which some count several times."""
    counted = samples.at(samples.indices)
    missing = (model.missing,) if isinstance(model.missing, str) else model.missing or ()
    preparation = fit_preparation(counted.rows, target.encode(counted.y), missing=missing)
    return preparation.unclipped() if preset_named(model.preset).plain else preparation


def _validation_share(model: TableModel, m: int, k: int) -> float:
    """Return the share of rows held out from all networks; the networks of a stack leave rows out by themselves."""
    if model.validation is not None:
        return float(model.validation)
    if preset_named(model.preset).plain:
        return 0.0
    if model.time is not None and m >= VALIDATION_BY_TIME_FROM:
        return VALIDATION_SHARE  # folds would look ahead
    return VALIDATION_SHARE if k == 1 and m >= VALIDATION_FROM else 0.0


def _split(
    model: TableModel, target: Target, samples: Samples, rng: np.random.Generator, share: float
) -> tuple[Any, AnyArray]:
    """Return the rows to train on, and those held out to choose the best epoch."""
    y = samples.y
    if share == 0:
        return np.s_[:], np.arange(0)
    stratify = isinstance(target, LabelEncoder) and not target.multilabel
    if stratify and model.validation is None:  # nobody asked for a split: it must not fail for a rare class
        stratify = np.unique(y, return_counts=True)[1].min() > 1
    times = None if model.time is None else times_of(samples.rows, model.time)
    train, held_out, _ = split(
        y, validation=share, rng=rng, stratify=bool(stratify), groups=samples.groups, times=times
    )
    if len(train) < 2:
        raise DataError(f"validation={share:g} leaves 1 of {len(y)} rows to train on; a network needs at least 2")
    return train, held_out


@as_glassnet_errors()
def drawn_seed(random_state: Any) -> int:
    """Draw a seed from a random state, as scikit-learn reads it."""
    if is_count(random_state, least=0):
        return int(np.random.RandomState(random_state).randint(2**31))
    if random_state is None:
        return int(np.random.randint(2**31))  # noqa: NPY002 - scikit-learn's meaning of None
    from sklearn.utils import check_random_state

    return int(check_random_state(random_state).randint(2**31))
