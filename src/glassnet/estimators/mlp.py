"""`MLPClassifier` and `MLPRegressor`: scikit-learn's names and habits, glassnet's network underneath."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np
from sklearn.base import ClassifierMixin, RegressorMixin
from sklearn.metrics import r2_score
from sklearn.utils import Tags, column_or_1d
from sklearn.utils.metaestimators import available_if
from sklearn.utils.multiclass import _check_partial_fit_first_call, type_of_target
from sklearn.utils.validation import validate_data

from glassnet.core.losses import LOSSES
from glassnet.core.names import choose
from glassnet.estimators.mlp_base import BaseMLP, dense
from glassnet.estimators.refusals import as_glassnet_errors
from glassnet.estimators.targets import LabelCode, NumberCode

Array = Any


class MLPClassifier(ClassifierMixin, BaseMLP):
    """Multi-layer perceptron for classes: scikit-learn's estimator with an open network inside.

    It minimises the cross-entropy: one sigmoid unit for two classes, softmax for more, one sigmoid unit per label when
    y is a table of zeros and ones (multi-label).

    Parameters
    ----------
    hidden_layer_sizes : int or array-like of int, default=(100,)
        Units of each hidden layer, first to last; ``()`` leaves the linear model.
    activation : str or list of str, default="relu"
        Activation of the hidden layers: "identity", "logistic" (also "sigmoid"), "tanh", "relu", or any other name in
        glassnet's table, such as "gelu" or "leaky_relu(0.2)". A list gives each hidden layer its own.
    solver : {"lbfgs", "sgd", "adam"}, default="adam"
        "lbfgs" searches along lines on the whole data (good on small tables), "sgd" is gradient descent in batches
        with momentum, "adam" adapts the step of every weight.
    alpha : float, default=0.0001
        Strength of the L2 penalty alpha / (2 m) Σ W², m the samples of a batch.
    batch_size : int or "auto", default="auto"
        Samples of a step; "auto" is min(200, n_samples). lbfgs always takes all.
    learning_rate : {"constant", "invscaling", "adaptive"}, default="constant"
        How sgd's learning rate moves: not at all; learning_rate_init / (t + 1)^power_t after each epoch, t the samples
        seen; or a fifth each time that the training stops to improve.
    learning_rate_init : float, default=0.001
        Learning rate at the start, for sgd and adam.
    power_t : float, default=0.5
        Exponent of "invscaling".
    max_iter : int, default=200
        Most epochs (sgd, adam) or iterations (lbfgs).
    shuffle : bool, default=True
        Whether sgd and adam draw a new order of the samples for each epoch.
    random_state : int, RandomState instance or None, default=None
        Source of the first weights, the order of samples and the rows held out. The same integer draws what
        scikit-learn's estimator draws with it.
    tol : float, default=1e-4
        Improvement of the loss (of the validation score with `early_stopping`) that counts; lbfgs's largest slope.
    verbose : bool or int, default=False
        Whether each epoch prints its loss.
    warm_start : bool, default=False
        Whether `fit` goes on with the weights of the last one.
    momentum : float, default=0.9
        Share of sgd's last step that goes on, in [0, 1].
    nesterovs_momentum : bool, default=True
        Whether sgd looks ahead along the momentum.
    early_stopping : bool, default=False
        Whether to hold out `validation_fraction` of the rows, to stop when their score no longer improves, and to keep
        the weights of the best score. The split keeps the classes' shares, except for multi-label targets.
    validation_fraction : float, default=0.1
        Share of the rows held out by `early_stopping`.
    beta_1, beta_2 : float, default=0.9, 0.999
        adam's memory of the gradient and of its square, in [0, 1).
    epsilon : float, default=1e-8
        Keeps adam's divisor from zero.
    n_iter_no_change : int, default=10
        Epochs without improvement that sgd and adam bear.
    max_fun : int, default=15000
        Most evaluations of the cost by lbfgs.
    engine : {"auto", "numpy", "compiled", "torch"}, default="auto"
        What runs the equations; "auto" takes what is predicted to be done first. lbfgs runs on NumPy whatever is asked.
    device : {"auto", "cpu", "cuda"}, default="auto"
        Where the torch engine computes; "auto" is a graphics processor where torch finds one.
    precision : {"full", "bfloat16"}, default="full"
        What goes into a matrix product: "bfloat16" asks for the torch engine, and for float32 rows.

    Attributes
    ----------
    classes_ : array (n_classes,)
        The labels, sorted.
    network_ : Network
        The network in the notation: samples are columns, W[l] (n[l], n[l-1]). It can trace, check and save itself.
    coefs_ : list of array (n[l], n[l+1])
        Weights as rows, views of W[l].T; writing to them writes the network.
    intercepts_ : list of array (n[l+1],)
        Biases, views of b[l].
    loss_ : float
        Cost at the end: the last epoch's mean for sgd and adam, that of the final weights for lbfgs.
    loss_curve_ : list of float
        Mean cost of each epoch, of each iteration of lbfgs the one before its step.
    best_loss_ : float or None
        Lowest cost; None with `early_stopping`.
    validation_scores_ : list of float or None
        Score of the held out rows after each epoch: accuracy.
    best_validation_score_ : float or None
        The highest of them.
    n_iter_ : int
        Epochs or iterations of the last `fit`.
    t_ : int
        Samples seen in training, each epoch counting them again.
    n_layers_ : int
        Number of layers, the input counted.
    n_outputs_ : int
        Number of output units.
    out_activation_ : {"logistic", "softmax"}
        Activation of the output.
    n_features_in_ : int
        Number of columns of X.
    feature_names_in_ : array (n_features_in_,)
        Names of the columns, where X had any.

    See Also
    --------
    MLPRegressor : The same for numbers.

    Notes
    -----
    Sparse X is accepted and made dense as a whole. float32 input trains in float32, everything else in float64.

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
    """

    loss = "log_loss"
    classes_: Array
    target_: LabelCode

    def __init__(
        self,
        hidden_layer_sizes: Any = (100,),
        activation: str | Sequence[str] = "relu",
        *,
        solver: str = "adam",
        alpha: float = 0.0001,
        batch_size: int | str = "auto",
        learning_rate: str = "constant",
        learning_rate_init: float = 0.001,
        power_t: float = 0.5,
        max_iter: int = 200,
        shuffle: bool = True,
        random_state: Any = None,
        tol: float = 1e-4,
        verbose: bool | int = False,
        warm_start: bool = False,
        momentum: float = 0.9,
        nesterovs_momentum: bool = True,
        early_stopping: bool = False,
        validation_fraction: float = 0.1,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-8,
        n_iter_no_change: float = 10,
        max_fun: int = 15000,
        engine: str = "auto",
        device: str = "auto",
        precision: str = "full",
    ) -> None:
        self.hidden_layer_sizes = hidden_layer_sizes
        self.activation = activation
        self.solver = solver
        self.alpha = alpha
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.learning_rate_init = learning_rate_init
        self.power_t = power_t
        self.max_iter = max_iter
        self.shuffle = shuffle
        self.random_state = random_state
        self.tol = tol
        self.verbose = verbose
        self.warm_start = warm_start
        self.momentum = momentum
        self.nesterovs_momentum = nesterovs_momentum
        self.early_stopping = early_stopping
        self.validation_fraction = validation_fraction
        self.beta_1 = beta_1
        self.beta_2 = beta_2
        self.epsilon = epsilon
        self.n_iter_no_change = n_iter_no_change
        self.max_fun = max_fun
        self.engine = engine
        self.device = device
        self.precision = precision

    def fit(self, X: Array, y: Array, sample_weight: Array | None = None) -> MLPClassifier:
        """Train on rows X and labels y.

        Parameters
        ----------
        X : {array-like, sparse matrix} (n_samples, n_features)
            One row per sample.
        y : array-like (n_samples,) or (n_samples, n_labels)
            Labels, or a table of zeros and ones for several labels a sample.
        sample_weight : array-like (n_samples,), default=None
            Weight of each sample in the cost; samples of weight 0 are left out.

        Returns
        -------
        MLPClassifier
            The estimator itself.

        Raises
        ------
        ValueError
            If an argument cannot be used, or the cost stops being a finite number (`DivergedError`).
        """
        return self._fit(X, y, sample_weight)

    @available_if(lambda estimator: estimator._check_solver())
    def partial_fit(
        self, X: Array, y: Array, sample_weight: Array | None = None, classes: Array | None = None
    ) -> MLPClassifier:
        """Go on training with a single pass over X; sgd and adam only.

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
        MLPClassifier
            The estimator itself.
        """
        with as_glassnet_errors():
            if _check_partial_fit_first_call(self, classes):
                multilabel = type_of_target(y).startswith("multilabel")
                self.target_ = LabelCode.of(y) if multilabel else LabelCode(self.classes_)
        return self._fit(X, y, sample_weight, incremental=True)

    def predict(self, X: Array) -> Array:
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
        return self.target_.decode(outputs)

    def predict_proba(self, X: Array) -> Array:
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
        return self.target_.probabilities(outputs)

    def predict_log_proba(self, X: Array) -> Array:
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
    def _targets(self, X: Array, y: Array, incremental: bool, reset: bool) -> tuple[Array, Array]:
        X, y = validate_data(
            self, X, y, accept_sparse=["csr", "csc"], multi_output=True, dtype=(np.float64, np.float32), reset=reset
        )
        if y.ndim == 2 and y.shape[1] == 1:
            y = column_or_1d(y, warn=True)
        if not hasattr(self, "classes_") or not (self.warm_start or incremental):
            self.target_ = LabelCode.of(y)
            self.classes_ = self.target_.classes
        else:
            self.target_.check_known(y, all_of_them=self.warm_start)
        return dense(X), self.target_.encode(y)

    def _output(self) -> tuple[str, str]:
        return self.target_.output, "cross_entropy"

    def _score_rows(self, A: Array, Y: Array, sample_weight: Array | None) -> float:
        return float(np.average(self.target_.right(A, Y), weights=sample_weight))

    def _strata(self, Y: Array) -> Array | None:
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
    loss : str, default="squared_error"
        "squared_error" is half the squared error, "poisson" half the Poisson deviance with an exp output (targets of
        at least 0). glassnet's "absolute_error", "huber(delta)" and "quantile(q)" are there too. The losses of several
        columns add up.
    hidden_layer_sizes : int or array-like of int, default=(100,)
        Units of each hidden layer, first to last; ``()`` leaves the linear model.
    activation : str or list of str, default="relu"
        Activation of the hidden layers: "identity", "logistic" (also "sigmoid"), "tanh", "relu", or any other name in
        glassnet's table, such as "gelu" or "leaky_relu(0.2)". A list gives each hidden layer its own.
    solver : {"lbfgs", "sgd", "adam"}, default="adam"
        "lbfgs" searches along lines on the whole data (good on small tables), "sgd" is gradient descent in batches
        with momentum, "adam" adapts the step of every weight.
    alpha : float, default=0.0001
        Strength of the L2 penalty alpha / (2 m) Σ W², m the samples of a batch.
    batch_size : int or "auto", default="auto"
        Samples of a step; "auto" is min(200, n_samples). lbfgs always takes all.
    learning_rate : {"constant", "invscaling", "adaptive"}, default="constant"
        How sgd's learning rate moves: not at all; learning_rate_init / (t + 1)^power_t after each epoch, t the samples
        seen; or a fifth each time that the training stops to improve.
    learning_rate_init : float, default=0.001
        Learning rate at the start, for sgd and adam.
    power_t : float, default=0.5
        Exponent of "invscaling".
    max_iter : int, default=200
        Most epochs (sgd, adam) or iterations (lbfgs).
    shuffle : bool, default=True
        Whether sgd and adam draw a new order of the samples for each epoch.
    random_state : int, RandomState instance or None, default=None
        Source of the first weights, the order of samples and the rows held out. The same integer draws what
        scikit-learn's estimator draws with it.
    tol : float, default=1e-4
        Improvement of the loss (of the validation score with `early_stopping`) that counts; lbfgs's largest slope.
    verbose : bool or int, default=False
        Whether each epoch prints its loss.
    warm_start : bool, default=False
        Whether `fit` goes on with the weights of the last one.
    momentum : float, default=0.9
        Share of sgd's last step that goes on, in [0, 1].
    nesterovs_momentum : bool, default=True
        Whether sgd looks ahead along the momentum.
    early_stopping : bool, default=False
        Whether to hold out `validation_fraction` of the rows, to stop when their score no longer improves, and to keep
        the weights of the best score.
    validation_fraction : float, default=0.1
        Share of the rows held out by `early_stopping`.
    beta_1, beta_2 : float, default=0.9, 0.999
        adam's memory of the gradient and of its square, in [0, 1).
    epsilon : float, default=1e-8
        Keeps adam's divisor from zero.
    n_iter_no_change : int, default=10
        Epochs without improvement that sgd and adam bear.
    max_fun : int, default=15000
        Most evaluations of the cost by lbfgs.
    engine : {"auto", "numpy", "compiled", "torch"}, default="auto"
        What runs the equations; "auto" takes what is predicted to be done first. lbfgs runs on NumPy whatever is asked.
    device : {"auto", "cpu", "cuda"}, default="auto"
        Where the torch engine computes; "auto" is a graphics processor where torch finds one.
    precision : {"full", "bfloat16"}, default="full"
        What goes into a matrix product: "bfloat16" asks for the torch engine, and for float32 rows.

    Attributes
    ----------
    network_ : Network
        The network in the notation: samples are columns, W[l] (n[l], n[l-1]). It can trace, check and save itself.
    coefs_ : list of array (n[l], n[l+1])
        Weights as rows, views of W[l].T; writing to them writes the network.
    intercepts_ : list of array (n[l+1],)
        Biases, views of b[l].
    loss_ : float
        Cost at the end: the last epoch's mean for sgd and adam, that of the final weights for lbfgs.
    loss_curve_ : list of float
        Mean cost of each epoch, of each iteration of lbfgs the one before its step.
    best_loss_ : float or None
        Lowest cost; None with `early_stopping`.
    validation_scores_ : list of float or None
        Score of the held out rows after each epoch: R².
    best_validation_score_ : float or None
        The highest of them.
    n_iter_ : int
        Epochs or iterations of the last `fit`.
    t_ : int
        Samples seen in training, each epoch counting them again.
    n_layers_ : int
        Number of layers, the input counted.
    n_outputs_ : int
        Number of output units.
    out_activation_ : {"identity", "exp"}
        Activation of the output.
    n_features_in_ : int
        Number of columns of X.
    feature_names_in_ : array (n_features_in_,)
        Names of the columns, where X had any.

    See Also
    --------
    MLPClassifier : The same for classes.

    Notes
    -----
    Sparse X is accepted and made dense as a whole. float32 input trains in float32, everything else in float64.
    y is not scaled: targets far from mean 0 and spread 1 train better through
    `sklearn.compose.TransformedTargetRegressor`.

    Examples
    --------
    >>> import numpy as np
    >>> from glassnet import MLPRegressor
    >>> X = np.linspace(-1, 1, 50)[:, None]
    >>> reg = MLPRegressor(hidden_layer_sizes=(16,), activation="tanh", solver="lbfgs", random_state=1)
    >>> reg.fit(X, X[:, 0] ** 2).score(X, X[:, 0] ** 2) > 0.99
    True
    """

    target_: NumberCode
    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {**BaseMLP._parameter_constraints, "loss": [str]}

    def __init__(
        self,
        loss: str = "squared_error",
        hidden_layer_sizes: Any = (100,),
        activation: str | Sequence[str] = "relu",
        *,
        solver: str = "adam",
        alpha: float = 0.0001,
        batch_size: int | str = "auto",
        learning_rate: str = "constant",
        learning_rate_init: float = 0.001,
        power_t: float = 0.5,
        max_iter: int = 200,
        shuffle: bool = True,
        random_state: Any = None,
        tol: float = 1e-4,
        verbose: bool | int = False,
        warm_start: bool = False,
        momentum: float = 0.9,
        nesterovs_momentum: bool = True,
        early_stopping: bool = False,
        validation_fraction: float = 0.1,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-8,
        n_iter_no_change: float = 10,
        max_fun: int = 15000,
        engine: str = "auto",
        device: str = "auto",
        precision: str = "full",
    ) -> None:
        self.loss = loss
        self.hidden_layer_sizes = hidden_layer_sizes
        self.activation = activation
        self.solver = solver
        self.alpha = alpha
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.learning_rate_init = learning_rate_init
        self.power_t = power_t
        self.max_iter = max_iter
        self.shuffle = shuffle
        self.random_state = random_state
        self.tol = tol
        self.verbose = verbose
        self.warm_start = warm_start
        self.momentum = momentum
        self.nesterovs_momentum = nesterovs_momentum
        self.early_stopping = early_stopping
        self.validation_fraction = validation_fraction
        self.beta_1 = beta_1
        self.beta_2 = beta_2
        self.epsilon = epsilon
        self.n_iter_no_change = n_iter_no_change
        self.max_fun = max_fun
        self.engine = engine
        self.device = device
        self.precision = precision

    def fit(self, X: Array, y: Array, sample_weight: Array | None = None) -> MLPRegressor:
        """Train on rows X and numbers y.

        Parameters
        ----------
        X : {array-like, sparse matrix} (n_samples, n_features)
            One row per sample.
        y : array-like (n_samples,) or (n_samples, n_outputs)
            Targets.
        sample_weight : array-like (n_samples,), default=None
            Weight of each sample in the cost; samples of weight 0 are left out.

        Returns
        -------
        MLPRegressor
            The estimator itself.

        Raises
        ------
        ValueError
            If an argument cannot be used, or the cost stops being a finite number (`DivergedError`).
        """
        return self._fit(X, y, sample_weight)

    @available_if(lambda estimator: estimator._check_solver())
    def partial_fit(self, X: Array, y: Array, sample_weight: Array | None = None) -> MLPRegressor:
        """Go on training with a single pass over X; sgd and adam only.

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
        MLPRegressor
            The estimator itself.
        """
        return self._fit(X, y, sample_weight, incremental=True)

    def predict(self, X: Array) -> Array:
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
        return self.target_.decode(outputs)

    # ------------------------------------------------------------ for BaseMLP
    def _targets(self, X: Array, y: Array, incremental: bool, reset: bool) -> tuple[Array, Array]:
        X, y = validate_data(
            self,
            X,
            y,
            accept_sparse=["csr", "csc"],
            multi_output=True,
            y_numeric=True,
            dtype=(np.float64, np.float32),
            reset=reset,
        )
        if y.ndim == 2 and y.shape[1] == 1:
            y = column_or_1d(y, warn=True)
        self.target_ = NumberCode.of(dense(y), standardize=False)
        return dense(X), self.target_.encode(dense(y))

    def _output(self) -> tuple[str, str]:
        losses = {name: entry for name, entry in LOSSES.items() if not name.endswith("cross_entropy")}
        name, _ = choose(losses, self.loss, "loss")
        return "exp" if name == "poisson" else "identity", self.loss

    def _score_rows(self, A: Array, Y: Array, sample_weight: Array | None) -> float:
        return float(r2_score(Y, A, sample_weight=sample_weight))

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        return tags
