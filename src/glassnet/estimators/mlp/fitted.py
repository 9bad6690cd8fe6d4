"""A trained MLP estimator: its settings, the `Network` in rows, its answers, its files.

Rows (m, n) are samples; the network's X (n[0], m) is the transposed view of them, coefs_[l] (n[l], n[l+1]) that of
W[l+1]. No mathematics happens here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np
from scipy.sparse import issparse
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted, validate_data

from glassnet.documents import MAPPING, TEXT, TEXTS, Kind, checked, listed, maybe, number, whole
from glassnet.errors import ModelFileError, SettingError, ShapeError
from glassnet.estimators.foreign_arrays import in_memory
from glassnet.estimators.inspection import InspectionMixin
from glassnet.estimators.mlp.callbacks import CallbackSupportMixin
from glassnet.estimators.mlp.unfinished import Rest
from glassnet.estimators.saving import CLASS_WEIGHTS, save
from glassnet.estimators.sklearn_errors import as_glassnet_errors
from glassnet.estimators.targets import LabelEncoder, Target
from glassnet.network import Network
from glassnet.renamed import OldName, with_new_names
from glassnet.training.declarations import Setting, completed, defaults
from glassnet.typing import AnyArray, Array, Labels, Rows

ROWS_AT_A_TIME = 2048  # rows that a prediction takes together: numbers of another type need no second table

CURVE = listed(maybe(number()))
FITTED = {  # plain attributes that a model file keeps
    "n_features_in_": whole(1), "n_layers_": whole(2), "n_outputs_": whole(1), "out_activation_": TEXT,
    "n_iter_": whole(), "t_": whole(), "loss_": maybe(number()), "best_loss_": maybe(number()), "loss_curve_": CURVE,
    "validation_scores_": maybe(CURVE), "best_validation_score_": maybe(number()),
    "validation_loss_curve_": maybe(CURVE), "notes_": TEXTS, "_learning_rate": number(0),
    "_no_improvement_count": whole(),
}  # fmt: skip
NOT_IN_OLD_FILES: dict[str, Any] = {"validation_loss_curve_": None, "notes_": [], "_no_improvement_count": 0}


class FittedMLP(InspectionMixin, CallbackSupportMixin, BaseEstimator):
    """What `MLPClassifier` and `MLPRegressor` have in common but for `fit`; not for use on its own.

    Attributes
    ----------
    network_ : Network
        The network in the notation: samples are columns, W[l] (n[l], n[l-1]). It can trace, check and save itself.
    coefs_ : list of array (n[l], n[l+1])
        Weights as rows, views of W[l].T; writing to them writes the network. Of k networks (k, n[l], n[l+1]).
    intercepts_ : list of array (n[l+1],)
        Biases, views of b[l]. Of k networks (k, n[l+1]).
    loss_ : float
        Cost at the end: the last epoch's mean for sgd and adam, that of the final weights for lbfgs. Of k networks
        this and all curves are means.
    loss_curve_ : list of float
        Mean cost of each epoch, of each iteration of lbfgs the one before its step.
    best_loss_ : float or None
        Lowest cost; None with `early_stopping`.
    validation_loss_curve_ : list of float or None
        Loss of the validation rows after each epoch, without penalties; None where there are no such rows.
    validation_scores_ : list of float or None
        Their score after each epoch: accuracy for classes, R² for numbers, or what `scoring` says.
    best_validation_score_ : float or None
        The highest of them.
    notes_ : list of str
        What was noticed: inputs that are not scaled, a learning rate too high or too low.
    n_iter_ : int
        Epochs or iterations of the last `fit`.
    t_ : int
        Samples seen in training, each epoch counting them again.
    n_layers_ : int
        Number of layers, the input counted.
    n_outputs_ : int
        Number of output units.
    out_activation_ : str
        Activation of the output: "logistic" or "softmax" for classes, "identity" or "exp" for numbers.
    n_features_in_ : int
        Number of columns of X.
    feature_names_in_ : array (n_features,)
        Names of the columns, where X had any.
    """

    kind: ClassVar[str]  # the name in model files, also that of a user's subclass
    _declared: ClassVar[Mapping[str, Setting]]
    keep_optimizer = OldName()

    network_: Network
    target_: Target
    loss_: float
    loss_curve_: list[float]
    best_loss_: float | None
    validation_scores_: list[float] | None
    validation_loss_curve_: list[float] | None
    best_validation_score_: float | None
    notes_: list[str]
    n_iter_: int
    n_layers_: int
    n_outputs_: int
    out_activation_: str
    t_: int
    classes_: Labels  # of a classifier
    feature_names_in_: Labels  # where the columns had names
    _learning_rate: float
    _rest: Rest | None = None  # of a fit that was interrupted

    def _set(self, **settings: Any) -> None:
        """Set the settings, as a constructor gets them."""
        given = with_new_names(settings, "keep_optimizer", stacklevel=3)
        self.__dict__.update(completed(self._declared, given, type(self).__name__))

    def set_params(self, **params: Any) -> Self:
        """Change settings, also of what is nested in them, as scikit-learn does.

        Parameters
        ----------
        **params : object
            Settings by name.

        Returns
        -------
        MLPClassifier or MLPRegressor
            The estimator itself.
        """
        super().set_params(**with_new_names(params, "keep_optimizer"))
        return self

    def __setstate__(self, state: dict[str, Any]) -> None:
        super().__setstate__({**defaults(self._declared), **self._of_older(state)})

    @staticmethod
    def _of_older(settings: Mapping[str, Any]) -> dict[str, Any]:
        """Return settings of a file or pickle under their names of today."""
        found = dict(settings)
        if "keep_optimizer" in found:  # which worked with a warm start alone
            found["resume"] = bool(found.pop("keep_optimizer") and found["warm_start"])
        return found

    def _answers(self, outputs: AnyArray) -> AnyArray:
        """Return the answers for the outputs (m, n_outputs) of one network."""
        raise NotImplementedError

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

    def hidden_values(self, X: Rows, layer: int) -> Array:
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
        return self.network_.forward(self._rows(X).T, layer=layer).mT

    def predict_spread(self, X: Rows) -> Array:
        """Return how far the networks' predictions are apart: their standard deviation, sample by sample.

        Parameters
        ----------
        X : {array-like, sparse matrix} (n_samples, n_features)
            One row per sample.

        Returns
        -------
        array (n_samples, n_classes) or (n_samples,) or (n_samples, n_outputs)
            Of the shape of `predict_proba` for classes, in units of probability; of `predict` for numbers.

        Raises
        ------
        ValueError
            If there is one network only (`SettingError`).
        """
        rows = self._rows(X)
        if self.network_.n_networks is None:
            raise SettingError("predict_spread needs several networks; this is one. Fit with n_networks=5, say")
        deviation: Array = np.std([self._answers(A) for A in self.network_.forward(rows.T).mT], axis=0)
        return deviation

    def _rows(self, X: AnyArray) -> AnyArray:
        check_is_fitted(self)
        with as_glassnet_errors():
            X = validate_data(self, in_memory("X", X), accept_sparse=["csr", "csc"], reset=False)
        return X.tocsr() if issparse(X) else X

    def _outputs(self, X: AnyArray) -> AnyArray:
        """Return the outputs (m, n_outputs), averaged over the networks."""
        X = self._rows(X)
        outputs = np.empty((X.shape[0], self.n_outputs_), self.network_.dtype)
        for start in range(0, len(outputs), ROWS_AT_A_TIME):
            rows = slice(start, start + ROWS_AT_A_TIME)
            A = self.network_.forward(X[rows].T)
            outputs[rows] = (A if A.ndim == 2 else A.mean(axis=0)).T
        return outputs

    # ------------------------------------------------------------ files
    _rows_of_file: ClassVar[dict[str, Kind]] = {
        "fitted": MAPPING, "feature_names": TEXTS, "class_weight": CLASS_WEIGHTS, "rest": MAPPING,
    }  # fmt: skip

    def save(self, path: str | Path, *, training_state: bool = True) -> None:
        """Write network, labels and training record to one file; `glassnet.load` reads it.

        A setting that is a function, such as a schedule or a scorer, is left out, and is the default's when loaded.

        Parameters
        ----------
        path : str or Path
            The file, usually named ``*.glassnet``.
        training_state : bool
            Whether the file also holds what it takes to resume the training, as `Network.save` says.
        """
        check_is_fitted(self)
        fitted = {name: _finite(getattr(self, name)) for name in FITTED}
        document = {"fitted": fitted, "feature_names": list(getattr(self, "feature_names_in_", []))}
        if self._rest is not None and training_state:
            document["rest"] = self._rest.to_document()
        save(self, path, self.target_, document, training_state=training_state)

    def _check_kept(self, settings: Mapping[str, Any]) -> None:
        """Raise unless the settings are some that `fit` takes."""
        with as_glassnet_errors():
            self._validate_params()

    def _restore(self, network: Network, target: Target, document: Mapping[str, Any]) -> None:
        """Take over what `save` wrote."""
        old = {**NOT_IN_OLD_FILES, "_learning_rate": float(self.learning_rate_init)}
        fitted = {**old, **checked(document["fitted"], FITTED, "fitted", later=old)}
        architecture = network.architecture
        of_network = {
            "n_features_in_": architecture.sizes[0],
            "n_layers_": len(architecture.sizes),
            "n_outputs_": architecture.sizes[-1],
            "out_activation_": "logistic" if architecture.output == "sigmoid" else architecture.activations[-1],
        }
        for name, value in of_network.items():
            if fitted[name] != value:
                raise ModelFileError(f"fitted: {name} is {fitted[name]!r:.80}; that of the network is {value!r:.80}")
        if len(document["feature_names"]) not in (0, fitted["n_features_in_"]):
            raise ModelFileError(f"{len(document['feature_names'])} names for {fitted['n_features_in_']} features")
        for name in FITTED:
            setattr(self, name, _with_nan(fitted[name]) if name.endswith(("curve_", "scores_")) else fitted[name])
        self.loss_ = float("nan") if self.loss_ is None else self.loss_
        if self.validation_scores_ is not None and self.best_validation_score_ is None:
            self.best_validation_score_ = -np.inf
        self.network_, self.target_ = network, target
        self._best_vector = network.vector.copy() if self.early_stopping else None
        self._rest = Rest.from_document(document["rest"]) if "rest" in document else None
        if isinstance(target, LabelEncoder):
            self.classes_ = target.classes
        if document["feature_names"]:
            self.feature_names_in_ = np.asarray(document["feature_names"], dtype=object)


def _finite(value: Any) -> Any:
    """Return numbers without NaN and infinity, which JSON does not have: None stands for them."""
    if isinstance(value, list):
        return [_finite(item) for item in value]
    return None if isinstance(value, float | np.floating) and not np.isfinite(value) else value


def _with_nan(curve: list[float | None] | None) -> list[float] | None:
    return None if curve is None else [float("nan") if value is None else value for value in curve]


class RowViews(list[Array]):
    """A list of views whose entries are written through: ``coefs_[0] = array`` changes the network."""

    def __setitem__(self, which: Any, new: Any) -> None:
        for view, array in zip(self[which], new, strict=True) if isinstance(which, slice) else [(self[which], new)]:
            if np.shape(array) != view.shape:
                raise ShapeError(f"expected an array of shape {view.shape}; got {np.shape(array)}")
            view[...] = array
