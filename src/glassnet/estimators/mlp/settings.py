"""What both MLP estimators can be told, and what they learn: each setting's range and meaning, said once."""

from __future__ import annotations

from numbers import Integral, Real
from typing import Any, TypeVar

import numpy as np

from glassnet.estimators.sklearn_compat import Interval, Options, StrOptions

Class = TypeVar("Class", bound=type)

POSITIVE = Interval(Real, 0, None, closed="neither")
NOT_NEGATIVE = Interval(Real, 0, None, closed="left")
SHARE = Interval(Real, 0, 1, closed="left")
COUNT = Interval(Integral, 1, None, closed="left")

CONSTRAINTS: dict[str, list[Any]] = {
    "hidden_layer_sizes": ["array-like", COUNT],
    "activation": [str, list, tuple],
    "solver": [StrOptions({"lbfgs", "sgd", "adam", "adamw"})],
    "alpha": [NOT_NEGATIVE],
    "batch_size": [StrOptions({"auto"}), COUNT],
    "learning_rate": [StrOptions({"constant", "invscaling", "adaptive"})],
    "learning_rate_init": [POSITIVE],
    "power_t": [NOT_NEGATIVE],
    "max_iter": [COUNT],
    "shuffle": ["boolean"],
    "random_state": ["random_state"],
    "tol": [NOT_NEGATIVE],
    "verbose": ["verbose"],
    "warm_start": ["boolean"],
    "momentum": [Interval(Real, 0, 1, closed="both")],
    "nesterovs_momentum": ["boolean"],
    "early_stopping": ["boolean"],
    "validation_fraction": [SHARE],
    "beta_1": [SHARE],
    "beta_2": [SHARE],
    "epsilon": [POSITIVE],
    "n_iter_no_change": [COUNT, Options(Real, {np.inf})],
    "max_fun": [COUNT],
    "dropout": [SHARE, "array-like"],
    "weight_decay": [NOT_NEGATIVE],
    "schedule": [str, callable],
    "clip_norm": [POSITIVE, None],
    "scoring": [str, callable, None],
    "keep_optimizer": ["boolean"],
    "n_networks": [COUNT],
    "engine": [str],
    "device": [str],
    "precision": [str],
}

PARAMETERS = """\
    hidden_layer_sizes : int or array-like of int, default=(100,)
        Units of each hidden layer, first to last; ``()`` leaves the linear model.
    activation : str or list of str, default="relu"
        Activation of the hidden layers: "identity", "logistic" (also "sigmoid"), "tanh", "relu", or any other name in
        glassnet's table, such as "gelu" or "leaky_relu(0.2)". A list gives each hidden layer its own.
    solver : {"lbfgs", "sgd", "adam", "adamw"}, default="adam"
        "lbfgs" searches along lines on the whole data (good on small tables), "sgd" is gradient descent in batches
        with momentum, "adam" adapts the step of every weight, "adamw" is adam with `weight_decay`.
    alpha : float, default=0.0001
        Strength of the L2 penalty alpha / (2 m) Σ W², m the samples of a batch.
    batch_size : int or "auto", default="auto"
        Samples of a step; "auto" is min(200, n_samples). lbfgs always takes all.
    learning_rate : {"constant", "invscaling", "adaptive"}, default="constant"
        How sgd's learning rate moves: not at all; learning_rate_init / (t + 1)^power_t after each epoch, t the samples
        seen; or a fifth each time that the training stops to improve.
    learning_rate_init : float, default=0.001
        Learning rate at the start, for sgd, adam and adamw.
    power_t : float, default=0.5
        Exponent of "invscaling".
    max_iter : int, default=200
        Most epochs (sgd, adam, adamw) or iterations (lbfgs).
    shuffle : bool, default=True
        Whether a new order of the samples is drawn for each epoch; not for lbfgs.
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
        Whether to stop when the score of validation rows no longer improves, and to keep the weights of the best one.
        The rows are those given to `fit` as `X_val`, or `validation_fraction` of the training rows, which are held
        out; a classifier's keep the classes' shares, except for multi-label targets. Not for lbfgs.
    validation_fraction : float, default=0.1
        Share of the rows held out by `early_stopping`.
    beta_1, beta_2 : float, default=0.9, 0.999
        adam's memory of the gradient and of its square, in [0, 1).
    epsilon : float, default=1e-8
        Keeps adam's divisor from zero.
    n_iter_no_change : int, default=10
        Epochs without improvement that sgd, adam and adamw bear.
    max_fun : int, default=15000
        Most evaluations of the cost by lbfgs.
    dropout : float or array-like of float, default=0.0
        Share of a hidden layer's units that each step leaves out, in [0, 1); one number, or one per hidden layer. Not
        for lbfgs.
    weight_decay : float, default=0.01
        What adamw takes from every weight and bias in each step, apart from the gradient: this share of it times the
        learning rate. `alpha` stays the penalty in the loss; set it to 0 for weight decay alone.
    schedule : str or callable, default="constant"
        How the learning rate moves from step to step, as a factor on `learning_rate_init`: "cosine",
        "warmup_cosine(0.3)", "step(0.5, 10)", "exponential(0.95)", "inverse_scaling", "plateau", or a function
        `factor(t, T, costs)` of the time t of T epochs, T being `max_iter`. sgd then keeps learning_rate="constant".
    clip_norm : float or None, default=None
        Longest gradient that a step may take; a longer one is shortened. Not for lbfgs.
    scoring : str, callable or None, default=None
        What `early_stopping` watches: the estimator's own score (None), the validation loss ("loss"), or a scorer of
        scikit-learn's, by name or as a callable ``scorer(estimator, X, y)``. Greater is better.
    keep_optimizer : bool, default=False
        Whether a warm start also goes on with what the optimiser remembers (adam's averages, sgd's velocity, an
        adaptive learning rate), as `partial_fit` does; scikit-learn starts it afresh. A fit that Ctrl-C cut off is then
        taken to its end if settings and rows are the same: `max_iter` counts its epochs from its start.
    n_networks : int, default=1
        Networks of different starts that are trained side by side, as one stack; predictions are their average, and
        `predict_spread` tells how far they are apart. Not for lbfgs.
    engine : {"auto", "numpy", "compiled", "torch"}, default="auto"
        What runs the equations; "auto" takes what is predicted to be done first. lbfgs and sparse rows run on NumPy
        whatever is asked.
    device : {"auto", "cpu", "cuda"}, default="auto"
        Where the torch engine computes; "auto" is a graphics processor where torch finds one.
    precision : {"full", "bfloat16"}, default="full"
        What goes into a matrix product: "bfloat16" asks for the torch engine, and for float32 rows."""

ATTRIBUTES = """\
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
        Names of the columns, where X had any."""


def documented(cls: Class) -> Class:
    """Write the common parameters and attributes into a class's docstring, where it names them."""
    if cls.__doc__:  # not there under python -OO
        texts = {"    <common parameters>": PARAMETERS, "    <common attributes>": ATTRIBUTES}
        for mark, text in texts.items():
            cls.__doc__ = cls.__doc__.replace(mark, text)
    return cls
