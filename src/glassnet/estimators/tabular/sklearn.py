"""Networks for tables as they come: frames with numbers, categories, dates and missing cells, and pictures too.

Here is scikit-learn's interface, and what the settings mean; the work is done in `model`.
"""

from __future__ import annotations

from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
from sklearn.utils import Tags

from glassnet.estimators.tabular.model import TableClassifier, TableRegressor
from glassnet.estimators.tabular.settings import CLASSIFIER, REGRESSOR
from glassnet.training.declarations import describe


class _SklearnInterface(BaseEstimator):
    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = tags.input_tags.string = tags.input_tags.categorical = True
        tags.target_tags.required = tags.target_tags.multi_output = True
        return tags


class TabularClassifier(ClassifierMixin, _SklearnInterface, TableClassifier):
    """A network that classifies the rows of a data frame, or pictures.

    Text and categories become one-hot columns (where they are many, mean targets too), dates become numbers, missing
    cells are filled and marked, numbers are scaled and binned; all of it is learned from the training rows only and
    kept in the model file.

    Parameters
    ----------
    <settings>

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
        The recipes that were trained: hidden layers, seconds, the cost on rows left out (the squared error of the
        probabilities, Brier's score, for cross-entropy, else the mean loss), by how much labels were smoothed, the
        temperature by which the last layer's W and b were divided, and whether Ctrl-C ended the fit there.
    left_out_ : dict of str to float
        Of the chosen recipe on rows left out (of the training where none were): its cost, then scores by label.
    notes_ : list of str
        What was noticed in the data (columns dropped, classes out of balance), and which recipe was chosen.
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


class TabularRegressor(RegressorMixin, _SklearnInterface, TableRegressor):
    """A network that estimates a number for each row of a data frame, or for pictures.

    Text and categories become one-hot columns (where they are many, mean targets too), dates become numbers, missing
    cells are filled and marked, numbers are scaled and binned, targets scaled; all of it is learned from the training
    rows only and kept in the model file.

    Parameters
    ----------
    <settings>

    Attributes
    ----------
    network_ : Network
        The trained network; every array of it can be opened.
    preparation_ : Preparation
        How columns became features.
    history_ : History
        The record of the training.
    candidates_ : list of dict
        The recipes that were trained: hidden layers, seconds, mean loss on rows left out, whether Ctrl-C ended the fit.
    left_out_ : dict of str to float
        Of the chosen recipe on rows left out (of the training where none were): its cost, then scores by label.
    notes_ : list of str
        What was noticed in the data, and which recipe was chosen.
    n_features_in_, feature_names_in_
        Columns of the training frame.

    Examples
    --------
    >>> from glassnet import TabularRegressor
    >>> X = {"size": [1.0, 2.0, 8.0, 9.0], "colour": ["red", None, "blue", "blue"]}
    >>> TabularRegressor(hidden=4, random_state=0).fit(X, [10.0, 20.0, 80.0, 90.0]).predict(X).shape
    (4,)
    """


describe(TabularClassifier, CLASSIFIER)
describe(TabularRegressor, REGRESSOR)
