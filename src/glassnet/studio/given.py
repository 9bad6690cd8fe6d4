"""Arrays and a network that were given in Python, as the studio trains them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from glassnet.errors import SettingError, ShapeError
from glassnet.network import Network
from glassnet.studio.curve import Curve
from glassnet.studio.data import Data
from glassnet.studio.session import Session
from glassnet.studio.spec import DEFAULT, complete
from glassnet.typing import ArrayLike

SOURCE = {"name": "given"}  # of the specification: the arrays are in Python, so it cannot be begun elsewhere


def data_of(
    net: Network, X: ArrayLike, Y: ArrayLike, names: Sequence[str] | None, classes: Sequence[Any] | None,
    picture: Sequence[int] | None,
) -> Data:  # fmt: skip
    """Return arrays as the data of a studio.

    Parameters
    ----------
    net : Network
        That learns from them.
    X, Y : array (n[0], m), (n[L], m)
        One column per sample.
    names, classes, picture : sequence, optional
        As of `Network.widget`.

    Returns
    -------
    Data
        Copies, float64.

    Raises
    ------
    SettingError
        If the network is one that the studio does not show, or there are not as many names as features or classes.
    ShapeError, DataError
        If the arrays do not fit the network.
    """
    n_x, n_y = net.architecture.n_x, net.architecture.sizes[-1]
    if net.n_networks is not None or net.architecture.embedding is not None:
        what = "an embedding" if net.n_networks is None else f"a stack of {net.n_networks}"
        raise SettingError(f"widget: expected a single network without embedding; got {what}")
    has_classes = "cross_entropy" in net.architecture.loss
    if n_y > 1 and net.architecture.activations[-1] != "softmax":
        got = f"{n_y} units of {net.architecture.activations[-1]}"
        raise SettingError(f"widget: expected one output, or one per class under softmax; got {got}")
    net.cost(X, Y)  # what does not fit is refused here
    columns, targets = np.array(X, np.float64, ndmin=2), np.array(Y, np.float64, ndmin=2)
    if picture is not None and (len(picture) not in (2, 3) or int(np.prod(picture)) != n_x):
        raise ShapeError(f"widget: picture {tuple(picture)} has {int(np.prod(picture))} numbers; X has {n_x} rows")
    labels = _named("classes", classes, max(2, n_y), range(max(2, n_y))) if has_classes else None
    features = _named("names", names, n_x, (f"x{k + 1}" for k in range(n_x)))
    return Data(columns, targets, features, labels, None if picture is None else tuple(picture))


def _named(name: str, given: Sequence[Any] | None, n: int, default: Any) -> list[str]:
    found = [str(each) for each in (default if given is None else given)]
    if len(found) != n:
        raise SettingError(f"widget: expected {n} {name}; got {len(found)}")
    return found


def spec_of(net: Network, test_share: float, settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return the specification of a run of a network.

    Parameters
    ----------
    net : Network
        Whose layers and loss it has.
    test_share : float
        Share of the samples that are kept for the test.
    settings : mapping
        Of the training, as `Network.fit` has them; those left out have the studio's defaults.

    Returns
    -------
    dict
        Complete.

    Raises
    ------
    RefusedError
        If a setting is unknown, or the studio does not take it step by step.
    """
    layers = zip(net.architecture.sizes[1:-1], net.architecture.activations[:-1], strict=True)
    hidden = [{"units": units, "activation": activation} for units, activation in layers]
    known = {**DEFAULT, "hidden": hidden, "loss": net.architecture.loss, "test_share": test_share}
    return complete_given({**known, "settings": dict(settings)})


def complete_given(spec: Mapping[str, Any]) -> dict[str, Any]:
    """Return a specification with a value for everything; its source is what was given, whatever it says."""
    return {**complete({**spec, "source": DEFAULT["source"]}), "source": SOURCE}


class GivenSession(Session):
    """A training that starts from the weights of a network that was given, where the specification still describes it.

    Parameters
    ----------
    spec : mapping
        As `complete_given` returns it.
    data : Data
        As `data_of` returns them.
    first : Network, optional
        Where it starts, and starts again.
    """

    def __init__(self, spec: Mapping[str, Any], data: Data, first: Network | None) -> None:
        self.first = first
        super().__init__(spec, data)

    def reset(self) -> None:
        """Start again: with the weights of the network that was given, else as the specification draws them."""
        super().reset()
        if self.first is not None:
            self.net.vector[...] = self.first.vector
            self.curve = Curve()
            self.note()
