"""What both MLP estimators share: scikit-learn's settings and rows become a `Network` and its columns, and come back.

Rows (m, n) are samples; the network's X (n[0], m) is the transposed view of them, coefs_[l] (n[l], n[l+1]) that of
W[l+1]. No mathematics happens here.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from numbers import Integral, Real
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from scipy.sparse import issparse
from sklearn.base import BaseEstimator
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import train_test_split
from sklearn.utils import Tags, check_random_state
from sklearn.utils._param_validation import Interval, Options, StrOptions
from sklearn.utils.validation import _check_sample_weight, check_is_fitted, validate_data

from glassnet.core.activations import ACTIVATIONS
from glassnet.core.names import choose
from glassnet.errors import DataError, DivergedError, SettingError, ShapeError
from glassnet.estimators.refusals import as_glassnet_errors
from glassnet.estimators.saving import plain, save
from glassnet.estimators.targets import LabelCode, Target
from glassnet.estimators.watch import Watch
from glassnet.network import Network
from glassnet.training.history import History

Array = Any

ROWS_AT_A_TIME = 2048  # rows that a prediction takes through the layers together: the memory it needs is bounded

NOT_FINITE = (
    "Solver produced non-finite parameter weights. The input data may contain large values and need to be preprocessed."
)


FITTED = (  # plain attributes that a model file keeps
    "n_features_in_", "n_layers_", "n_outputs_", "out_activation_", "n_iter_", "t_", "loss_", "best_loss_",
    "loss_curve_", "validation_scores_", "best_validation_score_",
)  # fmt: skip


class BaseMLP(BaseEstimator):
    """Common part of `MLPClassifier` and `MLPRegressor`; not for use on its own."""

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        "hidden_layer_sizes": ["array-like", Interval(Integral, 1, None, closed="left")],
        "activation": [str, list, tuple],
        "solver": [StrOptions({"lbfgs", "sgd", "adam"})],
        "alpha": [Interval(Real, 0, None, closed="left")],
        "batch_size": [StrOptions({"auto"}), Interval(Integral, 1, None, closed="left")],
        "learning_rate": [StrOptions({"constant", "invscaling", "adaptive"})],
        "learning_rate_init": [Interval(Real, 0, None, closed="neither")],
        "power_t": [Interval(Real, 0, None, closed="left")],
        "max_iter": [Interval(Integral, 1, None, closed="left")],
        "shuffle": ["boolean"],
        "random_state": ["random_state"],
        "tol": [Interval(Real, 0, None, closed="left")],
        "verbose": ["verbose"],
        "warm_start": ["boolean"],
        "momentum": [Interval(Real, 0, 1, closed="both")],
        "nesterovs_momentum": ["boolean"],
        "early_stopping": ["boolean"],
        "validation_fraction": [Interval(Real, 0, 1, closed="left")],
        "beta_1": [Interval(Real, 0, 1, closed="left")],
        "beta_2": [Interval(Real, 0, 1, closed="left")],
        "epsilon": [Interval(Real, 0, None, closed="neither")],
        "n_iter_no_change": [Interval(Integral, 1, None, closed="left"), Options(Real, {np.inf})],
        "max_fun": [Interval(Integral, 1, None, closed="left")],
        "engine": [str],
        "device": [str],
        "precision": [str],
    }

    target_: Target
    loss_curve_: list[float]
    best_loss_: float | None
    validation_scores_: list[float] | None
    best_validation_score_: float | None

    # ------------------------------------------------------------ what a subclass knows
    def _targets(self, X: Array, y: Array, incremental: bool, reset: bool) -> tuple[Array, Array]:
        """Check X and y; return the rows and the target columns (m, n_outputs)."""
        raise NotImplementedError

    def _output(self) -> tuple[str, str]:
        """Return the output activation and the loss, in the network's names."""
        raise NotImplementedError

    def _score_rows(self, A: Array, Y: Array, sample_weight: Array | None) -> float:
        """Return the score of outputs A for target columns Y, both (m, n_outputs)."""
        raise NotImplementedError

    # ------------------------------------------------------------ the network in rows
    @property
    def coefs_(self) -> list[Array]:
        """Weights as rows: entry l is the view W[l+1].T, (n[l], n[l+1]); assigning to an entry writes the network."""
        return RowViews(W.T for W in self.network_.W)

    @coefs_.setter
    def coefs_(self, arrays: Sequence[Array]) -> None:
        self.coefs_[:] = arrays

    @property
    def intercepts_(self) -> list[Array]:
        """Biases: entry l is the view b[l+1], (n[l+1],); assigning to an entry writes the network."""
        return RowViews(b.ravel() for b in self.network_.b)

    @intercepts_.setter
    def intercepts_(self, arrays: Sequence[Array]) -> None:
        self.intercepts_[:] = arrays

    def _outputs(self, X: Array) -> Array:
        check_is_fitted(self)
        with as_glassnet_errors():
            X = validate_data(self, X, accept_sparse=["csr", "csc"], reset=False)
        if issparse(X):
            X = X.tocsr()
        outputs = np.empty((X.shape[0], self.n_outputs_), self.network_.dtype)
        for start in range(0, len(outputs), ROWS_AT_A_TIME):
            rows = slice(start, start + ROWS_AT_A_TIME)
            outputs[rows] = self.network_.forward(dense(X[rows]).T).T
        return outputs

    # ------------------------------------------------------------ files
    def save(self, path: str | Path) -> None:
        """Write network, labels and training record to one file; `glassnet.load` reads it."""
        check_is_fitted(self)
        fitted = {name: getattr(self, name) for name in FITTED}
        document = {"fitted": plain(fitted), "feature_names": list(getattr(self, "feature_names_in_", []))}
        save(self, path, self.target_, document)

    def _restore(self, network: Network, target: Target, document: Mapping[str, Any]) -> None:
        """Take over what `save` wrote."""
        for name in FITTED:
            setattr(self, name, document["fitted"][name])
        self.network_, self.target_, self._best_vector = network, target, network.vector.copy()
        self._learning_rate, self._no_improvement_count = float(self.learning_rate_init), 0
        if isinstance(target, LabelCode):
            self.classes_ = target.classes
        if document["feature_names"]:
            self.feature_names_in_ = np.asarray(document["feature_names"], dtype=object)

    # ------------------------------------------------------------ fit
    def _fit(self, X: Array, y: Array, sample_weight: Array | None, incremental: bool = False) -> Any:
        with as_glassnet_errors():
            self._validate_params()
        if incremental and self.early_stopping:
            raise SettingError("partial_fit does not support early_stopping=True: a single pass leaves nothing to stop")
        hidden = self._hidden_layers()
        fresh = not hasattr(self, "network_") or not (self.warm_start or incremental)
        with as_glassnet_errors():
            X, Y = self._targets(X, y, incremental, fresh)
            X, Y, sample_weight = _weighted(X, Y, sample_weight)
        sizes = [X.shape[1], *hidden, Y.shape[1]]
        random_state = check_random_state(self.random_state)
        if fresh:
            self._start(sizes, X.dtype, random_state)
        else:
            self._go_on(sizes)
        if self.solver == "lbfgs":
            self._search(X, Y, sample_weight)
        else:
            self._descend(X, Y, sample_weight, random_state, incremental)
        if not np.isfinite(self.network_.vector).all():
            raise DivergedError(
                NOT_FINITE, layer=0, step=self.network_.optimizer_state.get("t", 0), learning_rate=self._learning_rate
            )
        return self

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
        activations = self._activations(len(sizes) - 2)
        self.network_ = Network(
            sizes, [*activations, output], loss, initializer="zeros", seed=random_state, dtype=np.dtype(dtype).name
        )
        draw_as_scikit_learn(self.network_, random_state, self.activation)
        self.n_layers_, self.n_outputs_ = len(sizes), sizes[-1]
        self.out_activation_ = "logistic" if output == "sigmoid" else output
        self.n_iter_, self.t_, self._no_improvement_count = 0, 0, 0
        self._learning_rate = float(self.learning_rate_init)
        self.loss_curve_ = []
        if self.early_stopping and self.solver != "lbfgs":
            self.best_loss_, self.validation_scores_, self.best_validation_score_ = None, [], -np.inf
            self._best_vector = self.network_.vector.copy()
        else:
            self.best_loss_, self.validation_scores_, self.best_validation_score_ = np.inf, None, None
            self._best_vector = None

    def _go_on(self, sizes: list[int]) -> None:
        """Keep the network of the last fit, with the activations that are set now."""
        old = self.network_.architecture
        if list(old.sizes) != sizes:
            raise SettingError(
                f"a warm start or partial_fit goes on with the network of the last fit, of sizes {list(old.sizes)}; "
                f"these settings and data need {sizes}. Use clone(estimator) for a new network"
            )
        output, loss = self._output()
        self.network_.architecture = type(old).build(sizes, [*self._activations(len(sizes) - 2), output], loss)
        if self.early_stopping and self.validation_scores_ is None:
            self.best_loss_, self.validation_scores_, self.best_validation_score_ = None, [], -np.inf
            self._best_vector = self.network_.vector.copy()
        elif not self.early_stopping and self.best_loss_ is None:
            self.best_loss_ = np.inf

    def _search(self, X: Array, Y: Array, sample_weight: Array | None) -> None:
        self.n_iter_ = 0

        def after_iteration(progress: Any) -> None:
            if progress.moment == "epoch":
                self.n_iter_ += 1
                if self.verbose:
                    print(f"Iteration {self.n_iter_}, loss = {progress.cost:.8f}")

        history = self._train(
            X,
            Y,
            sample_weight,
            after_iteration,
            epochs=self.max_iter,
            optimizer=f"lbfgs(tolerance={float(self.tol)!r}, max_evaluations={self.max_fun})",
        )
        self.loss_curve_.extend(map(float, history.epoch_cost))
        self.loss_ = self.network_.cost(X.T, Y.T, sample_weight=row(sample_weight), l2=self.alpha)
        self.best_loss_ = self.loss_
        if history.converged is False:
            more = "" if self.n_iter_ < self.max_iter else f"Raise max_iter (now {self.max_iter}). "
            warnings.warn(
                f"lbfgs failed to converge after {self.n_iter_} iteration(s):\n{history.message}\n{more}"
                "Inputs scaled to mean 0 and spread 1 (StandardScaler) converge faster; a larger tol stops earlier.",
                ConvergenceWarning,
                stacklevel=5,
            )

    def _descend(
        self, X: Array, Y: Array, sample_weight: Array | None, random_state: np.random.RandomState, incremental: bool
    ) -> None:
        held_out = None
        if self.early_stopping:
            X, Y, sample_weight, held_out = self._split(X, Y, sample_weight, random_state)
        m, batch_size = len(X), self.batch_size
        if batch_size == "auto":
            batch_size = min(200, m)
        elif batch_size > m:
            warnings.warn(
                f"Got `batch_size` less than 1 or larger than sample size. It is going to be clipped (to {m})",
                stacklevel=5,
            )
        if not incremental:
            self._learning_rate = float(self.learning_rate_init)
        watch = Watch(self, m, held_out)
        self.n_iter_ = 0
        moving_rate = self.solver == "sgd" and self.learning_rate != "constant"
        try:
            self._train(
                X,
                Y,
                sample_weight,
                watch,
                optimizer=self._optimizer_name(),
                learning_rate=self.learning_rate_init,
                schedule=watch.factor if moving_rate else "constant",
                epochs=1 if incremental else self.max_iter,
                batch_size=batch_size,
                shuffle=self.shuffle,
                resume=incremental,
                order=RandomOrder(random_state),
            )
        except DivergedError as error:
            if held_out is None:
                raise
            self.n_iter_ += 1
            watch.better_score(float("nan"))
            warnings.warn(f"{error}", ConvergenceWarning, stacklevel=5)
        else:
            if self.n_iter_ == self.max_iter and not watch.stopped and not incremental:
                warnings.warn(
                    f"Stochastic Optimizer: Maximum iterations ({self.max_iter}) reached and the optimization hasn't "
                    "converged yet. Raise max_iter or learning_rate_init, or scale the inputs to mean 0 and spread 1 "
                    "(StandardScaler).",
                    ConvergenceWarning,
                    stacklevel=5,
                )
        if held_out is not None:
            self.network_.vector[...] = self._best_vector

    def _train(
        self, X: Array, Y: Array, sample_weight: Array | None, callback: Any, *, order: Any = None, **settings: Any
    ) -> History:
        """Hand rows to the network as columns; `order` stands in for its generator while it trains."""
        net = self.network_
        generator, net.rng = net.rng, order or net.rng
        try:
            history = net.fit(
                X.T, Y.T, sample_weight=row(sample_weight), l2=float(self.alpha), callbacks=[callback],
                engine=self.engine, device=self.device, precision=self.precision, **settings,
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
        if self.solver == "adam":
            return f"adam({float(self.beta_1)!r}, {float(self.beta_2)!r}, {float(self.epsilon)!r})"
        return f"{'nesterov' if self.nesterovs_momentum else 'momentum'}({float(self.momentum)!r})"

    def _split(
        self, X: Array, Y: Array, sample_weight: Array | None, random_state: np.random.RandomState
    ) -> tuple[Array, Array, Array | None, Any]:
        """Hold rows out; return the others and the function that scores the network on what was held out."""
        arrays = [X, Y] if sample_weight is None else [X, Y, sample_weight]
        parts = train_test_split(
            *arrays, random_state=random_state, test_size=self.validation_fraction, stratify=self._strata(Y)
        )
        X, X_out, Y, Y_out, *weights = parts
        if len(X_out) < 2:
            raise DataError(
                "The validation set is too small. Increase 'validation_fraction' or the size of your dataset."
            )
        S, S_out = weights or (None, None)

        def score() -> float:
            A = self.network_.forward(X_out.T).T
            return float(self._score_rows(A, Y_out, S_out)) if np.isfinite(A).all() else float("nan")

        return X, Y, S, score

    def _strata(self, Y: Array) -> Array | None:
        return None

    def _check_solver(self) -> bool:
        if self.solver == "lbfgs":
            raise AttributeError("partial_fit is only available for stochastic optimizers. lbfgs is not stochastic.")
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


class RandomOrder:
    """Draws each epoch's order from the one before it, as scikit-learn does: equal seeds, equal batches."""

    def __init__(self, random_state: np.random.RandomState) -> None:
        self.random_state = random_state
        self.order: Array = None

    def permutation(self, m: int) -> Array:
        """Return the order of the m samples for the next epoch."""
        drawn = self.random_state.permutation(m)
        self.order = drawn if self.order is None else self.order[drawn]
        return self.order


def draw_as_scikit_learn(net: Network, random_state: np.random.RandomState, activation: Any) -> None:
    """Draw weights, then biases, layer by layer from U(-limit, limit), limit² = 6 / (n + n_prev), or 2 for logistic.

    Glorot and Bengio 2010. The order is scikit-learn's, so equal seeds give equal networks.
    """
    hidden = net.architecture.activations[:-1]
    names = [*hidden, hidden[-1] if hidden else activation]  # the output layer follows the hidden one before it
    for l, (name, (n_prev, n)) in enumerate(zip(names, pairwise(net.architecture.sizes), strict=True), start=1):
        limit = np.sqrt((2 if name in ("logistic", "sigmoid") else 6) / (n + n_prev))
        net.W[l] = random_state.uniform(-limit, limit, (n_prev, n)).T
        net.b[l] = random_state.uniform(-limit, limit, n)[:, None]


def dense(X: Array) -> Array:
    """Return X as a plain array; sparse rows are spread out as a whole."""
    return X.toarray() if issparse(X) else X


def row(sample_weight: Array | None) -> Array | None:
    """Return weights (m,) as the row (1, m)."""
    return None if sample_weight is None else sample_weight[None, :]


def _weighted(X: Array, Y: Array, sample_weight: Array | None) -> tuple[Array, Array, Array | None]:
    """Check the weights, and leave out the rows that weigh nothing: a batch of them alone would have no mean."""
    if sample_weight is None:
        return X, Y, None
    sample_weight = _check_sample_weight(sample_weight, X, ensure_non_negative=True)
    keep = sample_weight > 0
    return (X, Y, sample_weight) if keep.all() else (X[keep], Y[keep], sample_weight[keep])
