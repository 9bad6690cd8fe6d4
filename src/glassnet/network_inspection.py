"""Looking inside a network: methods that show the arrays of one pass, check its gradients and diagnose its training."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from glassnet.arrays import numpy_namespace as xp
from glassnet.arrays.sparse_columns import SparseColumns
from glassnet.core import checks
from glassnet.core.inputs import features, samples
from glassnet.core.propagation import Objective
from glassnet.core.regularization import dropout_masks
from glassnet.errors import DataError, SettingError, ShapeError
from glassnet.network_state import NetworkState
from glassnet.training.settings import Settings
from glassnet.typing import Array, ArrayLike, Columns, PerNetwork, Seed, Tensor

if TYPE_CHECKING:
    from glassnet.inspection.diagnosis import Diagnosis
    from glassnet.inspection.dimensions import DimensionTable
    from glassnet.inspection.gradient_check import GradientCheck
    from glassnet.inspection.trace import Trace


class NetworkInspection(NetworkState):
    """The methods that show a network; what they need is imported when they are called."""

    def dimensions(self, m: int = 1) -> DimensionTable:
        """Return the table of every array for m samples: its shape, the rule behind it, and whether they agree.

        Parameters
        ----------
        m : int
            Number of samples.

        Returns
        -------
        DimensionTable
            W and b as they are; the arrays of a pass are made from zeros, where they are not large. The table also
            counts parameters, operations per sample and bytes; it prints well and is plain data.

        Raises
        ------
        SettingError
            If m is no whole number of at least 1.
        """
        from glassnet.inspection.dimensions import dimension_table
        from glassnet.inspection.trace import trace_pass

        if not checks.is_count(m):
            raise SettingError(f"m: expected a number of samples of at least 1; got {m!r}")
        found = {name: M.shape for name, M in self._arrays.items()}
        table = dimension_table(self.architecture, m, self.dtype, self.n_networks, found=found)
        if table.bytes["batch"] > xp.CACHE:
            return table
        X, Y = (np.zeros((rows, m), self.dtype) for rows in (self.architecture.n_x, self.architecture.sizes[-1]))
        objective = self._objective(Settings())
        return trace_pass(self.architecture, self.parameters, X, Y, objective, self._no_masks).dimensions()

    def trace(
        self,
        X: Columns,
        Y: ArrayLike | None = None,
        *,
        sample_weight: ArrayLike | None = None,
        l2: PerNetwork = 0.0,
        l1: PerNetwork = 0.0,
        dropout: float | Sequence[float] | Sequence[Sequence[float]] = 0.0,
        seed: Seed = 0,
        names: Sequence[str] | None = None,
        classes: Sequence[Any] | None = None,
        picture: Sequence[int] | None = None,
    ) -> Trace:
        """Return every array of one pass, from the same equations that train.

        Parameters
        ----------
        X : array (n[0], m)
            One column per sample; one column is one sample.
        Y : array (n[L], m), optional
            Targets; without them only the forward half is there.
        sample_weight, l2, l1, dropout
            As in `fit`, for the pass of one training step.
        seed : int or numpy Generator
            Source of the dropout masks.
        names, classes : sequence, optional
            Of the n[0] features and of the classes in the order of Y's rows, for the page; of two classes that one unit
            decides between, the second is Y = 1.
        picture : (height, width) or (height, width, 3), optional
            The form of the picture that a column of X is: the page shows it so, and W[1] too.

        Returns
        -------
        Trace
            Lists ``W, b, Z, A, dA, dZ, dW, db`` counted from layer 1; dZ and dA without 1/m, as in the notation. It
            prints as a table, shows itself in a notebook, and writes out any number: ``trace.unit("Z", layer=1)``.

        Raises
        ------
        ShapeError, DataError, WrongTypeError, SettingError
            If an argument cannot be used.
        """
        from glassnet.inspection.labels import Labels
        from glassnet.inspection.trace import trace_pass

        given = self._pass(X, Y, sample_weight, l2, l1, dropout, seed)
        labels = Labels.of(self.architecture, names, classes, picture)
        return replace(trace_pass(self.architecture, self.parameters, *given), labels=labels)

    def check_gradients(
        self,
        X: Columns,
        Y: ArrayLike,
        *,
        sample_weight: ArrayLike | None = None,
        l2: PerNetwork = 0.0,
        l1: PerNetwork = 0.0,
        dropout: float | Sequence[float] | Sequence[Sequence[float]] = 0.0,
        entries: int = 50,
        seed: Seed = 0,
        threshold: float = 1e-6,
    ) -> GradientCheck:
        """Compare dW and db with difference quotients of J, in float64 whatever the network's type.

        Parameters
        ----------
        X, Y : array (n[0], m), (n[L], m)
            One column per sample; of more than 256 so many are drawn, which show a mistake as well.
        sample_weight, l2, l1, dropout
            As in `fit`; the dropout masks stay the same throughout.
        entries : int
            Entries of each array that are checked; where it has more, so many are drawn.
        seed : int or numpy Generator
            Source of the draw and of the dropout masks.
        threshold : float
            Relative difference up to which two slopes are equal.

        Returns
        -------
        GradientCheck
            ``.ok``, ``.worst`` and a line for each array; it prints as a table.

        Raises
        ------
        ShapeError, DataError, WrongTypeError, SettingError
            If an argument cannot be used.
        """
        from glassnet.inspection.gradient_check import check_gradients

        if not checks.is_count(entries):
            raise SettingError(f"entries: expected a whole number of at least 1; got {entries!r}")
        rng = checks.generator(seed)
        theta = self.parameters.over(self.vector.astype(np.float64))  # X and Y too keep their digits
        exact = NetworkInspection(self.architecture, theta, rng)
        columns, targets, objective, D, S = exact._pass(X, Y, sample_weight, l2, l1, dropout, rng)
        assert targets is not None
        return check_gradients(theta, columns, targets, objective, D, S, entries=entries, seed=rng, threshold=threshold)

    def diagnose(
        self,
        X: Columns | None = None,
        Y: ArrayLike | None = None,
        *,
        validation: tuple[Columns, ArrayLike] | None = None,
        names: Sequence[str] | None = None,
        classes: Sequence[Any] | None = None,
        seed: int = 0,
    ) -> Diagnosis:
        """Return what is wrong with the network and its training, in order of weight; nothing where nothing is.

        Parameters
        ----------
        X, Y : array (n[0], m), (n[L], m), optional
            The training data, one column per sample; of more than 5,000 samples a part is used. Without them only the
            parameters and `record` are.
        validation : (X, Y), optional
            Data that were not trained on.
        names, classes : sequence, optional
            Of the n[0] features and of the classes in the order of Y's rows, for the sentences.
        seed : int
            Of the short trainings that try other learning rates, and of the part of many samples.

        Returns
        -------
        Diagnosis
            Prints well; ``.findings`` holds name, what is wrong, evidence, what to change, and the numbers. Of a stack
            it is about the network with the weightiest finding.

        Raises
        ------
        ShapeError, DataError, WrongTypeError
            If the data do not fit the network, or only one of X and Y is given.

        Examples
        --------
        >>> from glassnet import Network
        >>> net = Network([2, 4, 1], "tanh", initializer="zeros")
        >>> net.diagnose().names
        ['symmetric_units']
        """
        from glassnet.inspection import diagnosis

        if (X is None) != (Y is None):
            raise DataError("diagnose: X and Y belong together; give both, or neither")
        columns = targets = None
        if X is not None and Y is not None:
            columns, targets, _ = samples(X, Y, None, self.architecture, self.parameters)
        if validation is not None:
            validation = samples(*validation, None, self.architecture, self.parameters, " of validation")[:2]
        if names is not None and len(names) != self.architecture.n_x:
            raise ShapeError(f"names: expected one for each of {self.architecture.n_x} features; got {len(names)}")
        return diagnosis.diagnose(
            self.architecture, self.parameters, columns, targets, record=self.record, validation=validation,
            names=names, classes=classes, seed=seed,
        )  # fmt: skip

    def widget(
        self,
        X: ArrayLike,
        Y: ArrayLike,
        *,
        names: Sequence[str] | None = None,
        classes: Sequence[Any] | None = None,
        picture: Sequence[int] | None = None,
        test_share: float = 0.0,
        **settings: Any,
    ) -> Any:
        """Return the network as a widget of a notebook, in which it is trained and opened to its last number.

        It is the page of `glassnet studio`, in Jupyter, VS Code and marimo, without a server. It trains a copy, in
        float64: this network stays as it is.

        Parameters
        ----------
        X, Y : array (n[0], m), (n[L], m)
            One column per sample.
        names : sequence of n[0] str, optional
            Of the features.
        classes : sequence, optional
            Names of two classes, of Y = 0 and 1, or of n[L] classes.
        picture : (height, width) or (height, width, 3), optional
            Where the features are the points of a picture.
        test_share : float
            Share of the samples that are kept for the test.
        **settings
            Of the training, as `fit` has them, to begin with: ``learning_rate=0.1, optimizer="adam"``.

        Returns
        -------
        anywidget.AnyWidget
            Its `network` is the one that is trained; `close` ends its thread.

        Raises
        ------
        MissingLibraryError
            If anywidget is not installed (extra ``widget``).
        SettingError
            If the network is a stack, has an embedding, or several outputs without softmax; if a setting is unknown.
        ShapeError, DataError
            If the arrays do not fit the network.
        """
        from importlib import import_module  # the studio stands above the network, and this is a way into it

        given = {"names": names, "classes": classes, "picture": picture, "test_share": test_share}
        return import_module("glassnet.studio.widget").widget(self, X, Y, **given, **settings)

    def _repr_html_(self) -> str:
        from glassnet.inspection.network_page import network_html

        W = [M if M is None or self.n_networks is None else M[0] for M in self.W.views]
        return network_html(repr(self).strip("<>"), self.architecture, W, self.record)

    def _pass(
        self,
        X: Columns,
        Y: ArrayLike | None,
        sample_weight: ArrayLike | None,
        l2: Any,
        l1: Any,
        dropout: Any,
        seed: Seed,
    ) -> tuple[Tensor, Array | None, Objective, list[Array | None], Array | None]:
        """Return what a pass is made of, checked: X as a plain array, Y, objective, masks, sample weights."""
        settings, theta = Settings(l2=l2, l1=l1, dropout=dropout), self.parameters
        targets = S = None
        if Y is None:
            columns = features(X, self.architecture, theta)
        else:
            columns, targets, S = samples(X, Y, sample_weight, self.architecture, theta)
        columns = columns.toarray() if isinstance(columns, SparseColumns) else columns
        drops = settings.drops(self.L, self.n_networks)
        D = dropout_masks(checks.generator(seed), theta, drops, columns.shape[-1])
        return columns, targets, self._objective(settings), D, S
