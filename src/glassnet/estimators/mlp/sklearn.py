"""`MLPClassifier` and `MLPRegressor`: scikit-learn's names and habits, glassnet's network underneath."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, Self, Unpack

import numpy as np
from sklearn.base import ClassifierMixin, RegressorMixin
from sklearn.metrics import r2_score
from sklearn.utils import Tags
from sklearn.utils.metaestimators import available_if
from sklearn.utils.multiclass import type_of_target

from glassnet.core.losses import LOSSES
from glassnet.core.names import choose
from glassnet.errors import SettingError
from glassnet.estimators.given_targets import given_labels, given_numbers
from glassnet.estimators.mlp.advice import about_targets
from glassnet.estimators.mlp.callbacks import with_callbacks
from glassnet.estimators.mlp.fitted import FittedMLP
from glassnet.estimators.mlp.fitting import BaseMLP
from glassnet.estimators.mlp.settings import CLASSIFIER, REGRESSOR, ClassifierKeywords, CommonKeywords, constraints
from glassnet.estimators.sklearn_compat import first_partial_fit
from glassnet.estimators.sklearn_errors import as_glassnet_errors
from glassnet.estimators.targets import LabelEncoder, TargetScaler, smoothed
from glassnet.estimators.weights import class_weights
from glassnet.training.declarations import describe, takes
from glassnet.typing import AnyArray, Array, ArrayLike, Labels, Rows


class MLPClassifier(ClassifierMixin, BaseMLP):
    """Multi-layer perceptron for classes: scikit-learn's estimator with an open network inside.

    It minimises the cross-entropy: one sigmoid unit for two classes, softmax for more, one sigmoid unit per label when
    y is a table of zeros and ones (multi-label).

    Parameters
    ----------
    <settings>

    Attributes
    ----------
    classes_ : array (n_classes,)
        The labels, sorted.
    <attributes>

    See Also
    --------
    MLPRegressor : The same for numbers.

    Notes
    -----
    Sparse X stays sparse. float32 input trains in float32, everything else in float64. Callbacks in scikit-learn's
    protocol, such as its progress bar, are set by ``set_callbacks``; each epoch is a task.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from glassnet import MLPClassifier
    >>> X, y = load_iris(return_X_y=True)
    >>> clf = MLPClassifier((8,), solver="lbfgs", max_iter=1000, random_state=1).fit(X, y)
    >>> clf.predict(X[:2])
    array([0, 0])
    >>> clf.network_.W[1].shape
    (8, 4)
    >>> clf.hidden_values(X[:2], layer=1).shape
    (2, 8)
    """

    kind = "MLPClassifier"
    loss = "log_loss"
    classes_: Labels
    target_: LabelEncoder
    _numbers_wanted = False
    _declared = CLASSIFIER
    _parameter_constraints: ClassVar[dict[str, list[Any]]] = constraints(CLASSIFIER)

    @takes(CLASSIFIER)
    def __init__(
        self, hidden_layer_sizes: int | Sequence[int] = (100,), activation: str | Sequence[str] = "relu",
        **settings: Unpack[ClassifierKeywords],
    ) -> None:  # fmt: skip
        self._set(hidden_layer_sizes=hidden_layer_sizes, activation=activation, **settings)

    @available_if(lambda estimator: estimator._can_fit_in_parts())
    @with_callbacks
    def partial_fit(
        self, X: Rows, y: ArrayLike, sample_weight: ArrayLike | None = None, classes: ArrayLike | None = None
    ) -> Self:
        """Resume training with a single pass over X; neither for lbfgs nor with a schedule.

        Parameters
        ----------
        X : {array-like, sparse matrix} (n_samples, n_features)
            One row per sample.
        y : array-like (n_samples,) or (n_samples, n_labels)
            Labels; they need not all occur.
        sample_weight : array-like (n_samples,), default=None
            Weight of each sample in the cost.
        classes : array-like (n_classes,), default=None
            All labels that will ever come; needed in the first call only.

        Returns
        -------
        Self
            The estimator itself.
        """
        with as_glassnet_errors():
            y, classes = given_labels(y), given_labels(classes, "classes")
            if first_partial_fit(self, classes):
                multilabel = type_of_target(y).startswith("multilabel")
                self.target_ = LabelEncoder.of(y) if multilabel else LabelEncoder(self.classes_)
        return self._fit(X, y, sample_weight, incremental=True)

    def predict(self, X: Rows) -> Labels:
        """Return the most probable labels.

        Parameters
        ----------
        X : {array-like, sparse matrix} (n_samples, n_features)
            One row per sample.

        Returns
        -------
        array (n_samples,) or (n_samples, n_labels)
            Labels, or a table of zeros and ones.
        """
        outputs = self._outputs(X)  # says so where nothing was fitted
        labels: Labels = self.target_.decode(outputs)
        return labels

    def predict_proba(self, X: Rows) -> Array:
        """Return the probability of each class, in the order of `classes_`.

        Parameters
        ----------
        X : {array-like, sparse matrix} (n_samples, n_features)
            One row per sample.

        Returns
        -------
        array (n_samples, n_classes)
            Rows sum to 1, except for multi-label targets.
        """
        outputs = self._outputs(X)
        P: Array = self.target_.probabilities(outputs)
        return P

    def predict_log_proba(self, X: Rows) -> Array:
        """Return the logarithm of `predict_proba`.

        Parameters
        ----------
        X : {array-like, sparse matrix} (n_samples, n_features)
            One row per sample.

        Returns
        -------
        array (n_samples, n_classes)
            Natural logarithms; minus infinity where a probability is 0.
        """
        with np.errstate(divide="ignore"):
            return np.log(self.predict_proba(X))

    # ------------------------------------------------------------ for BaseMLP
    def _targets(self, y: Any) -> Any:
        return given_labels(y)

    def _learn_targets(self, y: AnyArray, incremental: bool) -> None:
        if not hasattr(self, "classes_") or not (self._keeps_network or incremental):
            self.target_ = LabelEncoder.of(y)
            self.classes_ = self.target_.classes
        else:
            self.target_.check_known(y, all_of_them=self._keeps_network)

    def _output(self) -> tuple[str, str]:
        return self.target_.output, "cross_entropy"

    def _answers(self, outputs: AnyArray) -> AnyArray:
        P: Array = self.target_.probabilities(outputs)
        return P

    def _weighted(self, Y: AnyArray, S: AnyArray | None, incremental: bool) -> AnyArray | None:
        if self.class_weight is None:
            return S
        if incremental and self.class_weight == "balanced":
            raise SettingError(
                "partial_fit sees a part of the rows at a time and cannot balance them; give class_weight as a dict"
            )
        of_rows = class_weights(self.target_, self.class_weight, Y, S)[self.target_.most_probable(Y)]
        return of_rows if S is None else of_rows * S

    def _softened(self, Y: AnyArray) -> AnyArray:
        return smoothed(Y, self.label_smoothing, exclusive=not self.target_.multilabel)

    def _score_rows(self, A: AnyArray, Y: AnyArray, sample_weight: AnyArray | None) -> float:
        return float(np.average(self.target_.is_correct(A, Y), weights=sample_weight))

    def _strata(self, Y: AnyArray) -> AnyArray | None:
        return self.target_.strata(Y, self.validation_fraction)

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_label = True
        return tags


class MLPRegressor(RegressorMixin, BaseMLP):
    """Multi-layer perceptron for numbers: scikit-learn's estimator with an open network inside.

    y may have several columns; the network then has one output unit for each.

    Parameters
    ----------
    <settings>

    Attributes
    ----------
    <attributes>

    See Also
    --------
    MLPClassifier : The same for classes.

    Notes
    -----
    Sparse X stays sparse. float32 input trains in float32, everything else in float64. y is not scaled: targets far
    from mean 0 and standard deviation 1 train better through `sklearn.compose.TransformedTargetRegressor`. Callbacks in
    scikit-learn's protocol, such as its progress bar, are set by ``set_callbacks``; each epoch is a task.

    Examples
    --------
    >>> import numpy as np
    >>> from glassnet import MLPRegressor
    >>> X = np.linspace(-1, 1, 50)[:, None]
    >>> reg = MLPRegressor(hidden_layer_sizes=(16,), activation="tanh", solver="lbfgs", random_state=1)
    >>> reg.fit(X, X[:, 0] ** 2).score(X, X[:, 0] ** 2) > 0.99
    True
    """

    kind = "MLPRegressor"
    target_: TargetScaler
    _numbers_wanted = True
    _declared = REGRESSOR
    _parameter_constraints: ClassVar[dict[str, list[Any]]] = constraints(REGRESSOR)

    @takes(REGRESSOR)
    def __init__(
        self, loss: str = "squared_error", hidden_layer_sizes: int | Sequence[int] = (100,),
        activation: str | Sequence[str] = "relu", **settings: Unpack[CommonKeywords],
    ) -> None:  # fmt: skip
        self._set(loss=loss, hidden_layer_sizes=hidden_layer_sizes, activation=activation, **settings)

    @available_if(lambda estimator: estimator._can_fit_in_parts())
    @with_callbacks
    def partial_fit(self, X: Rows, y: ArrayLike, sample_weight: ArrayLike | None = None) -> Self:
        """Resume training with a single pass over X; neither for lbfgs nor with a schedule.

        Parameters
        ----------
        X : {array-like, sparse matrix} (n_samples, n_features)
            One row per sample.
        y : array-like (n_samples,) or (n_samples, n_outputs)
            Targets.
        sample_weight : array-like (n_samples,), default=None
            Weight of each sample in the cost.

        Returns
        -------
        Self
            The estimator itself.
        """
        return self._fit(X, y, sample_weight, incremental=True)

    def predict(self, X: Rows) -> Array:
        """Return the predicted numbers.

        Parameters
        ----------
        X : {array-like, sparse matrix} (n_samples, n_features)
            One row per sample.

        Returns
        -------
        array (n_samples,) or (n_samples, n_outputs)
            Predictions.
        """
        outputs = self._outputs(X)
        estimates: Array = self.target_.decode(outputs)
        return estimates

    # ------------------------------------------------------------ for BaseMLP
    def _targets(self, y: Any) -> Any:
        return given_numbers(y)

    def _learn_targets(self, y: AnyArray, incremental: bool) -> None:
        self.target_ = TargetScaler.of(y, standardize=False)

    def _output(self) -> tuple[str, str]:
        losses = {name: entry for name, entry in LOSSES.items() if not name.endswith("cross_entropy")}
        return choose(losses, self.loss, "loss")[1].pair or "identity", self.loss

    def _answers(self, outputs: AnyArray) -> AnyArray:
        return self.target_.decode(outputs)

    def _target_note(self, Y: AnyArray) -> str:
        return about_targets(Y) if self._output()[0] == "identity" else ""

    def _score_rows(self, A: AnyArray, Y: AnyArray, sample_weight: AnyArray | None) -> float:
        return float(r2_score(Y, A, sample_weight=sample_weight))

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        return tags


describe(MLPClassifier, CLASSIFIER, FittedMLP)
describe(MLPRegressor, REGRESSOR, FittedMLP)
