"""Looking inside a fitted estimator: its rows become the network's columns, and the network does the rest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from glassnet.errors import DataError
from glassnet.estimators.foreign_arrays import in_memory
from glassnet.estimators.sklearn_errors import as_glassnet_errors
from glassnet.network import Network
from glassnet.typing import AnyArray, ArrayLike, Rows, Seed

if TYPE_CHECKING:
    from glassnet.inspection.diagnosis import Diagnosis
    from glassnet.inspection.dimensions import DimensionTable
    from glassnet.inspection.gradient_check import GradientCheck
    from glassnet.inspection.labels import Labels
    from glassnet.inspection.trace import Trace


def labels_of(model: Any, picture: Sequence[int] | None = None) -> Labels:
    """Return the names of a fitted model's features and classes, and the form of its pictures."""
    from glassnet.inspection.labels import Labels

    shape = getattr(getattr(model, "preparation_", None), "pictures", None)
    order = "interleaved" if shape is None else shape.order
    if shape is not None and picture is None:
        picture = (shape.height, shape.width, shape.channels)
    classes = getattr(model, "classes_", None)
    known = None if classes is None or len(classes) == 1 else [str(label) for label in classes]
    return Labels.of(model.network_.architecture, model._names_of_inputs(), known, picture, order)


class InspectionMixin:
    """What every fitted estimator can show of its network."""

    network_: Network
    target_: Any

    def diagnose(
        self, X: Rows | None = None, y: ArrayLike | None = None, *,
        X_val: Rows | None = None, y_val: ArrayLike | None = None, seed: int = 0,
    ) -> Diagnosis:  # fmt: skip
        """Report what is wrong with the network and its training, in order of importance.

        Parameters
        ----------
        X, y : optional
            The training rows and their targets, as `fit` takes them; without them parameters and history are examined.
        X_val, y_val : optional
            Rows that were not trained on.
        seed : int
            Of the short trainings that try other learning rates, and of the sample that is taken of many rows.

        Returns
        -------
        Diagnosis
            Prints well; ``.findings`` holds name, problem, evidence, advice, and numbers. Empty if nothing is wrong.

        Raises
        ------
        NotFittedError
            If nothing was fitted.
        DataError
            If X or y cannot be used.

        Examples
        --------
        >>> from sklearn.datasets import load_iris
        >>> from glassnet import TabularClassifier
        >>> X, y = load_iris(return_X_y=True)
        >>> TabularClassifier(random_state=0).fit(X, y).diagnose(X, y).names
        []
        """
        self._see_that_fitted()
        given = {} if X is None and y is None else dict(zip("XY", self._columns(X, y), strict=True))
        validation = None if X_val is None else self._columns(X_val, y_val)
        labels = getattr(self, "classes_", None)
        return self.network_.diagnose(
            **given, validation=validation, names=self._names_of_inputs(),
            classes=None if labels is None else labels.tolist(), seed=seed,
        )  # fmt: skip

    def trace(self, X: Rows, y: ArrayLike | None = None, *, picture: Sequence[int] | None = None) -> Trace:
        """Return every array of one pass through the network, as `Network.trace` does.

        Parameters
        ----------
        X, y : rows and, optionally, their targets
            As `fit` takes them; a few rows are enough. Without y only the forward half is there.
        picture : (height, width) or (height, width, 3), optional
            The form of the picture that a row of numbers is: the page shows it so, and W[1] too.

        Returns
        -------
        Trace
            In the network's orientation: one column per row of X.

        Examples
        --------
        >>> from sklearn.datasets import load_iris
        >>> from glassnet import MLPClassifier
        >>> X, y = load_iris(return_X_y=True)
        >>> model = MLPClassifier((5,), solver="lbfgs", random_state=0).fit(X, y)
        >>> model.trace(X[:3], y[:3]).dW[1].shape
        (5, 4)
        >>> model.check_gradients(X[:3], y[:3]).ok
        True
        """
        self._see_that_fitted()
        columns = (self._inputs(X),) if y is None else self._columns(X, y)
        return replace(self.network_.trace(*columns), labels=labels_of(self, picture))

    def dimensions(self, m: int = 1) -> DimensionTable:
        """Return the table of all arrays of the network, each shape with its rule and a check.

        Parameters
        ----------
        m : int
            Number of rows.

        Returns
        -------
        DimensionTable
            One line for each array.

        Raises
        ------
        NotFittedError
            If nothing was fitted.
        """
        self._see_that_fitted()
        return self.network_.dimensions(m)

    def check_gradients(self, X: Rows, y: ArrayLike, *, entries: int = 50, seed: Seed = 0) -> GradientCheck:
        """Compare the gradients of training with difference quotients of the cost, in float64.

        Parameters
        ----------
        X, y : rows and their targets
            As `fit` takes them; of more than 256 rows 256 are drawn.
        entries : int
            How many entries of each array are checked at most; which ones is drawn.
        seed : int or numpy Generator
            Source of the draw.

        Returns
        -------
        GradientCheck
            ``.ok`` says whether all agree.

        Raises
        ------
        NotFittedError
            If nothing was fitted.
        """
        self._see_that_fitted()
        return self.network_.check_gradients(*self._columns(X, y), entries=entries, seed=seed)

    def _see_that_fitted(self) -> None:
        if not hasattr(self, "network_"):
            from sklearn.utils.validation import check_is_fitted

            check_is_fitted(self, "network_")

    def _targets(self, y: Any) -> Any:
        """Return y as an array of labels or of numbers; raise DataError if it holds neither."""
        raise NotImplementedError

    def _columns(self, X: Any, y: Any) -> tuple[AnyArray, AnyArray]:
        """Return rows and their targets as the network takes them: X (n[0], m) and Y (n[L], m)."""
        y = self._targets(y)
        if y is None:
            raise DataError("y: expected the targets of the rows, got None")
        labels = y[:, 0] if y.ndim == 2 and y.shape[1] == 1 else y
        return self._inputs(X), self.target_.encode(labels).T

    def _inputs(self, X: Any) -> AnyArray:
        """Return rows as the network takes them, (n[0], m)."""
        from sklearn.utils.validation import validate_data

        with as_glassnet_errors():
            return validate_data(self, in_memory("X", X), accept_sparse="csr", reset=False).T

    def _names_of_inputs(self) -> list[str] | None:
        """Return the names of the network's inputs, where they have some."""
        names = getattr(self, "feature_names_in_", None)
        return None if names is None else list(names)
