"""The whole of the estimators for tables but scikit-learn's face: the shell uses these as they are and starts at once.

They prepare columns, choose what is left open, and hand rows to `Network`; there is no mathematics here. scikit-learn
is loaded where its checks have something to say: for arrays, foreign frames, and what is about to be refused.
"""

from __future__ import annotations

import copy
import inspect
import math
import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar, NamedTuple

import numpy as np

from glassnet import documents
from glassnet.core.architecture import Architecture
from glassnet.core.checks import is_count, refuse_masked
from glassnet.core.names import choose
from glassnet.core.optimizers import OPTIMIZERS
from glassnet.errors import (
    DataError,
    DivergedError,
    InterruptedWarning,
    ModelFileError,
    SettingError,
    UnknownNameError,
)
from glassnet.estimators.all_or_nothing import all_or_nothing
from glassnet.estimators.foreign_arrays import in_memory
from glassnet.estimators.given_targets import given_labels, given_numbers
from glassnet.estimators.input_names import has_names, in_training_order
from glassnet.estimators.inspection import InspectionMixin
from glassnet.estimators.saving import CLASS_WEIGHTS, save
from glassnet.estimators.sklearn_errors import as_glassnet_errors
from glassnet.estimators.tabular import kept_settings, out_of_fold
from glassnet.estimators.tabular.recipes import (
    CLASSES,
    MANY_FEATURES,
    NUMBERS,
    Recipe,
    candidate_recipes,
    kind_of_depth,
    names_of_kinds,
    preset_named,
)
from glassnet.estimators.tabular.samples import Samples
from glassnet.estimators.tabular.unfinished import Unfinished, check_fit, settings_of
from glassnet.estimators.tabular.warm_start import made_with, refuse_another_network
from glassnet.estimators.targets import LabelEncoder, Target, TargetScaler, is_sparse, smoothed
from glassnet.network import Network, checkpoint_to
from glassnet.tables import Pictures, Preparation, as_table, fit_preparation, imbalance, leaks, rows_at, split
from glassnet.tables.frames import check_cells, is_records, is_table
from glassnet.training import generators
from glassnet.training.checkpoint import Checkpoint
from glassnet.training.engine_choice import amortise_startup_over
from glassnet.training.history import History, Progress
from glassnet.training.position import fingerprint

Array = Any
Callback = Callable[[Progress], Any]

VALIDATION_FROM = 1000  # rows; with fewer, every row is worth more in training (breast cancer: error .028 against .033)
VALIDATION_SHARE = 0.15
FITS_OF_A_KIND = 3  # that an engine's start counts for: folds, seeds and later tables come, and compiled code is kept
ROWS_AT_A_TIME = 8192  # that predict prepares and passes through the network together


class Prepared(NamedTuple):
    """What the networks of a training learn from, as columns, and what made it."""

    preparation: Preparation
    target: Target
    notes: list[str]
    width: int
    X: Array
    Y: Array
    S: Array | None  # weights of the rows, (1, m)
    validation: tuple[Array, ...] | None  # X and Y, and S where there are weights
    fold_weights: Array | None  # (k, 1, m): which network learns from which sample
    k: int
    rng: Any
    data: int  # fingerprint of X, Y, validation, fold_weights and S


Given = tuple[Any, Any, Any]  # X, y and sample_weight, as they came
NOTHING: Given = (None, None, None)


