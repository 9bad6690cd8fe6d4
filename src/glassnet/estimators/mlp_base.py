"""What both MLP estimators share: scikit-learn's settings and rows become a `Network` and its columns, and come back.

Rows (m, n) are samples; the network's X (n[0], m) is the transposed view of them, coefs_[l] (n[l], n[l+1]) that of
W[l+1]. No mathematics happens here.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Mapping, Sequence
from numbers import Integral
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np
from scipy.sparse import issparse
from sklearn.base import BaseEstimator
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import train_test_split
from sklearn.utils import Tags, check_random_state, column_or_1d
from sklearn.utils.validation import check_is_fitted, validate_data

from glassnet.core.activations import ACTIVATIONS
from glassnet.core.names import choose
from glassnet.core.schedules import SCHEDULES
from glassnet.errors import DataError, DivergedError, SettingError, ShapeError
from glassnet.estimators.mlp_advice import about_ending, about_rate, about_scale
from glassnet.estimators.mlp_callbacks import CallbackSupportMixin, EpochTasks, with_callbacks
from glassnet.estimators.mlp_settings import CONSTRAINTS
from glassnet.estimators.mlp_start import RandomOrder, checked_weights, draw_as_scikit_learn, without_weightless
from glassnet.estimators.mlp_validation import Validation, scorer_of
from glassnet.estimators.opening import Opening
from glassnet.estimators.refusals import as_glassnet_errors
from glassnet.estimators.saving import plain, save
from glassnet.estimators.targets import LabelCode, Target
from glassnet.estimators.watch import Watch
from glassnet.network import Network
from glassnet.training.history import History

Array = Any

ROWS_AT_A_TIME = 2048  # rows that a prediction takes together: numbers of another type need no second table

NOT_FINITE = (
    "Solver produced non-finite parameter weights. The input data may contain large values and need to be preprocessed."
)

FITTED = (  # plain attributes that a model file keeps
    "n_features_in_", "n_layers_", "n_outputs_", "out_activation_", "n_iter_", "t_", "loss_", "best_loss_",
    "loss_curve_", "validation_scores_", "best_validation_score_", "validation_loss_curve_", "notes_",
)  # fmt: skip
NOT_IN_OLD_FILES: dict[str, Any] = {"validation_loss_curve_": None, "notes_": []}


class BaseMLP(Opening, CallbackSupportMixin, BaseEstimator):
    """Common part of `MLPClassifier` and `MLPRegressor`; not for use on its own."""

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = CONSTRAINTS

    target_: Target
    loss_curve_: list[float]
    best_loss_: float | None
    validation_scores_: list[float] | None
    validation_loss_curve_: list[float] | None
    best_validation_score_: float | None
    notes_: list[str]

    def _keep(self, settings: Mapping[str, Any]) -> None:
        """Keep what a constructor was given, each under its own name and as it came."""
        for name in self._get_param_names():
            setattr(self, name, settings[name])

    # ------------------------------------------------------------ what a subclass knows
    _numbers_wanted: ClassVar[bool]

    def _learn_targets(self, y: Array, incremental: bool) -> None:
        """Learn the code of the targets, or see whether that of the last fit serves."""
        raise NotImplementedError

    def _output(self) -> tuple[str, str]:
        """Return the output activation and the loss, in the network's names."""
        raise NotImplementedError

    def _score_rows(self, A: Array, Y: Array, sample_weight: Array | None) -> float:
        """Return the score of outputs A for target columns Y, both (m, n_outputs)."""
        raise NotImplementedError

    def _answers(self, outputs: Array) -> Array:
        """Return what a user is told for the outputs (m, n_outputs) of one network."""
        raise NotImplementedError

    def _weighted(self, Y: Array, S: Array | None, incremental: bool) -> Array | None:
        """Return the weights (m,) of the rows with what the targets add to them."""
        return S

    def _softened(self, Y: Array) -> Array:
        """Return the target columns that are trained on."""
        return Y

    def _strata(self, Y: Array) -> Array | None:
        return None

    def _target_note(self, Y: Array) -> str:
        """Say what is unusual about the targets."""
        return ""

    # ------------------------------------------------------------ the network in rows
    @property
    def coefs_(self) -> list[Array]:
        """Weights as rows: entry l is the view W[l+1].T, (n[l], n[l+1]); assigning to an entry writes the network."""
        return RowViews(W.mT for W in self.network_.W)

    @coefs_.setter
    def coefs_(self, arrays: Sequence[Array]) -> None:
        self.coefs_[:] = arrays

    @property
    def intercepts_(self) -> list[Array]:
        """Biases: entry l is the view b[l+1], (n[l+1],); assigning to an entry writes the network."""
        return RowViews(b[..., 0] for b in self.network_.b)

    @intercepts_.setter
    def intercepts_(self, arrays: Sequence[Array]) -> None:
        self.intercepts_[:] = arrays

    def hidden_values(self, X: Array, layer: int) -> Array:
        """Return what the units of a layer answer: A[layer], one row per sample.

        Parameters
        ----------
        X : {array-like, sparse matrix} (n_samples, n_features)
            One row per sample.
        layer : int
            From 1, the first hidden layer, to L, the output.

        Returns
        -------
        array (n_samples, n[layer]), or (n_networks, n_samples, n[layer])
            The values after the activation.

        Raises
        ------
        ValueError
            If there is no such layer (`SettingError`), or X does not fit.
        """
        X = self._rows(X)
        return self.network_.forward(X.T, layer=layer).mT

    def predict_spread(self, X: Array) -> Array:
        """Return how far the networks' predictions are apart: their standard deviation, sample by sample.

        Parameters
        ----------
        X : {array-like, sparse matrix} (n_samples, n_features)
            One row per sample.

        Returns
        -------
        array
            Of the shape of `predict_proba` for classes, in units of probability; of `predict` for numbers.

        Raises
        ------
        ValueError
            If there is one network only (`SettingError`).
        """
        X = self._rows(X)
        if self.network_.n_networks is None:
            raise SettingError("predict_spread needs several networks; this is one. Fit with n_networks=5, say")
        return np.std([self._answers(A) for A in self.network_.forward(X.T).mT], axis=0)

    def _rows(self, X: Array) -> Array:
        check_is_fitted(self)
        with as_glassnet_errors():
            X = validate_data(self, X, accept_sparse=["csr", "csc"], reset=False)
        return X.tocsr() if issparse(X) else X

    def _outputs(self, X: Array) -> Array:
        return self._average(self._rows(X))

    def _average(self, X: Array) -> Array:
        """Return the outputs (m, n_outputs) for rows that were checked, averaged over the networks."""
        outputs = np.empty((X.shape[0], self.n_outputs_), self.network_.dtype)
        for start in range(0, len(outputs), ROWS_AT_A_TIME):
            rows = slice(start, start + ROWS_AT_A_TIME)
            A = self.network_.forward(X[rows].T)
            outputs[rows] = (A if A.ndim == 2 else A.mean(axis=0)).T
        return outputs

    # ------------------------------------------------------------ files
    def save(self, path: str | Path) -> None:
        """Write network, labels and training record to one file; `glassnet.load` reads it."""
        check_is_fitted(self)
        fitted = {name: getattr(self, name) for name in FITTED}
        document = {"fitted": plain(fitted), "feature_names": list(getattr(self, "feature_names_in_", []))}
        if isinstance(weights := getattr(self, "class_weight", None), dict):  # JSON's keys are words only
            document["class_weight"] = [plain({"pair": pair})["pair"] for pair in weights.items()]
        save(self, path, self.target_, document)

    def _restore(self, network: Network, target: Target, document: Mapping[str, Any]) -> None:
        """Take over what `save` wrote."""
        fitted = {**NOT_IN_OLD_FILES, **document["fitted"]}
        for name in FITTED:
            setattr(self, name, fitted[name])
        self.network_, self.target_, self._best_vector = network, target, network.vector.copy()
        self._learning_rate, self._no_improvement_count = float(self.learning_rate_init), 0
        if isinstance(target, LabelCode):
            self.classes_ = target.classes
        if "class_weight" in document:
            self.class_weight = dict(document["class_weight"])
        if document["feature_names"]:
            self.feature_names_in_ = np.asarray(document["feature_names"], dtype=object)

    # ------------------------------------------------------------ fit
    @with_callbacks
    def fit(
        self,
        X: Array,
        y: Array,
        sample_weight: Array | None = None,
        *,
        X_val: Array | None = None,
        y_val: Array | None = None,
        sample_weight_val: Array | None = None,
    ) -> Self:
        """Train on rows X and targets y.

        Parameters
        ----------
        X : {array-like, sparse matrix} (n_samples, n_features)
            One row per sample. Sparse rows stay sparse.
        y : array-like (n_samples,) or (n_samples, n_outputs)
            Labels, or a table of zeros and ones for several labels a sample; numbers for a regressor.
        sample_weight : array-like (n_samples,), default=None
            Weight of each sample in the cost; samples of weight 0 are left out.
        X_val, y_val : array-like, default=None
            Validation rows of your own, whose loss and score are noted after each epoch. With `early_stopping` they
            decide, and no training row is held out.
        sample_weight_val : array-like, default=None
            Weight of each of them.

        Returns
        -------
        Self
            The estimator itself.

        Raises
        ------
        ValueError
            If an argument cannot be used, or the cost stops being a finite number (`DivergedError`).
        """
        return self._fit(X, y, sample_weight, (X_val, y_val, sample_weight_val))

    def _fit(
        self,
        X: Array,
        y: Array,
        sample_weight: Array | None,
        given_validation: tuple[Array, Array, Array] = (None, None, None),
        *,
        incremental: bool = False,
    ) -> Self:
        self._check_settings(incremental)
        hidden = self._hidden_layers()
        fresh = not hasattr(self, "network_") or not (self.warm_start or incremental)
        shown = X, y, sample_weight
        with as_glassnet_errors():
            X, y = self._checked(X, y, reset=fresh)
            self._learn_targets(y, incremental)
            Y = self.target_.encode(y)
            S = self._weighted(Y, checked_weights(X, sample_weight), incremental)
            X, Y, S = without_weightless(X, Y, S)
            validation = self._given_validation(*given_validation, X.dtype)
        sizes = [X.shape[1], *hidden, Y.shape[1]]
        random_state = check_random_state(self.random_state)
        if fresh:
            self._start(sizes, X.dtype, random_state)
        else:
            self._go_on(sizes)
        if fresh or not incremental:
            notes = about_scale(X, getattr(self, "feature_names_in_", None)), self._target_note(Y)
            self.notes_ = [note for note in notes if note]
        if validation is None and self.early_stopping and self.solver != "lbfgs":
            X, Y, S, validation = self._split(X, Y, S, random_state)
        self._make_room(validation)
        self.n_iter_ = 0
        tasks = EpochTasks(self, *shown, 1 if incremental else self.max_iter)
        watch = Watch(self, X.shape[0], validation, tasks)
        train = self._search if self.solver == "lbfgs" else self._descend
        problem = train(X, self._softened(Y), S, watch, RandomOrder(random_state, self.network_.rng), incremental)
        if not np.isfinite(self.network_.vector).all():
            raise DivergedError(
                NOT_FINITE, layer=0, step=self.network_.optimizer_state.get("t", 0), learning_rate=self._learning_rate
            )
        tasks.end()
        if problem or (self.notes_ and (fresh or not incremental)):
            text = "\n".join([problem, *self.notes_] if problem else self.notes_)
            warnings.warn(text, ConvergenceWarning, stacklevel=4)
        return self

    def _checked(self, X: Array, y: Array, *, reset: bool) -> tuple[Array, Array]:
        """Check rows, which may be sparse, and targets, which are dense unless they are labels."""
        X, y = validate_data(
            self,
            X,
            y,
            accept_sparse=["csr", "csc"],
            multi_output=True,
            y_numeric=self._numbers_wanted,
            dtype=(np.float64, np.float32),
            reset=reset,
        )
        if y.ndim == 2 and y.shape[1] == 1:
            y = column_or_1d(y, warn=True)
        return X.tocsr() if issparse(X) else X, y.toarray() if issparse(y) and self._numbers_wanted else y

    def _check_settings(self, incremental: bool) -> None:
        with as_glassnet_errors():
            self._validate_params()
        if incremental and self.early_stopping:
            raise SettingError("partial_fit does not support early_stopping=True: a single pass leaves nothing to stop")
        if self.schedule != "constant" and self.solver == "sgd" and self.learning_rate != "constant":
            raise SettingError(
                f"learning_rate={self.learning_rate!r} and schedule={self.schedule!r} both move the rate; give one"
            )
        if self.n_networks > 1 and self.solver == "lbfgs":
            raise SettingError(
                f"n_networks: lbfgs searches for one network at a time, got {self.n_networks}; "
                "take solver='adam', 'adamw' or 'sgd'"
            )

    def _hidden_layers(self) -> list[int]:
        given = self.hidden_layer_sizes
        units = list(given) if isinstance(given, Iterable) else [given]
        if any(not isinstance(n, Integral) or n <= 0 for n in units):
            raise SettingError(f"hidden_layer_sizes must be > 0, got {units}: whole numbers, one per hidden layer.")
        return [int(n) for n in units]

    def _activations(self, hidden_layers: int) -> list[str]:
        given = self.activation
        if isinstance(given, str):
            names = [given] * hidden_layers
        elif len(given) == hidden_layers:
            names = list(given)
        else:
            raise SettingError(
                f"activation: {hidden_layers} hidden layers take one name, or a list of {hidden_layers}; got {given!r}"
            )
        choices = {"logistic": ACTIVATIONS["sigmoid"], **ACTIVATIONS}
        for name in [given] if isinstance(given, str) else names:
            choose(choices, name, "activation")
        return ["sigmoid" if name == "logistic" else name for name in names]

    def _start(self, sizes: list[int], dtype: Any, random_state: np.random.RandomState) -> None:
        """Draw a new network, as scikit-learn draws it, and empty every curve."""
        output, loss = self._output()
        self.network_ = Network(
            sizes,
            [*self._activations(len(sizes) - 2), output],
            loss,
            initializer="zeros",
            seed=random_state,
            dtype=np.dtype(dtype).name,
            n_networks=self._stack,
        )
        draw_as_scikit_learn(self.network_, random_state, self.activation)
        self.n_layers_, self.n_outputs_ = len(sizes), sizes[-1]
        self.out_activation_ = "logistic" if output == "sigmoid" else output
        self.n_iter_, self.t_, self._no_improvement_count = 0, 0, 0
        self._learning_rate = float(self.learning_rate_init)
        self.loss_curve_, self.best_loss_, self._best_vector = [], None, None
        self.validation_scores_ = self.validation_loss_curve_ = self.best_validation_score_ = None

    def _go_on(self, sizes: list[int]) -> None:
        """Keep the network of the last fit, with the activations that are set now."""
        old = self.network_.architecture
        if list(old.sizes) != sizes or self.network_.n_networks != self._stack:
            stack = f" (now {self.network_.n_networks or 1} networks; asked for {self.n_networks})"
            raise SettingError(
                f"a warm start or partial_fit goes on with the network of the last fit, of sizes {list(old.sizes)}; "
                f"these settings and data need {sizes}{stack if self.network_.n_networks != self._stack else ''}. "
                "Use clone(estimator) for a new network"
            )
        output, loss = self._output()
        self.network_.architecture = type(old).build(sizes, [*self._activations(len(sizes) - 2), output], loss)

    @property
    def _stack(self) -> int | None:
        """The network's n_networks: None without a leading axis."""
        return None if self.n_networks == 1 else int(self.n_networks)

    def _make_room(self, validation: Validation | None) -> None:
        """See to the curves that this training needs, and to the best so far; what a warm start has goes on."""
        by_score = self.early_stopping and self.solver != "lbfgs"
        if by_score:
            self.best_loss_ = None
        elif self.best_loss_ is None:
            self.best_loss_ = np.inf
        if validation is not None and (self.validation_scores_ is None or self.validation_loss_curve_ is None):
            self.validation_scores_, self.validation_loss_curve_, self.best_validation_score_ = [], [], -np.inf
        if by_score and self._best_vector is None:
            self._best_vector = self.network_.vector.copy()

    # ------------------------------------------------------------ solvers
    def _search(self, X: Array, Y: Array, S: Array | None, watch: Watch, order: RandomOrder, incremental: bool) -> str:
        history = self._train(
            X,
            Y,
            S,
            watch,
            order,
            epochs=self.max_iter,
            optimizer=f"lbfgs(tolerance={float(self.tol)!r}, max_evaluations={self.max_fun})",
        )
        self.loss_ = self.network_.cost(X.T, Y.T, sample_weight=row(S), l2=self.alpha)
        self.best_loss_ = self.loss_
        if history.converged is not False or watch.stopped:
            return ""
        more = "" if self.n_iter_ < self.max_iter else f"Raise max_iter (now {self.max_iter}). "
        advice = "" if self.notes_ else "Inputs scaled to mean 0 and spread 1 (StandardScaler) converge faster; "
        return (
            f"lbfgs failed to converge after {self.n_iter_} iteration(s):\n{history.message}\n{more}{advice}"
            f"tol={self.tol:g} is the slope at which it stops; a larger one stops earlier."
        )

    def _descend(self, X: Array, Y: Array, S: Array | None, watch: Watch, order: RandomOrder, incremental: bool) -> str:
        m, batch_size = X.shape[0], self.batch_size
        if batch_size == "auto":
            batch_size = min(200, m)
        elif batch_size > m:
            warnings.warn(
                f"Got `batch_size` less than 1 or larger than sample size. It is going to be clipped (to {m})",
                stacklevel=5,
            )
        resume = incremental or self.keep_optimizer
        if not resume:
            self._learning_rate = float(self.learning_rate_init)
        moving_rate = self.solver == "sgd" and self.learning_rate != "constant"
        problem = ""
        try:
            self._train(
                X,
                Y,
                S,
                watch,
                order,
                optimizer=self._optimizer_name(),
                learning_rate=self.learning_rate_init,
                schedule=watch.factor if moving_rate else self.schedule,
                epochs=1 if incremental else self.max_iter,
                batch_size=batch_size,
                shuffle=self.shuffle,
                resume=resume,
            )
        except DivergedError as error:
            if not watch.by_score:
                raise
            self.n_iter_ += 1
            watch.validation_failed()
            problem = str(error)
        else:
            if self.n_iter_ == self.max_iter and not (watch.stopped or incremental or self._is_run_out()):
                problem = self._not_converged()
            elif ending := about_ending(self.loss_curve_[-self.n_iter_ :], float(self.learning_rate_init)):
                self.notes_.append(ending)
        if watch.by_score:
            self.network_.vector[...] = self._best_vector
        return problem

    def _not_converged(self) -> str:
        """Say that max_iter came first, and what to change."""
        advice = about_rate(self.loss_curve_[-self.n_iter_ :], float(self.learning_rate_init))
        if advice:
            self.notes_.append(advice)
        scale = "" if self.notes_ else ", or scale the inputs to mean 0 and spread 1 (StandardScaler)"
        return (
            f"Stochastic Optimizer: Maximum iterations ({self.max_iter}) reached and the optimization hasn't "
            f"converged yet.{'' if advice else f' Raise max_iter or learning_rate_init{scale}.'}"
        )

    def _is_run_out(self) -> bool:
        """Tell whether the schedule brings the learning rate to nothing at max_iter: there the training is complete."""
        schedule, T = self.schedule, self.max_iter
        factor = schedule if callable(schedule) else choose(SCHEDULES, schedule, "schedule")[1].factor
        return bool(factor(T, T, []) < 1e-3)

    def _train(self, X: Array, Y: Array, S: Array | None, watch: Watch, order: RandomOrder, **settings: Any) -> History:
        """Hand rows to the network as columns; `order` stands in for its generator while it trains."""
        net = self.network_
        generator, net.rng = net.rng, order  # type: ignore[assignment]
        try:
            history = net.fit(
                X.T, Y.T, sample_weight=row(S), l2=float(self.alpha), dropout=self.dropout, clip_norm=self.clip_norm,
                callbacks=[watch], engine=self.engine, device=self.device, precision=self.precision, **settings,
            )  # fmt: skip
        except DivergedError as error:
            raise DivergedError(
                f"{NOT_FINITE} In detail: {error}",
                layer=error.layer,
                step=error.step,
                learning_rate=error.learning_rate,
            ) from error
        finally:
            net.rng = generator
        if history.interrupted:
            warnings.warn("Training interrupted by user; the best weights so far are kept.", stacklevel=6)
        return history

    def _optimizer_name(self) -> str:
        if self.solver == "sgd":
            return f"{'nesterov' if self.nesterovs_momentum else 'momentum'}({float(self.momentum)!r})"
        decay = f", {float(self.weight_decay)!r}" if self.solver == "adamw" else ""
        return f"{self.solver}({float(self.beta_1)!r}, {float(self.beta_2)!r}, {float(self.epsilon)!r}{decay})"

    # ------------------------------------------------------------ validation rows
    def _given_validation(
        self, X: Array | None, y: Array | None, sample_weight: Array | None, dtype: Any
    ) -> Validation | None:
        """Check the validation rows that a user gave."""
        if X is None or y is None:
            if not (X is None and y is None and sample_weight is None):
                raise SettingError("validation rows need both X_val and y_val")
            return None
        try:
            X, y = self._checked(X, y, reset=False)
            Y = self.target_.encode(y)
            S = self._weighted(Y, checked_weights(X, sample_weight), False)
        except ValueError as error:
            raise DataError(f"X_val, y_val, sample_weight_val: {error}") from error
        return Validation(*without_weightless(X.astype(dtype, copy=False), Y, S), scorer_of(self, self.scoring))

    def _split(
        self, X: Array, Y: Array, S: Array | None, random_state: np.random.RandomState
    ) -> tuple[Array, Array, Array | None, Validation]:
        """Hold rows out; return the others, and those held out."""
        arrays = [X, Y] if S is None else [X, Y, S]
        parts = train_test_split(
            *arrays, random_state=random_state, test_size=self.validation_fraction, stratify=self._strata(Y)
        )
        X, X_out, Y, Y_out, *weights = parts
        if X_out.shape[0] < 2:
            raise DataError(
                "The validation set is too small. Increase 'validation_fraction' or the size of your dataset."
            )
        S, S_out = weights or (None, None)
        with as_glassnet_errors():
            return X, Y, S, Validation(X_out, Y_out, S_out, scorer_of(self, self.scoring))

    def _can_go_on(self) -> bool:
        if self.solver == "lbfgs":
            raise AttributeError("partial_fit is only available for stochastic optimizers. lbfgs is not stochastic.")
        if self.schedule != "constant":
            raise AttributeError(f"partial_fit does not know how long it will go on; got schedule={self.schedule!r}")
        return True

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        return tags


class RowViews(list[Array]):
    """A list of views whose entries are written through: ``coefs_[0] = array`` changes the network."""

    def __setitem__(self, which: Any, new: Any) -> None:
        for view, array in zip(self[which], new, strict=True) if isinstance(which, slice) else [(self[which], new)]:
            if np.shape(array) != view.shape:
                raise ShapeError(f"expected an array of shape {view.shape}; got {np.shape(array)}")
            view[...] = array


def row(sample_weight: Array | None) -> Array | None:
    """Return weights (m,) as the row (1, m)."""
    return None if sample_weight is None else sample_weight[None, :]
