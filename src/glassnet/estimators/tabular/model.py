"""The estimators for tables without scikit-learn's interface: the shell uses these as they are and starts at once.

They prepare columns, choose what is left open, and hand rows to `Network`; there is no mathematics here. scikit-learn
is loaded where its checks have something to say: for arrays, foreign frames, and what is about to be refused.
"""

from __future__ import annotations

import copy
import inspect
import warnings
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Unpack

from glassnet.core.checks import is_count
from glassnet.errors import DataError, InterruptedWarning, SettingError, UnknownNameError
from glassnet.estimators.all_or_nothing import all_or_nothing
from glassnet.estimators.given_targets import given_labels, given_numbers
from glassnet.estimators.input_names import select_training_columns
from glassnet.estimators.inspection import InspectionMixin
from glassnet.estimators.saving import CLASS_WEIGHTS, save
from glassnet.estimators.sklearn_errors import as_glassnet_errors
from glassnet.estimators.tabular import document, evaluation
from glassnet.estimators.tabular.baseline import LINEAR, Baseline, finite
from glassnet.estimators.tabular.candidate import LOG, Candidate, best_of, notes_of_choice
from glassnet.estimators.tabular.conformal import Conformity
from glassnet.estimators.tabular.evaluation import Answers, Evaluation
from glassnet.estimators.tabular.judging import JudgedRows
from glassnet.estimators.tabular.left_out import conformity_of
from glassnet.estimators.tabular.networks import made_with
from glassnet.estimators.tabular.novelty import Novelty, novelty_of
from glassnet.estimators.tabular.recipes import CLASSES, NUMBERS, SOLVED, Recipe
from glassnet.estimators.tabular.rows import check_lengths, checked_rows, checked_targets
from glassnet.estimators.tabular.samples import Samples
from glassnet.estimators.tabular.settings import (
    CLASSIFIER,
    REGRESSOR,
    ClassifierKeywords,
    RegressorKeywords,
    check_kept,
)
from glassnet.estimators.tabular.source import Source
from glassnet.estimators.tabular.streamed import is_streamed, prepared, stream_of
from glassnet.estimators.tabular.time_plan import TimePlan
from glassnet.estimators.tabular.training import Callback, rows_of, train_candidates
from glassnet.estimators.tabular.training_data import Given, TrainingData, drawn_seed
from glassnet.estimators.tabular.unfinished import LastFit, Unfinished, settings_of
from glassnet.estimators.targets import LabelEncoder, Target, TargetScaler
from glassnet.network import Network, checkpoint_to
from glassnet.tables import Pictures, Preparation, imbalance, leaks, rare_classes
from glassnet.training.checkpoint import Checkpoint
from glassnet.training.declarations import Setting, completed, defaults, is_same, takes
from glassnet.training.history import History
from glassnet.training.reduction import Reduce
from glassnet.typing import AnyArray, Array, Labels, Rows

INTERRUPTED = "Training interrupted by user; the best network so far is kept."
NO_NOVELTY = "the model's file does not say what the rows of its training were like: train anew"
NOTHING = Given()