class TableModel(InspectionMixin):
    """What both models share: settings, preparation and training."""

    kind: ClassVar[str]  # the name in model files, which is that of the estimator

    network_: Network
    target_: Target
    preparation_: Preparation
    history_: History
    candidates_: list[dict[str, Any]]
    notes_: list[str]
    target_name_: str | None = None
    _made_with: dict[str, Any]  # the settings of the last fit that made the network
    _unfinished: Unfinished | None = None  # where the last training was cut off
    _seed_before: int | None = None  # of the last training, and the fingerprint of what it learned from
    _data_before: int | None = None
    _kind_before: str = "given"
    _default_loss: str
    _kinds: ClassVar[Mapping[str, Recipe]]

    def __init__(
        self,
        hidden: int | Sequence[int] | None = None,
        activation: str | Sequence[str] | None = None,
        *,
        preset: str = "default",
        loss: str | None = None,
        optimizer: str | None = None,
        learning_rate: float | None = None,
        schedule: str | None = None,
        epochs: int | None = None,
        batch_size: int | None = None,
        l2: float = 0.0,
        dropout: float | Sequence[float] | None = None,
        validation: float | None = None,
        patience: int | None = None,
        n_networks: int | None = None,
        random_state: Any = None,
        warm_start: bool = False,
        verbose: bool = False,
        engine: str = "auto",
        device: str = "auto",
        precision: str = "full",
    ) -> None:
        self.hidden = hidden
        self.activation = activation
        self.preset = preset
        self.loss = loss
        self.optimizer = optimizer
        self.learning_rate = learning_rate
        self.schedule = schedule
        self.epochs = epochs
        self.batch_size = batch_size
        self.l2 = l2
        self.dropout = dropout
        self.validation = validation
        self.patience = patience
        self.n_networks = n_networks
        self.random_state = random_state
        self.warm_start = warm_start
        self.verbose = verbose
        self.engine = engine
        self.device = device
        self.precision = precision

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """Return the settings, by the names that the constructor takes; no setting holds further ones (`deep`)."""
        return {name: getattr(self, name) for name in inspect.signature(type(self)).parameters}

    def set_params(self, **settings: Any) -> Any:
        """Change settings, and return the model itself."""
        known = self.get_params()
        for name, value in settings.items():
            if name not in known:
                raise UnknownNameError.among("setting", name, known)
            setattr(self, name, value)
        return self

    @all_or_nothing()
    def fit(
        self,
        X: Any,
        y: Any,
        sample_weight: Any = None,
        *,
        X_val: Any = None,
        y_val: Any = None,
        sample_weight_val: Any = None,
        callbacks: Iterable[Callback] = (),
        checkpoint: str | Path | Checkpoint | None = None,
        every: float = 60.0,
    ) -> Any:
        """Prepare the columns and train the network.

        Parameters
        ----------
        X : data frame, array (m, n_x) or Pictures
            One row per sample; missing and masked cells are welcome. Rows to predict are matched by the names of their
            columns, or by position where one side has none.
        y : array_like (m,) or (m, n_outputs)
            Targets, none missing; `glassnet.estimators.given_targets` is the table of what they may be.
        sample_weight : array_like (m,), optional
            Weight of each row in the cost, and where a kind or an epoch is judged. Rows of weight 0 are left out. Whole
            numbers are so many rows, in the preparation too; others leave that as the rows without weights make it.
        X_val, y_val : like X and y, optional
            Own validation data, instead of a share of the rows.
        sample_weight_val : array_like, optional
            Weight of each of them.
        callbacks : iterable of callable
            Each is called with a `Progress`; one that returns True ends the training.
        checkpoint : str or Path, optional
            File to which the model and all that going on takes is written every so often, whole or not at all.
            ``glassnet.load(checkpoint).set_params(warm_start=True).fit(X, y)`` takes the training to its end.
        every : float
            Seconds of training that may be lost.

        Returns
        -------
        self

        Warns
        -----
        InterruptedWarning
            After Ctrl-C: the best network so far is kept. One of several fits (of a search, of folds, of an ensemble)
            raises KeyboardInterrupt instead, which ends them all; so does any fit that has taken no step yet.
        """
        if (X_val is None) != (y_val is None):
            raise DataError(f"validation data are X_val and y_val; got {'y_val' if X_val is None else 'X_val'} alone")
        if X_val is None and sample_weight_val is not None:
            raise DataError("sample_weight_val weighs the rows of X_val and y_val; got it alone")
        given, given_val = (X, y, sample_weight), (X_val, y_val, sample_weight_val)
        goes_on = self.warm_start and hasattr(self, "network_")
        rest, prepared = self._unfinished if goes_on else None, None
        if rest is not None:
            seed, prepared = rest.seed, self._to_be_taken_up(rest, given, given_val)
        if rest is None or prepared is None:
            rest, seed = None, self._seed_to_fit(goes_on)
            prepared = self._prepared(given, given_val, goes_on=goes_on, seed=seed)
        goes_on = goes_on if rest is None else rest.goes_on
        keeper = checkpoint_to(checkpoint, every)
        self._unfinished = None
        candidates = self._trained(prepared, rest, seed, goes_on, callbacks, keeper)
        self._take_over(prepared, seed, candidates)
        if candidates[-1]["history"].interrupted:
            self._unfinished = self._cut_off(prepared, seed, goes_on, candidates)
        if keeper is not None:
            keeper.end(self)
        if self.verbose:
            print(*self.notes_, self.network_, sep="\n")
        if self.was_cut_off:
            text = "Training interrupted by user; the best network so far is kept."
            warnings.warn(text, InterruptedWarning, stacklevel=3)
        return self

    def _prepared(self, given: Given, given_val: Given, *, goes_on: bool, seed: int) -> Prepared:
        """Check and prepare the data, and part them, all as a seed has it."""
        samples = self._samples(given, reset=not goes_on)
        rng = np.random.default_rng(seed)
        if len(samples.y) == 1:
            weighs = "" if given[2] is None else " that weighs more than 0"
            raise DataError(f"X holds one sample{weighs}; a network needs at least 2 rows to learn from")
        target = self.target_ if goes_on else self._target(samples.y[samples.places])
        of_classes = self._of_classes(target, samples)
        samples = _by_class(samples, target, of_classes)
        if goes_on:
            self._refuse_another_network(samples.rows)
        k = (self.network_.n_networks or 1) if goes_on else self._n_networks(samples.rows)
        own = given_val[0] is not None
        share = 0.0 if own else self._share(len(samples.y), k)
        train, held = self._parts(target, samples.y, rng, share)
        trained, left = samples.at(train), samples.at(held)
        preparation = self.preparation_ if goes_on else _prepared_from(trained, target)
        notes = [*preparation.notes, *self._notes(samples.rows, samples.y)]
        if goes_on and self.network_.missing_state:
            notes.append(self.network_.missing_state)
        width = _width(samples.rows)
        targets = target.encode(trained.y)
        R, Y, S = preparation.transform(trained.rows, targets=targets), targets.T, trained.row
        if own:
            self.n_features_in_ = width
            source = None if isinstance(samples.rows, Pictures) else samples.rows.column_names
            left = self._samples(given_val, reset=False, source=source, where="X_val and y_val: ")
            left = _by_class(left, target, of_classes)
        validation: tuple[Array, ...] | None = None
        if len(left.y):
            validation = preparation.transform(left.rows).T, target.encode(left.y).T
            validation = validation if left.S is None else (*validation, left.row)
        fold_weights = None
        if k > 1 and validation is None and len(R) >= 2 * k:
            fold_weights = out_of_fold.fold_weights(
                trained.y if isinstance(target, LabelEncoder) and not target.multilabel else None, len(R), k, rng
            )
        weights = () if S is None else (S,)
        data = fingerprint(R.T, Y, fold_weights, *(validation or ()), *weights)
        if goes_on and fold_weights is not None and data != self._data_before:
            fold_weights = None  # a network may have learned from rows that it would leave out now
            data = fingerprint(R.T, Y, None, *(validation or ()), *weights)
        return Prepared(preparation, target, notes, width, R.T, Y, S, validation, fold_weights, k, rng, data)

    def _samples(self, given: Given, *, reset: bool, source: Sequence[str] | None = None, where: str = "") -> Samples:
        """Return rows, targets and weights, checked, without the rows that weigh nothing."""
        X, y, sample_weight = given
        with as_glassnet_errors(where):
            rows, y = self._rows(X, reset=reset, source=source), self._y(y)
            _check_lengths(rows, y)
            return Samples.of(rows, y, sample_weight)

    def _of_classes(self, target: Target, samples: Samples) -> Array | None:
        """Return the weight of each class, (n_classes,), or None."""
        return None

    @property
    def was_cut_off(self) -> bool:
        """Whether the last training was: by Ctrl-C, or by a kill of which this is the checkpoint."""
        return self._unfinished is not None

    @property
    def network_under_way(self) -> Network:
        """The network that a training which was cut off had in hand; `network_` may be a better one, done before."""
        return self.network_ if self._unfinished is None else self._unfinished.network

    def can_be_taken_up(self, X: Any, y: Any) -> bool:
        """Tell whether `fit` with these rows would take a training that was cut off to its end."""
        rest = self._unfinished
        return rest is not None and self.warm_start and self._to_be_taken_up(rest, (X, y, None)) is not None

    def asks_alike(self, other: TableModel) -> bool:
        """Tell whether two models have the same settings, as far as what is learned depends on them."""
        return settings_of(self) == settings_of(other)

    def _to_be_taken_up(self, rest: Unfinished, given: Given, given_val: Given = NOTHING) -> Prepared | None:
        """Return the data of a training that was cut off, if these are, and the settings are the same."""
        if rest.settings != settings_of(self):
            return None
        twin = copy.copy(self)  # what it learns of other data is not for this model
        prepared = twin._prepared(given, given_val, goes_on=rest.goes_on, seed=rest.seed)
        return prepared if prepared.data == rest.data else None

    def _take_over(self, prepared: Prepared, seed: int, candidates: list[dict[str, Any]]) -> None:
        """Become what was trained: the best of the candidates."""
        chosen = min(candidates, key=lambda candidate: candidate["cost"])
        self.preparation_, self.target_, self.n_features_in_ = prepared.preparation, prepared.target, prepared.width
        self._made_with = made_with(self)
        self.network_, self.history_ = chosen["network"], chosen["history"]
        self.candidates_ = [
            {k: v for k, v in each.items() if k not in {"network", "history"}}
            | {"interrupted": bool(each["history"] and each["history"].interrupted)}
            for each in candidates
        ]
        self.notes_ = [*prepared.notes, *_choice_in_words(self.candidates_, chosen), *_sharpened_in_words(chosen)]
        self._seed_before, self._data_before = seed, prepared.data
        if chosen["kind"] != "as before":
            self._kind_before = chosen["kind"]

    def _cut_off(self, prepared: Prepared, seed: int, goes_on: bool, candidates: list[dict[str, Any]]) -> Unfinished:
        """Return what the rest of a training takes; the last of the candidates is the one under way."""
        *done, last = candidates
        return Unfinished(settings_of(self), seed, prepared.data, goes_on, last["kind"], last["network"], done)

    def _trained(
        self, prepared: Prepared, rest: Unfinished | None, seed: int, goes_on: bool, callbacks: Iterable[Callback],
        keeper: Checkpoint | None,
    ) -> list[dict[str, Any]]:  # fmt: skip
        """Train stacks, one kind after the other while it helps; return each with its cost on rows held from it."""
        candidates: list[dict[str, Any]] = [] if rest is None else list(rest.done)
        callbacks, failure, X, rng = list(callbacks), None, prepared.X, prepared.rng
        kinds = self._to_try(X, prepared.k, goes_on)
        networks = {  # all before the first is trained: what is wrong with them is said at once
            name: self.network_ if goes_on else self._network(kind, X.shape[0], prepared.target, rng, prepared.k)
            for name, kind in kinds.items()
        }
        if rest is not None:
            networks = {name: networks[name] for name in list(networks)[list(networks).index(rest.kind) :]}
            networks[rest.kind] = rest.network
            if not goes_on:  # they all draw from one generator
                generators.set_state(rng, generators.to_document(rest.network.rng) or {})
                for network in (rest.network, *(each["network"] for each in rest.done)):
                    network.rng = rng
        for name, network in networks.items():
            if self.verbose:
                print(f"{name}: {network}")

            def keep(standing: Network, name: str = name) -> Any:
                return self._as_it_stands(prepared, seed, goes_on, [*candidates, {"kind": name, "network": standing}])

            resume = goes_on or (rest is not None and name == rest.kind)
            try:
                candidate = self._candidate(
                    network, kinds[name], prepared, callbacks, resume, keeper and keeper.of(keep)
                )
            except DivergedError as error:
                failure = error
                continue
            history = candidate["history"]
            if history.interrupted and not history.steps and not resume:
                if not candidates:
                    raise KeyboardInterrupt  # there is nothing to keep
                candidate["cost"] = math.inf  # it has not begun
            candidates.append({"kind": name, **candidate})
            if history.interrupted or candidate["cost"] > min(each["cost"] for each in candidates):
                break
        if not candidates:
            assert failure is not None
            raise failure
        return candidates

    def _as_it_stands(
        self, prepared: Prepared, seed: int, goes_on: bool, candidates: list[dict[str, Any]]
    ) -> TableModel:
        """Return a model of the candidates so far, the last of which is under way, to go on with."""
        twin = copy.copy(self)
        *done, last = candidates
        untold: dict[str, Any] = {"cost": np.inf, "label_smoothing": 0, "history": None, "hidden": []}
        twin._take_over(prepared, seed, [*done, {**untold, **last}])
        twin._unfinished = self._cut_off(prepared, seed, goes_on, candidates)
        return twin

    def _candidate(
        self, network: Network, kind: Recipe, prepared: Prepared, callbacks: list[Callback], resume: bool,
        keeper: Checkpoint | None,
    ) -> dict[str, Any]:  # fmt: skip
        """Train the networks of a kind, judge them, and return both with what was done."""
        X, Y, S, validation, fold_weights = (
            prepared.X,
            prepared.Y,
            prepared.S,
            prepared.validation,
            prepared.fold_weights,
        )
        whole_batch = choose(OPTIMIZERS, self.optimizer or kind.optimizer, "optimizer")[1].update is None  # lbfgs
        batch_size = self.batch_size
        if batch_size is None and not whole_batch:
            batch_size = min(kind.batch_size, X.shape[1])
        epochs = kind.epochs_for(X.shape[1], batch_size) if self.epochs is None else self.epochs
        dropout = self.dropout
        if dropout is None:
            dropout = 0.0 if whole_batch or network.L == 1 else kind.dropout
        smoothing = kind.label_smoothing if network.architecture.loss == "cross_entropy" else 0.0
        exclusive = network.architecture.activations[-1] == "softmax"
        with amortise_startup_over(FITS_OF_A_KIND):
            history = network.fit(
                X,
                smoothed(Y.T, smoothing, exclusive=exclusive).T,
                optimizer=self.optimizer or kind.optimizer,
                learning_rate=kind.learning_rate if self.learning_rate is None else self.learning_rate,
                schedule=self.schedule or ("constant" if whole_batch else "cosine"),
                epochs=epochs,
                batch_size=batch_size,
                l2=self.l2,
                dropout=dropout,
                validation=validation,
                sample_weight=out_of_fold.combined(fold_weights, S),
                keep_best=validation is not None,
                engine=self.engine,
                device=self.device,
                precision=self.precision,
                callbacks=[*callbacks, *self._own_callbacks(epochs if validation is not None else None, network)],
                resume=resume and not network.missing_state,
                checkpoint=keeper,
            )
        if network.position is not None and not history.interrupted:
            network.position.end()  # also where patience was at its end
        temperature, (X_left, Y_left, *weights) = 1.0, validation or (X, Y, S)
        if fold_weights is None and validation is None:
            costs = history.epoch_cost or list(history.cost)
            cost = float(np.mean(costs[-1])) if costs else 0.0
        else:
            if smoothing:
                temperature = out_of_fold.calibrate_temperature(network, X_left, Y_left, fold_weights, *weights)
            cost = out_of_fold.cost(network, X_left, Y_left, fold_weights, *weights)
        return {
            "hidden": list(network.architecture.sizes[1:-1]),
            "cost": cost,
            "seconds": history.seconds,
            "label_smoothing": smoothing,
            "temperature": temperature,
            "network": network,
            "history": history,
        }

    def save(self, path: str | Path, *, training_state: bool = True) -> None:
        """Write preparation, network, classes and training record to one file; `glassnet.load` reads it.

        A setting that is a function, such as a schedule, is left out, and is the default's when loaded.

        Parameters
        ----------
        path : str or Path
            The file, usually named ``*.glassnet``.
        training_state : bool
            Whether the file also holds what a warm start goes on with, as `Network.save` says.
        """
        self._see_that_fitted()
        document: dict[str, Any] = {
            "preparation": self.preparation_.to_document(),
            "feature_names": list(getattr(self, "feature_names_in_", [])),
            "notes": self.notes_,
            "target_name": self.target_name_,
        }
        networks: dict[str, Network] = {}
        if training_state and self._seed_before is not None:
            document["fit"] = {
                "seed": self._seed_before, "data": self._data_before, "kind": self._kind_before, "unfinished": None,
            }  # fmt: skip
            if self._unfinished is not None:
                document["fit"]["unfinished"], networks = self._unfinished.to_parts(self.network_)
        save(self, path, self.target_, document, training_state=training_state, networks=networks)

    _rows_of_file: ClassVar[dict[str, documents.Kind]] = {
        "preparation": documents.MAPPING, "feature_names": documents.TEXTS, "notes": documents.TEXTS,
        "target_name": documents.maybe(documents.TEXT), "fit": documents.MAPPING,
    }  # fmt: skip

    def _check_kept(self, settings: Mapping[str, Any]) -> None:
        """Raise unless the settings are of the kinds that `fit` takes."""
        kept_settings.check(settings)

    def _restore(self, network: Network, target: Target, document: Mapping[str, Any]) -> None:
        """Take over what `save` wrote."""
        from glassnet.tables import preparation_from_document

        if isinstance(target, LabelEncoder) and len(target.classes) < 2:
            raise ModelFileError(f"target: a classifier has at least 2 classes, got {len(target.classes)}")
        self.network_, self.target_, self.notes_ = network, target, list(document["notes"])
        self._made_with = made_with(self)
        self.target_name_ = document["target_name"]
        self.preparation_ = preparation_from_document(document["preparation"])
        pictures = self.preparation_.pictures
        self.n_features_in_ = pictures.n_x if pictures else len(self.preparation_.source)
        if self.preparation_.n_features != network.architecture.sizes[0]:
            raise ModelFileError(
                f"preparation: gives {self.preparation_.n_features} features; the network takes "
                f"{network.architecture.sizes[0]}"
            )
        if document["feature_names"] not in ([], list(self.preparation_.source)):
            raise ModelFileError("feature_names: not those of the preparation's columns")
        if document["feature_names"]:
            self.feature_names_in_ = np.asarray(document["feature_names"], dtype=object)
        if "fit" in document:
            seed, data, kind = check_fit(document["fit"])
            self._seed_before, self._data_before, self._kind_before = seed, data, kind
            if (rest := document["fit"]["unfinished"]) is not None:
                self._unfinished = Unfinished.from_parts(rest, seed, data, network, document["networks"])

    def prepared(self, X: Any) -> Array:
        """Return X as the network sees it: prepared rows, turned into columns (n[0], m)."""
        self._see_that_fitted()
        with as_glassnet_errors():
            rows = self._rows(X, reset=False)
        return self.preparation_.transform(rows).T

    def _outputs(self, X: Any) -> Array:
        """Return the network's answers (m, n_outputs), the mean over the networks side by side."""
        self._see_that_fitted()
        with as_glassnet_errors():
            rows = self._rows(X, reset=False)
        network = self.network_.astype("float64")  # so that a row's answer does not depend on the rows beside it
        parts = []
        for start in range(0, len(rows), ROWS_AT_A_TIME):
            some = rows_at(rows, np.arange(start, min(start + ROWS_AT_A_TIME, len(rows))))
            A = network.forward(self.preparation_.transform(some, np.float64).T)
            parts.append((A if A.ndim == 2 else A.mean(axis=0)).T)
        return np.concatenate(parts)

    @as_glassnet_errors()
    def _seed(self) -> int:
        """Draw a seed from `random_state`, as scikit-learn reads it."""
        if is_count(self.random_state, least=0):
            return int(np.random.RandomState(self.random_state).randint(2**31))
        if self.random_state is None:
            return int(np.random.randint(2**31))  # noqa: NPY002 - scikit-learn's meaning of None
        from sklearn.utils import check_random_state

        return int(check_random_state(self.random_state).randint(2**31))

    def _seed_to_fit(self, goes_on: bool) -> int:
        """Return the seed of a training: a warm start keeps that of the last one, unless it is given a number."""
        if goes_on and self._seed_before is not None and not is_count(self.random_state, least=0):
            return self._seed_before
        return self._seed()

    def _rows(self, X: Any, *, reset: bool, source: Sequence[str] | None = None) -> Any:
        """Return X as an Arrow table or Pictures, with the columns of the training unless `reset`.

        `source` names these while the training goes on; later the preparation does.
        """
        if isinstance(X, np.ndarray) and X.dtype == np.uint8 and X.ndim in (3, 4):
            X = np.asarray(refuse_masked("X", X))
            X = Pictures(X if X.ndim == 4 else X[..., np.newaxis])
        if isinstance(X, Pictures):
            return X
        if is_table(X) or _is_beyond_checks(X):
            return self._table(X, reset=reset, source=source)
        X = in_memory("X", X)
        if not isinstance(X, (np.ndarray, list, tuple)) and not is_sparse(X) and not hasattr(X, "iloc"):
            return as_table(X)  # says what X is instead
        from sklearn.utils.validation import validate_data

        array = validate_data(self, X, dtype=None, ensure_all_finite="allow-nan", reset=reset)
        return as_table(array, None if reset else source or self.preparation_.source or None)

    def _table(self, X: Any, *, reset: bool, source: Sequence[str] | None) -> Any:
        """Return what brings columns as an Arrow table, with the names and order of the training's unless `reset`."""
        named, table = has_names(X), as_table(X)
        check_cells(table)
        if not table.num_columns or not table.num_rows:
            raise DataError(f"X holds no {'rows' if table.num_columns else 'columns'}")
        if reset:
            if named:
                self.feature_names_in_ = np.asarray(table.column_names, dtype=object)
            elif hasattr(self, "feature_names_in_"):
                del self.feature_names_in_
            return table
        known = source or self.preparation_.source
        if not known:  # trained on pictures, which the preparation says
            return table
        ordered = not (isinstance(X, Mapping) or is_records(X))
        return in_training_order(table, known, self, named=named, ordered=ordered)

    def _y(self, y: Any) -> Array:
        """Return y as an array without missing cells, a vector unless it really has several columns."""
        y = self._targets(y)
        if isinstance(y, np.ndarray) and y.ndim == 1 and len(y) and (y.dtype.kind in "Ubiu" or _finite(y)):
            return y
        if y is None:
            raise ValueError(f"{self.kind} requires y to be passed, but the target y is None")
        from sklearn.utils import check_array, column_or_1d

        array = check_array(y, ensure_2d=False, dtype=None, input_name="y", estimator=self)
        if array.ndim == 1 or array.shape[1] == 1:
            array = column_or_1d(array, warn=True)
        return array.astype(str) if array.dtype == object else array

    def _share(self, m: int, k: int) -> float:
        """Return the share of rows held back for all networks; the networks of a stack leave rows out by themselves."""
        if self.validation is not None:
            return self.validation
        return VALIDATION_SHARE if k == 1 and m >= VALIDATION_FROM else 0.0

    def _parts(self, target: Target, y: Array, rng: Any, share: float) -> tuple[Array, Array]:
        """Return the rows to train on, and those held back to choose the best epoch."""
        if share == 0:
            return np.arange(len(y)), np.arange(0)
        stratify = isinstance(target, LabelEncoder) and not target.multilabel
        if stratify and self.validation is None:  # nobody asked for a split: it must not fail for a rare class
            stratify = np.unique(y, return_counts=True)[1].min() > 1
        train, held, _ = split(y, validation=share, rng=rng, stratify=bool(stratify))
        if len(train) < 2:
            raise DataError(f"validation={share:g} leaves 1 of {len(y)} rows to train on; a network needs at least 2")
        return train, held

    def _target(self, y: Array) -> Target:
        """Learn the code between y and target columns."""
        raise NotImplementedError

    def _notes(self, rows: Any, y: Array) -> list[str]:
        """Say what is noticed in the data beside the columns."""
        return []

    def _to_try(self, X: Array, k: int, goes_on: bool) -> dict[str, Recipe]:
        """Return the kinds of networks to train: the preset's, or one where the layers are given."""
        preset_named(self.preset)
        if goes_on:
            kind = kind_of_depth(self._kinds, self.network_.L - 1)
            return {"as before": kind if self._kind_before == "given" else self._kinds[self._kind_before]}
        if self.hidden is not None:
            return {"given": kind_of_depth(self._kinds, np.size(self.hidden))}
        kinds = candidate_recipes(self._kinds, self.preset, X.shape[1], X.shape[0])
        return kinds if k > 1 else dict([kinds.popitem()])  # one network is judged by nothing: the richest kind

    def _n_networks(self, rows: Any) -> int:
        """Return the networks of a stack: as given, else one where its layers are given or weights are many."""
        if self.n_networks is not None:
            if not is_count(self.n_networks):
                raise SettingError(f"n_networks: expected a whole number of at least 1; got {self.n_networks!r}")
            return int(self.n_networks)
        whole_batch = choose(OPTIMIZERS, self.optimizer or "adamw", "optimizer")[1].update is None
        if self.hidden is not None or whole_batch or _width(rows) > MANY_FEATURES:
            return 1
        return preset_named(self.preset).networks

    def _network(self, kind: Recipe, n_x: int, target: Target, rng: Any, k: int) -> Network:
        stack = None if k == 1 else k
        return Network(*self._made_of(kind, n_x, target), seed=rng, n_networks=stack)

    def _made_of(self, kind: Recipe, n_x: int, target: Target) -> tuple[list[int], list[str], str]:
        """Return sizes, activations (the output's where the target knows it) and loss of a network of a kind."""
        given = kind.hidden if self.hidden is None else self.hidden
        hidden = [given] if np.ndim(given) == 0 else list(given)  # type: ignore[arg-type]
        activation = kind.activation if self.activation is None else self.activation
        activations = [activation] * len(hidden) if isinstance(activation, str) else list(activation)
        if len(activations) != len(hidden):
            raise SettingError(f"activation: {len(hidden)} hidden layers need as many names; got {len(activations)}")
        if target.output is not None:
            activations.append(target.output)
        return [n_x, *hidden, target.n_outputs], activations, self.loss or self._default_loss

    def _refuse_another_network(self, rows: Any) -> None:
        """Refuse settings that would not make the network that a warm start goes on with."""
        n_x, hidden = self.network_.architecture.sizes[0], self.hidden
        kinds = [self._kinds[name] for name in names_of_kinds(self.preset, n_x)]  # few rows choose among them all
        kinds = kinds if hidden is None else [kind_of_depth(self._kinds, np.size(hidden))]
        asked = [Architecture.build(*self._made_of(kind, n_x, self.target_)) for kind in kinds]
        refuse_another_network(self.network_, self._made_with, made_with(self), asked, self._n_networks(rows))

    def _own_callbacks(self, validated_epochs: int | None, network: Network) -> list[Callback]:
        own: list[Callback] = []
        so_far = () if network.position is None else network.position.curves.get("validation_cost", ())
        if self.verbose:
            own.append(_print_epoch)
        if validated_epochs is not None:
            patience = math.ceil(validated_epochs / 4) if self.patience is None else self.patience
            own.append(_Patience(patience, so_far))
        return own


