"""Networks for tables as they come: frames with numbers, categories, dates and missing cells, and pictures too.

Here is scikit-learn's interface, and what the settings mean; the work is done in `model`.
"""

from __future__ import annotations

from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
from sklearn.utils import Tags

from glassnet.estimators.tabular.model import TableClassifier, TableRegressor


class _Face(BaseEstimator):
    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        tags.input_tags.string = True
        tags.input_tags.categorical = True
        tags.target_tags.required = True
        tags.target_tags.multi_output = True
        return tags


class TabularClassifier(ClassifierMixin, _Face, TableClassifier):
    """A network that classifies the rows of a data frame, or pictures.

    Text and categories become one-hot columns (where they are many, mean targets too), dates become numbers, missing
    cells are filled and marked, numbers are scaled and binned; all of it is learned from the training rows only and
    kept in the model file.

    Parameters
    ----------
    hidden : int or sequence of int, optional
        Units of each hidden layer; an empty sequence is logistic regression. None tries the preset's kinds of networks
        and keeps the one that is best on rows left out.
    activation : str or sequence of str, optional
        Of the hidden layers: one name, or one per layer; None is the kind's own.
    preset : {"fast", "default", "best"}
        How many networks of which kinds: `glassnet.estimators.tabular.recipes` is the table.
    loss : str, optional
        Name in the table of losses; cross-entropy by default.
    class_weight : dict, "balanced" or None
        Label -> weight of its rows, 1 for labels it does not name; "balanced" gives every class the same sum of
        weights. Multiplies the `sample_weight` of `fit`, and weighs validation rows too.
    optimizer, learning_rate, schedule, epochs, batch_size, dropout
        How to train; see `glassnet.training.settings.Settings`. None is the kind's own; the schedule's is cosine.
    l2 : float
        lambda of the penalty on squared weights; the kinds' own optimiser, adamw, shrinks weights by itself.
    validation : float, optional
        Share of the rows held back to choose the kind and the best epoch. None: of k networks each leaves out one k-th
        of the rows, and is judged by them; one network alone holds back .15 from 1000 rows on.
    patience : int, optional
        Epochs without a lower validation cost after which training ends; None is a quarter of the epochs.
    n_networks : int, optional
        Networks trained side by side from different starts, their outputs averaged. None is the preset's number (4, 8
        or 16), or one where `hidden` is given.
    random_state : int, RandomState or None
        Source of all randomness.
    warm_start : bool
        Whether `fit` goes on from the network and the preparation of the last `fit`, instead of from new ones. Settings
        that ask for another network than that one (`hidden`, `activation`, `preset`, `loss`, `n_networks`) are refused.
    verbose : bool
        Whether the notes and a line per epoch are printed.
    engine, device, precision : str
        What trains, where, and how exact its products are; see `glassnet.training.settings.Settings`.

    Attributes
    ----------
    classes_ : array (n_classes,)
        The labels, sorted.
    network_ : Network
        The trained network; every array of it can be opened.
    preparation_ : Preparation
        How columns became features.
    history_ : History
        The record of the training.
    candidates_ : list of dict
        The kinds that were trained: hidden layers, seconds, the cost on rows left out (the squared error of the
        probabilities, Brier's score, for cross-entropy, else the mean loss), by how much labels were smoothed, the
        temperature by which the last layer's W and b were divided, and whether Ctrl-C ended the fit there.
    notes_ : list of str
        What was noticed in the data (columns dropped, classes out of balance), and which kind was chosen.
    n_features_in_, feature_names_in_
        Columns of the training frame.

    Examples
    --------
    >>> from glassnet import TabularClassifier
    >>> X = {"size": [1.0, 2.0, 8.0, 9.0], "colour": ["red", None, "blue", "blue"]}
    >>> model = TabularClassifier(hidden=4, learning_rate=0.1, random_state=0)
    >>> model.fit(X, ["small", "small", "large", "large"]).predict({"size": [1.5, 8.5], "colour": ["red", "blue"]})
    array(['small', 'large'], dtype='<U5')
    """

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_label = True
        return tags


class TabularRegressor(RegressorMixin, _Face, TableRegressor):
    """A network that estimates a number for each row of a data frame, or for pictures.

    Text and categories become one-hot columns (where they are many, mean targets too), dates become numbers, missing
    cells are filled and marked, numbers are scaled and binned, targets scaled; all of it is learned from the training
    rows only and kept in the model file.

    Parameters
    ----------
    hidden : int or sequence of int, optional
        Units of each hidden layer; an empty sequence is linear regression. None tries the preset's kinds of networks
        and keeps the one that is best on rows left out.
    activation : str or sequence of str, optional
        Of the hidden layers: one name, or one per layer; None is the kind's own.
    preset : {"fast", "default", "best"}
        How many networks of which kinds: `glassnet.estimators.tabular.recipes` is the table.
    loss : str, optional
        Name in the table of losses; squared error by default.
    optimizer, learning_rate, schedule, epochs, batch_size, dropout
        How to train; see `glassnet.training.settings.Settings`. None is the kind's own; the schedule's is cosine.
    l2 : float
        lambda of the penalty on squared weights; the kinds' own optimiser, adamw, shrinks weights by itself.
    validation : float, optional
        Share of the rows held back to choose the kind and the best epoch. None: of k networks each leaves out one k-th
        of the rows, and is judged by them; one network alone holds back .15 from 1000 rows on.
    patience : int, optional
        Epochs without a lower validation cost after which training ends; None is a quarter of the epochs.
    n_networks : int, optional
        Networks trained side by side from different starts, their outputs averaged. None is the preset's number (4, 8
        or 16), or one where `hidden` is given.
    random_state : int, RandomState or None
        Source of all randomness.
    warm_start : bool
        Whether `fit` goes on from the network and the preparation of the last `fit`, instead of from new ones. Settings
        that ask for another network than that one (`hidden`, `activation`, `preset`, `loss`, `n_networks`) are refused.
    verbose : bool
        Whether the notes and a line per epoch are printed.
    engine, device, precision : str
        What trains, where, and how exact its products are; see `glassnet.training.settings.Settings`.

    Attributes
    ----------
    network_ : Network
        The trained network; every array of it can be opened.
    preparation_ : Preparation
        How columns became features.
    history_ : History
        The record of the training.
    candidates_ : list of dict
        The kinds that were trained: hidden layers, seconds, mean loss on rows left out, whether Ctrl-C ended the fit.
    notes_ : list of str
        What was noticed in the data, and which kind was chosen.
    n_features_in_, feature_names_in_
        Columns of the training frame.

    Examples
    --------
    >>> from glassnet import TabularRegressor
    >>> X = {"size": [1.0, 2.0, 8.0, 9.0], "colour": ["red", None, "blue", "blue"]}
    >>> TabularRegressor(hidden=4, random_state=0).fit(X, [10.0, 20.0, 80.0, 90.0]).predict(X).shape
    (4,)
    """