class TableModel(InspectionMixin):
    """What both models share: settings, fit, prediction and files."""

    kind: ClassVar[str]  # the name in model files, which is that of the estimator
    network_: Network
    target_: Target
    preparation_: Preparation
    baseline_: Baseline
    history_: History
    candidates_: list[dict[str, Any]]
    left_out_: dict[str, float]  # scores of the chosen candidate on rows left out, its cost first; not kept in files
    notes_: list[str]
    target_name_: str | None = None
    sample_weight_name_: str | None = None  # of the column, where one was trained with
    source_: Source | None = None  # of the rows, where they came from a file
    conformity_: Conformity | None = None  # of answers to rows left out
    novelty_: Novelty | None = None  # beside the rows of the training
    _made_with: dict[str, Any]  # the settings of the last fit that made the network
    _unfinished: Unfinished | None = None  # where the last training was interrupted
    _last_fit: LastFit | None = None  # what a warm start needs to know of it
    _is_older: bool = False  # than what files keep of rows left out
    n_features_in_: int
    feature_names_in_: Labels  # where the columns had names
    _declared: ClassVar[Mapping[str, Setting]] = REGRESSOR
    _task: ClassVar[str]  # of its metrics
    _default_loss: str
    _recipes: ClassVar[Mapping[str, Recipe]]

    if TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any: ...  # the settings

    @takes(REGRESSOR)
    def __init__(
        self, hidden: int | Sequence[int] | None = None, activation: str | Sequence[str] | None = None,
        **settings: Unpack[RegressorKeywords],
    ) -> None:  # fmt: skip
        self._set(hidden=hidden, activation=activation, **settings)

    def _set(self, **settings: Any) -> None:
        vars(self).update(completed(self._declared, settings, type(self).__name__))

    def __setstate__(self, state: Mapping[str, Any]) -> None:
        older = {"_is_older": "conformity_" not in state}
        vars(self).update({**defaults(self._declared), **older, **state})  # what an older pickle lacks

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """Return the settings."""
        return {name: getattr(self, name) for name in inspect.signature(type(self)).parameters}

    def set_params(self, **settings: Any) -> Any:
        """Change settings."""
        known = self.get_params()
        for name, value in settings.items():
            if name not in known:
                raise UnknownNameError.among("setting", name, known)
            setattr(self, name, value)
        return self

    @all_or_nothing()
    def fit(
        self, X: Any, y: Any = None, sample_weight: Any = None, *, groups: Any = None,
        X_val: Any = None, y_val: Any = None, sample_weight_val: Any = None, callbacks: Iterable[Callback] = (),
        checkpoint: str | Path | Checkpoint | None = None, every: float = 60.0, reduce: Reduce | None = None,
    ) -> Any:  # fmt: skip
        """Prepare the columns and train the network.

        Parameters
        ----------
        X : data frame, array (m, n_x), Pictures or StreamedDataset
            One row per sample; missing and masked cells are welcome. Rows to predict are matched by the names of their
            columns, or by position where one side has none. What `glassnet.dataset` returns is streamed: it may be
            larger than memory, and brings targets and weights along.
        y : array_like (m,) or (m, n_outputs)
            Targets, none missing; `glassnet.estimators.given_targets` is the table of what they may be.
        sample_weight : array_like (m,), optional
            Weight of each row in the cost, and where a recipe or an epoch is judged. Rows of weight 0 are left out. A
            whole number counts as so many rows, in the preparation too; other weights do not change the preparation.
        groups : array_like (m,), optional
            What each row belongs to, such as a patient: rows of one group train or judge a network, never both.
        X_val, y_val : like X and y, optional
            Own validation data, instead of a share of the rows.
        sample_weight_val : array_like, optional
            Weight of each of them.
        callbacks : iterable of callable
            Each is called with a `Progress`; one that returns True ends the training.
        checkpoint : str or Path, optional
            File to which the model and all that resuming takes is written regularly.
            ``glassnet.load(checkpoint).set_params(warm_start=True).fit(X, y)`` resumes the training.
        every : float
            Seconds between two checkpoints.
        reduce : callable
            Where several processes train this model together, each with the same rows, settings and seed: what adds up
            an array over all of them, as `Network.fit` takes it. Networks side by side are dealt to the processes.

        Returns
        -------
        self
            Fitted.

        Raises
        ------
        DataError, SettingError
            If the rows, targets, weights or settings cannot be used.
        DivergedError
            If every candidate diverges.

        Warns
        -----
        InterruptedWarning
            After Ctrl-C: the best network so far is kept. One of several fits (in a search, cross-validation or
            ensemble) raises KeyboardInterrupt instead, which ends them all; so does a fit before its first step.
        """
        given, given_val = Given(X, y, sample_weight, groups), Given(X_val, y_val, sample_weight_val)
        given_val.check_validation()
        self._declared["time_limit"].check(self.time_limit)
        if reduce is not None and self.time_limit is not None:
            raise SettingError("time_limit: several processes cannot keep one; give epochs, or train in one process")
        time_plan = TimePlan(self.time_limit)
        warm = self.warm_start and hasattr(self, "network_")
        unfinished = self._unfinished if warm else None
        data = None if unfinished is None else self._data_to_resume(unfinished, given, given_val, reduce)
        if data is None:
            seed = self._seed_to_fit(warm)
            unfinished, data = None, prepared(self, given, given_val, warm=warm, seed=seed, reduce=reduce)
        keeper = checkpoint_to(checkpoint, every)
        self._unfinished = None
        candidates = train_candidates(
            self, data, unfinished, callbacks=callbacks, checkpoint=keeper, as_of=partial(self._as_of, data),
            time_plan=time_plan, reduce=reduce,
        )  # fmt: skip
        chosen = self._become(data, candidates)
        X, rows = rows_of(chosen, data)
        self.conformity_ = None if rows is None else conformity_of(self.network_, self.target_, rows)
        self.novelty_ = novelty_of(X)
        self.notes_ += time_plan.notes()
        if not self.was_interrupted:
            data.discard()
        if keeper is not None:
            keeper.end(self)
        if self.verbose:
            print(*self.notes_, self.network_, sep="\n")
        if self.was_interrupted:
            warnings.warn(INTERRUPTED, InterruptedWarning, stacklevel=3)
        return self

    @property
    def was_solved(self) -> bool:
        """Whether the network is a linear model that was solved for, instead of being trained step by step."""
        return self._last_recipe.startswith(SOLVED)

    @property
    def _last_recipe(self) -> str:
        return "given" if self._last_fit is None else self._last_fit.recipe

    def _seed_to_fit(self, warm: bool) -> int:
        """Return the seed of a training: a warm start keeps that of the last one, unless it is given a number."""
        if warm and self._last_fit is not None and not is_count(self.random_state, least=0):
            return self._last_fit.seed
        return drawn_seed(self.random_state)

    def _data_to_resume(
        self, unfinished: Unfinished, given: Given, given_val: Given = NOTHING, reduce: Reduce | None = None
    ) -> TrainingData | None:
        """Return the data of an interrupted training, if these are, and the settings are the same."""
        if not is_same(unfinished.settings, settings_of(self), defaults(self._declared)):
            return None
        twin = copy.copy(self)  # other data must not change this model
        data = prepared(twin, given, given_val, warm=unfinished.warm, seed=unfinished.seed, reduce=reduce)
        return data if data.fingerprint == unfinished.data else None

    def _become(self, data: TrainingData, candidates: list[Candidate]) -> Candidate:
        """Take over what was trained: the best of the candidates, and what it takes to resume the last; return it."""
        chosen = best_of(candidates)
        seen = data.for_network(chosen.network)
        self.preparation_, self.target_ = seen.preparation, chosen.target or data.target
        if chosen.recipe.removesuffix(LOG) == SOLVED and data.unclipped is not None:
            self.preparation_ = data.unclipped.preparation
        self.n_features_in_ = data.width
        self._made_with, self._is_older = made_with(self), False
        self.conformity_ = self.novelty_ = None
        self.network_, self.history_ = chosen.network, chosen.history  # type: ignore[assignment]
        linear = [each for each in candidates if each.recipe in (SOLVED, LINEAR) and each.scores]
        self.baseline_ = Baseline(data.constants, finite(linear[0].scores) if linear else {})
        self.candidates_ = [each.summary() for each in candidates]
        self.left_out_ = {"cost": chosen.cost, **chosen.scores}
        self.notes_ = [*data.notes, *notes_of_choice(candidates, chosen, self.metric)]
        recipe = self._last_recipe if chosen.recipe == "as before" else chosen.recipe.removesuffix(LOG)
        self._last_fit = LastFit(data.seed, chosen.fingerprint or seen.fingerprint, recipe)
        if candidates[-1].interrupted:
            self._last_fit = self._last_fit._replace(data=data.fingerprint)  # by which it is resumed
            self._unfinished = Unfinished.of(self, data, candidates)
        return chosen

    def _as_of(self, data: TrainingData, candidates: list[Candidate]) -> TableModel:
        """Return a model of the candidates so far, from which the training can be resumed."""
        twin = copy.copy(self)
        twin._become(data, candidates)
        return twin

    @property
    def was_interrupted(self) -> bool:
        """Whether the last training was: by Ctrl-C, or by a kill of which this is the checkpoint."""
        return self._unfinished is not None

    @property
    def network_in_training(self) -> Network:
        """The network that was trained when the training was interrupted; `network_` may be a better one before it."""
        return self.network_ if self._unfinished is None else self._unfinished.network

    def can_resume(self, X: Any, y: Any, sample_weight: Any = None, groups: Any = None) -> bool:
        """Return whether `fit` with these rows would resume an interrupted training.

        Parameters
        ----------
        X, y, sample_weight, groups : rows, their targets, weights and groups
            As `fit` takes them.

        Returns
        -------
        bool
            True with the same rows and settings, if `warm_start` is set.
        """
        unfinished = self._unfinished
        given = Given(X, y, sample_weight, groups)
        return unfinished is not None and self.warm_start and self._data_to_resume(unfinished, given) is not None

    def has_settings_of(self, other: TableModel) -> bool:
        """Return whether two models have the same settings, as far as the result of a training depends on them.

        Parameters
        ----------
        other : TableModel
            Fitted or not.

        Returns
        -------
        bool
            `warm_start`, `verbose`, `engine` and `device` may differ.
        """
        return settings_of(self) == settings_of(other)

    def save(self, path: str | Path, *, training_state: bool = True) -> None:
        """Write preparation, network, classes and history to one file, which `glassnet.load` reads.

        A setting that is a function, such as a schedule, is not kept: a loaded model has the default.

        Parameters
        ----------
        path : str or Path
            The file, usually named ``*.glassnet``.
        training_state : bool
            Whether the file also holds what resuming takes, as `Network.save` says.

        Raises
        ------
        NotFittedError
            If nothing was fitted.
        SettingError
            If a setting was changed to one that `fit` would refuse.
        FileError
            If the file cannot be written.
        """
        self._see_that_fitted()
        kept, networks = document.to_document(self, training_state=training_state)
        save(self, path, self.target_, kept, training_state=training_state, networks=networks)

    _rows_of_file: ClassVar = document.ENTRIES

    def _check_kept(self, settings: Mapping[str, Any]) -> None:
        """Raise unless the settings are of the kinds that `fit` takes."""
        check_kept(settings)

    def _restore(self, network: Network, target: Target, kept: Mapping[str, Any]) -> None:
        document.restore(self, network, target, kept)

    def prepared(self, X: Rows | Pictures) -> Array:
        """Return rows as the network's input.

        Parameters
        ----------
        X : data frame, array (m, n_x) or Pictures
            Rows with the columns of the training.

        Returns
        -------
        array of float32, (n[0], m)
            One column per row of X.

        Raises
        ------
        NotFittedError
            If nothing was fitted.
        DataError
            If X does not match the training.
        """
        self._see_that_fitted()
        with as_glassnet_errors():
            rows = self._rows(X, reset=False)
        return self.preparation_.transform(rows).T

    _inputs = prepared

    def _names_of_inputs(self) -> list[str]:
        return list(self.preparation_.feature_names)

    def _outputs(self, X: Any) -> Array:
        """Return the network's answers (m, n_outputs), the mean over the networks side by side."""
        return self.answers(X).outputs

    def answers(self, X: Rows | Pictures, coverage: float | None = None, *, novelty: bool = False) -> Answers:
        """Return what predictions, probabilities, intervals, sets and novelty are made of, by one pass over the rows.

        Parameters
        ----------
        X : data frame, array (m, n_x), Pictures or StreamedDataset
            Rows with the columns of the training; those of a stream are prepared and answered some at a time.
        coverage : float, optional
            Share of rows whose truth intervals or sets are to hold; none are computed by default.
        novelty : bool
            Whether `novelty` is computed too.

        Returns
        -------
        Answers
            ``.outputs`` (m, n_outputs), of which `target_` makes predictions and probabilities, ``.regions`` and
            ``.novelty``.

        Raises
        ------
        NotFittedError
            If nothing was fitted.
        DataError
            If X does not match the training.
        SettingError
            If `coverage` is no share between 0 and 1, or the training left too few rows out.
        """
        self._see_that_fitted()
        if is_streamed(X):
            some = (select_training_columns(self, rows) for rows in stream_of(X).batches())
            return evaluation.joined([self.answers(rows, coverage, novelty=novelty) for rows in some])
        if coverage is not None and self.conformity_ is None:
            raise SettingError(self._why_no_regions())
        if novelty and self.novelty_ is None:
            raise SettingError(NO_NOVELTY)
        with as_glassnet_errors():
            rows = self._rows(X, reset=False)
        return evaluation.answered(self, rows, coverage, novelty=novelty)

    def novelty(self, X: Rows | Pictures) -> Array:
        """Return how unlike the rows of the training each row is.

        It is Mahalanobis' distance of the prepared features, in 64 random directions: it grows with numbers far
        outside, with rare categories, and with usual cells that never came together. It knows nothing of the target.

        Parameters
        ----------
        X : data frame, array (m, n_x) or Pictures
            Rows with the columns of the training.

        Returns
        -------
        array of float64, (m,)
            Of 99 in 100 rows of the last training it is at most 1.

        Raises
        ------
        NotFittedError
            If nothing was fitted.
        DataError
            If X does not match the training.
        SettingError
            If the model's file is older than this score.

        Examples
        --------
        >>> from sklearn.datasets import load_iris
        >>> from glassnet import TabularClassifier
        >>> X, y = load_iris(return_X_y=True)
        >>> model = TabularClassifier(preset="fast", random_state=0).fit(X, y)
        >>> bool((model.novelty(X) > 1).mean() < 0.05), bool((model.novelty(X + 3) > 1).all())
        (True, True)
        """
        found = self.answers(X, novelty=True).novelty
        assert found is not None
        return found

    def _why_no_regions(self) -> str:
        """Say why there is nothing to make intervals or sets of."""
        if self._is_older:
            return (
                "the model's file is older than intervals and sets, which need its answers to rows left out: train anew"
            )
        return (
            "the training left no rows out, by which intervals and sets are made (one network without validation rows, "
            "a warm start on other rows, or a training that has not ended): train with n_networks=8, or validation=0.15"
        )

    def rows_left_out(self, X: Any, y: Any, sample_weight: Any = None, groups: Any = None) -> JudgedRows | None:
        """Return the rows that the networks did not learn from, if these are all rows of the last training.

        Parameters
        ----------
        X, y, sample_weight, groups : rows, their targets, weights and groups
            As `fit` took them, in the same order.

        Returns
        -------
        JudgedRows or None
            Prepared as in the training: those of validation, or all rows and which network left which of them out. None
            where these are other rows, or each row was learned by all networks.

        Raises
        ------
        NotFittedError
            If nothing was fitted.
        DataError
            If X does not match the training, or y, weights or groups do not match X.
        """
        self._see_that_fitted()
        last, learned = self._last_fit, (self.network_.record or {}).get("samples", 0)
        if last is None or len(y) < learned:
            return None
        twin = copy.copy(self)  # preparing changes it
        data = prepared(twin, Given(X, y, sample_weight, groups), NOTHING, warm=True, seed=last.seed)
        return data.judged if data.fingerprint == last.data else None

    def evaluate(self, X: Rows | Pictures, y: Any, sample_weight: Any = None, *, novelty: bool = False) -> Evaluation:
        """Return answers and cost for rows whose targets are known, prepared once and passed through the network once.

        Parameters
        ----------
        X : data frame, array (m, n_x) or Pictures
            Rows with the columns of the training.
        y : array_like (m,) or (m, n_outputs)
            True targets.
        sample_weight : array_like (m,), optional
            Weight of each row in the cost.
        novelty : bool
            Whether `novelty` is computed too.

        Returns
        -------
        Evaluation
            ``.outputs`` (m, n_outputs), of which `target_` makes predictions and probabilities, ``.cost`` and
            ``.novelty``.

        Raises
        ------
        NotFittedError
            If nothing was fitted.
        DataError
            If X does not match the training, or y or the weights do not match X.
        SettingError
            If the model's file is older than `novelty`, which was asked for.
        """
        self._see_that_fitted()
        if novelty and self.novelty_ is None:
            raise SettingError(NO_NOVELTY)
        with as_glassnet_errors():
            rows, y = self._rows(X, reset=False), checked_targets(self, y)
            check_lengths(rows, y)
            weights = None if sample_weight is None else _checked_weights(y, sample_weight)
        return evaluation.evaluated(self, rows, self.target_.encode(y), weights, novelty=novelty)

    def _rows(self, X: Any, *, reset: bool, source: Sequence[str] | None = None) -> Any:
        """Return X as an Arrow table or Pictures, with the columns of the training unless `reset`."""
        return checked_rows(self, X, reset=reset, source=source)

    def _target(self, y: Array) -> Target:
        """Learn the code between y and target columns."""
        raise NotImplementedError

    def _decisions(self, target: Target) -> Target:
        """Return the target without decisions of an earlier fit, with those that the settings say."""
        return target

    def _weights_of_classes(self, target: Target, samples: Samples) -> AnyArray | None:
        """Return the weight of each class, (n_classes,), or None."""
        return None

    def _notes(self, rows: Any, y: Array, counted: Sequence[AnyArray] = ()) -> list[str]:
        """Return what is noticed in the data beside the columns; `counted` are the classes and their rows, if known."""
        return leaks(rows, y) if y.ndim == 1 else []