class TableClassifier(TableModel):
    """A network that classifies the rows of a table, or pictures; `TabularClassifier` says more."""

    kind = "TabularClassifier"
    target_: LabelEncoder
    classes_: Array
    _default_loss, _kinds = "cross_entropy", CLASSES

    _rows_of_file: ClassVar[dict[str, documents.Kind]] = {**TableModel._rows_of_file, "class_weight": CLASS_WEIGHTS}

    def __init__(
        self,
        hidden: int | Sequence[int] | None = None,
        activation: str | Sequence[str] | None = None,
        *,
        preset: str = "default",
        loss: str | None = None,
        class_weight: Mapping[Any, float] | str | None = None,
        optimizer: str | None = None,
        learning_rate: float | None = None,
        schedule: str | None = None,
        epochs: int | None = None,
        batch_size: int | None = None,
        l2: float = 0.0,
        dropout: float | Sequence[float] | None = None,
        validation: float | None = None,
        patience: int | None = None,
        n_networks: int | None = None,
        random_state: Any = None,
        warm_start: bool = False,
        verbose: bool = False,
        engine: str = "auto",
        device: str = "auto",
        precision: str = "full",
    ) -> None:
        super().__init__(
            hidden, activation,
            preset=preset, loss=loss, optimizer=optimizer, learning_rate=learning_rate, schedule=schedule,
            epochs=epochs, batch_size=batch_size, l2=l2, dropout=dropout, validation=validation, patience=patience,
            n_networks=n_networks, random_state=random_state, warm_start=warm_start, verbose=verbose, engine=engine,
            device=device, precision=precision,
        )  # fmt: skip
        self.class_weight = class_weight

    def predict(self, X: Any) -> Array:
        """Return the most probable label of each row, (m,); for several labels 0 and 1, (m, n_labels)."""
        outputs = self._outputs(X)  # says so where nothing was fitted
        return self.target_.decode(outputs)

    def predict_proba(self, X: Any) -> Array:
        """Return the probability of each class in each row, (m, n_classes)."""
        outputs = self._outputs(X)
        return self.target_.probabilities(outputs)

    def _target(self, y: Array) -> Target:
        with as_glassnet_errors():
            target = LabelEncoder.of(y)
        if len(target.classes) < 2:
            only = target.classes[0].item()
            raise DataError(f"y holds 1 class, {only!r}, in all {len(y)} rows; a classifier needs at least 2")
        self.classes_ = target.classes
        return target

    def _targets(self, y: Any) -> Any:
        return given_labels(y)

    def _of_classes(self, target: Target, samples: Samples) -> Array | None:
        if self.class_weight is None:
            return None
        if not isinstance(self.class_weight, Mapping) and self.class_weight != "balanced":
            raise SettingError(
                f"class_weight: expected a dict of label and weight, 'balanced' or None; got {self.class_weight!r:.60}"
            )
        from glassnet.estimators.weights import class_weights

        assert isinstance(target, LabelEncoder)
        return class_weights(target, self.class_weight, target.encode(samples.y), samples.S)

    def _restore(self, network: Network, target: Target, document: Mapping[str, Any]) -> None:
        super()._restore(network, target, document)
        self.classes_ = self.target_.classes

    def _notes(self, rows: Any, y: Array) -> list[str]:
        return [*filter(None, [imbalance(y)] if y.ndim == 1 else []), *(leaks(rows, y) if y.ndim == 1 else [])]


class TableRegressor(TableModel):
    """A network that estimates a number for each row of a table, or for pictures; `TabularRegressor` says more."""

    kind = "TabularRegressor"
    target_: TargetScaler
    _default_loss, _kinds = "squared_error", NUMBERS

    def predict(self, X: Any) -> Array:
        """Return the estimate for each row, (m,) or (m, n_outputs)."""
        outputs = self._outputs(X)  # says so where nothing was fitted
        return self.target_.decode(outputs)

    def _targets(self, y: Any) -> Any:
        return given_numbers(y)

    def _target(self, y: Array) -> Target:
        return TargetScaler.of(y, standardize=str(self.loss).partition("(")[0].strip() != "poisson")


def _by_class(samples: Samples, target: Target, of_classes: Array | None) -> Samples:
    """Return the samples, their weights multiplied by those of their classes."""
    if of_classes is None:
        return samples
    assert isinstance(target, LabelEncoder)
    return samples.times(of_classes[target.numbers(target.encode(samples.y))])


def _prepared_from(samples: Samples, target: Target) -> Preparation:
    counted = samples.at(samples.places)
    return fit_preparation(counted.rows, target.encode(counted.y))


class _Patience:
    """A callback that ends the training when the validation cost has not fallen for `patience` epochs."""

    def __init__(self, patience: int, so_far: Iterable[Any]) -> None:
        self.patience, self.lowest, self.waited = patience, np.inf, 0
        for cost in so_far:
            self._look_at(cost)

    def __call__(self, progress: Progress) -> bool:
        if progress.moment == "start" and progress.epoch == 0:  # a run of its own
            self.lowest, self.waited = np.inf, 0
        if progress.moment != "epoch":
            return False
        self._look_at(progress.validation_cost)
        return self.waited >= self.patience

    def _look_at(self, validation_cost: Any) -> None:
        cost = float(np.mean(validation_cost))
        self.waited = 0 if cost < self.lowest else self.waited + 1
        self.lowest = min(cost, self.lowest)