def _checked_weights(y: AnyArray, sample_weight: Any) -> AnyArray | None:
    from glassnet.estimators.weights import checked_weights

    return checked_weights(y, sample_weight)


class TableClassifier(TableModel):
    """A network that classifies the rows of a table, or pictures; `TabularClassifier` says more."""

    kind = "TabularClassifier"
    target_: LabelEncoder
    classes_: Labels
    class_order_: Sequence[Any] = ()  # of labels, where their file says it; else they are sorted
    _declared, _task, _default_loss, _recipes = CLASSIFIER, "classes", "cross_entropy", CLASSES

    _rows_of_file: ClassVar = {**document.ENTRIES, "class_weight": CLASS_WEIGHTS}

    @takes(CLASSIFIER)
    def __init__(
        self, hidden: int | Sequence[int] | None = None, activation: str | Sequence[str] | None = None,
        **settings: Unpack[ClassifierKeywords],
    ) -> None:  # fmt: skip
        self._set(hidden=hidden, activation=activation, **settings)

    def predict(self, X: Rows | Pictures) -> Labels:
        """Return the most probable label of each row.

        Parameters
        ----------
        X : data frame, array (m, n_x) or Pictures
            Rows with the columns of the training.

        Returns
        -------
        array (m,), or 0/1 table (m, n_labels)
            Labels as they were in training; for several labels a row, which ones it has.

        Raises
        ------
        NotFittedError
            If nothing was fitted.
        DataError
            If X does not match the training.
        """
        outputs = self._outputs(X)  # first: without a fit there is no `target_`
        labels: Labels = self.target_.decode(outputs)
        return labels

    def predict_proba(self, X: Rows | Pictures) -> Array:
        """Return the probability of each class in each row.

        Parameters
        ----------
        X : data frame, array (m, n_x) or Pictures
            Rows with the columns of the training.

        Returns
        -------
        array of float64, (m, n_classes)
            In the order of `classes_`.

        Raises
        ------
        NotFittedError
            If nothing was fitted.
        DataError
            If X does not match the training.
        """
        outputs = self._outputs(X)
        P: Array = self.target_.probabilities(outputs)
        return P

    def predict_set(self, X: Rows | Pictures, coverage: float = 0.9) -> Array:
        """Return for each row the classes among which the true one is in a given share of rows.

        How many a set holds says how sure the model is. Each holds the class that `predict` returns. The share is that
        of new rows like those of the training, on average over them, not in every part of them; it is measured on rows
        left out, by cross-validated adaptive prediction sets without randomisation.

        Parameters
        ----------
        X : data frame, array (m, n_x) or Pictures
            Rows with the columns of the training.
        coverage : float
            That share, between 0 and 1. Where more rows than that are classified right, few sets hold several classes.

        Returns
        -------
        array of bool, (m, n_classes)
            Whether each class is in the set, in the order of `classes_`.

        Raises
        ------
        NotFittedError
            If nothing was fitted.
        DataError
            If X does not match the training.
        SettingError
            If `coverage` is no share between 0 and 1, the training left no or too few rows out, or a row may have
            several labels.

        References
        ----------
        Y. Romano, M. Sesia and E. J. Candès, Classification with valid and adaptive coverage, NeurIPS 2020, arXiv
        2006.02544.

        Examples
        --------
        >>> from sklearn.datasets import load_iris
        >>> from glassnet import TabularClassifier
        >>> X, y = load_iris(return_X_y=True)
        >>> sets = TabularClassifier(preset="fast", random_state=0).fit(X, y).predict_set(X, coverage=0.95)
        >>> sets.shape, bool(sets.any(axis=1).all())
        ((150, 3), True)
        """
        regions: Array | None = self.answers(X, coverage).regions
        assert regions is not None
        return regions

    def _why_no_regions(self) -> str:
        if self.target_.multilabel:
            return (
                "sets are for one class a row; here a row may have several labels: train one classifier for each label"
            )
        return super()._why_no_regions()

    def _target(self, y: Array) -> Target:
        with as_glassnet_errors():
            target = LabelEncoder.of(y, self.class_order_)
        if len(target.classes) < 2:
            only = target.classes[0].item()
            raise DataError(f"y holds 1 class, {only!r}, in all {len(y)} rows; a classifier needs at least 2")
        self.classes_ = target.classes
        return target

    @property
    def threshold_(self) -> float:
        """The probability of the second of two classes above which `predict` decides on it."""
        self._see_that_fitted()
        if self.target_.costs is None or len(self.classes_) != 2:
            return self.target_.threshold
        weights = 1.0 if self.target_.class_weights is None else self.target_.class_weights.reshape(-1, 1)
        (right_first, alarm), (miss, right_second) = (self.target_.costs / weights).tolist()
        return float((alarm - right_first) / max(alarm - right_first + miss - right_second, 1e-300))

    def _decisions(self, target: Target) -> Target:
        assert isinstance(target, LabelEncoder)
        costs = None
        if self.cost_matrix is not None:
            from glassnet.estimators.weights import cost_matrix

            costs = cost_matrix(target, self.cost_matrix)
        return replace(target, threshold=0.5, costs=costs, class_weights=None)

    def _targets(self, y: Any) -> Any:
        return given_labels(y)

    def _weights_of_classes(self, target: Target, samples: Samples) -> AnyArray | None:
        if self.class_weight is None:
            return None
        if not isinstance(self.class_weight, Mapping) and self.class_weight != "balanced":
            raise SettingError(
                f"class_weight: expected a dict of label and weight, 'balanced' or None; got {self.class_weight!r:.60}"
            )
        from glassnet.estimators.weights import class_weights

        assert isinstance(target, LabelEncoder)
        return class_weights(target, self.class_weight, target.encode(samples.y), samples.S)

    def _restore(self, network: Network, target: Target, kept: Mapping[str, Any]) -> None:
        super()._restore(network, target, kept)
        self.classes_ = self.target_.classes

    def _notes(self, rows: Any, y: Array, counted: Sequence[AnyArray] = ()) -> list[str]:
        of = counted or (y,)
        return [*filter(None, [imbalance(*of), rare_classes(*of)] if y.ndim == 1 else []), *super()._notes(rows, y)]


class TableRegressor(TableModel):
    """A network that estimates a number for each row of a table, or for pictures; `TabularRegressor` says more."""

    kind = "TabularRegressor"
    target_: TargetScaler
    _task, _default_loss, _recipes = "numbers", "squared_error", NUMBERS

    def predict(self, X: Rows | Pictures) -> Array:
        """Return the estimate for each row.

        Parameters
        ----------
        X : data frame, array (m, n_x) or Pictures
            Rows with the columns of the training.

        Returns
        -------
        array of float64, (m,) or (m, n_outputs)
            In the units of the training targets.

        Raises
        ------
        NotFittedError
            If nothing was fitted.
        DataError
            If X does not match the training.
        """
        outputs = self._outputs(X)  # first: without a fit there is no `target_`
        estimates: Array = self.target_.decode(outputs)
        return estimates

    def predict_interval(self, X: Rows | Pictures, coverage: float = 0.9) -> Array:
        """Return for each row an interval that holds the true number in a given share of rows.

        The share is that of new rows like those of the training, on average over them, not in every part of them; it is
        measured on rows left out (CV+: the jackknife+ with folds). Intervals are wider for answers of a level at which
        errors were larger.

        Parameters
        ----------
        X : data frame, array (m, n_x) or Pictures
            Rows with the columns of the training.
        coverage : float
            That share, between 0 and 1; of several targets, of each by itself.

        Returns
        -------
        array of float64, (m, 2) or (m, n_outputs, 2)
            Lower and upper end, in the units of the training targets.

        Raises
        ------
        NotFittedError
            If nothing was fitted.
        DataError
            If X does not match the training.
        SettingError
            If `coverage` is no share between 0 and 1, or the training left no or too few rows out.

        References
        ----------
        R. F. Barber, E. J. Candès, A. Ramdas and R. J. Tibshirani, Predictive inference with the jackknife+, Annals of
        Statistics 49, 2021, arXiv 1905.02928.

        Examples
        --------
        >>> from sklearn.datasets import load_diabetes
        >>> from glassnet import TabularRegressor
        >>> X, y = load_diabetes(return_X_y=True)
        >>> model = TabularRegressor(preset="fast", random_state=0).fit(X, y)
        >>> low, high = model.predict_interval(X, coverage=0.8).T
        >>> bool((low < high).all())
        True
        """
        regions: Array | None = self.answers(X, coverage).regions
        assert regions is not None
        return regions

    def _targets(self, y: Any) -> Any:
        return given_numbers(y)

    def _target(self, y: Array) -> Target:
        if str(self.loss).partition("(")[0].strip() == "poisson":
            return TargetScaler.of_counts(y)
        return TargetScaler.of(y, standardize=True)