def _print_epoch(progress: Progress) -> None:
    if progress.moment == "start":
        print(f"engine: {progress.engine}")
    if progress.moment == "epoch":
        validation = progress.validation_cost
        tail = "" if validation is None else f", validation cost {np.mean(validation):.4f}"
        print(f"epoch {progress.epoch}/{progress.epochs}: cost {np.mean(progress.cost):.4f}{tail}")


def _choice_in_words(candidates: list[dict[str, Any]], chosen: dict[str, Any]) -> list[str]:
    """Say which kind was chosen, and why."""
    if len(candidates) < 2:
        return []
    costs = ", ".join(f"{each['kind']} {each['hidden']} {each['cost']:.4g}" for each in candidates)
    return [f"chosen by the cost on rows left out: {chosen['kind']} (of {costs})"]


def _sharpened_in_words(chosen: dict[str, Any]) -> list[str]:
    """Say what was done to labels and to the last layer."""
    if not chosen["label_smoothing"]:
        return []
    return [
        f"labels were smoothed by {chosen['label_smoothing']:g}, and the last layer's W and b then divided by "
        f"{chosen['temperature']:.3g}: as sure as rows left out allow"
    ]


def _is_beyond_checks(X: Any) -> bool:
    """Return whether scikit-learn's checks would lose what X holds: its mask, its kinds of cells, its text."""
    if isinstance(X, (list, tuple)):
        return bool(X) and (np.ndim(X[0]) == 0 or not hasattr(X[0], "__array__"))
    return isinstance(X, np.ma.MaskedArray) or (isinstance(X, np.ndarray) and X.dtype.kind == "T")


def _width(rows: Any) -> int:
    return rows.n_x if isinstance(rows, Pictures) else rows.num_columns


def _check_lengths(rows: Any, y: Array) -> None:
    if len(rows) != len(y):
        from sklearn.utils import check_consistent_length

        check_consistent_length(rows, y)


def _finite(y: Array) -> bool:
    return y.dtype.kind == "f" and bool(np.isfinite(y).all())
