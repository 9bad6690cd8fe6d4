"""Networks in a model file: what is written of each, and its checks when it is read."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

import numpy as np

from glassnet import model_file
from glassnet._version import __version__
from glassnet.core.architecture import Architecture
from glassnet.core.parameters import Parameters
from glassnet.documents import MAPPING, TEXT, checked, maybe, one_of, whole
from glassnet.errors import DataError, ModelFileError, SettingError, WrongTypeError
from glassnet.network_state import NetworkState
from glassnet.training import checkpoint
from glassnet.training.history import check_record
from glassnet.typing import Array

DTYPES = ("float32", "float64")
DOCUMENT = {
    "glassnet": TEXT, "architecture": MAPPING, "dtype": one_of(*DTYPES), "n_networks": maybe(whole(1)),
    "record": maybe(MAPPING),
}  # fmt: skip
BESIDE = {"training": maybe(MAPPING), "networks": MAPPING}  # what older files lack


class SavedNetwork(NetworkState):
    """A network that is written to one file and read from it."""

    def save(
        self,
        path: str | Path,
        *,
        training_state: bool = True,
        networks: Mapping[str, NetworkState] | None = None,
        **more: Any,
    ) -> None:
        """Write the network to one file, which is whole or not there.

        Parameters
        ----------
        path : str or Path
            The file, usually named ``*.glassnet``.
        training_state : bool
            Whether the file also holds what `fit` with ``resume=True`` needs: the optimiser's memory (for adam two more
            numbers for each parameter), the generator, and the position of an interrupted training.
        networks : mapping of str to Network, optional
            Further networks to keep beside this one; `load_with_document` returns them in the document.
        **more
            Further plain data to keep beside the network, under names that the file does not use itself.

        Raises
        ------
        SettingError
            If a name in `more` is one of the file's own.
        WrongTypeError
            If a value in `more` is no plain JSON data.
        DataError
            If a parameter is not finite.
        FileError
            If it cannot be written; an older file at `path` stays as it was.
        """
        _write(path, self, training_state, networks or {}, more)

    @classmethod
    def load(cls, path: str | Path) -> Self:
        """Read a network that `save` wrote.

        Parameters
        ----------
        path : str or Path
            The file.

        Returns
        -------
        Network
            As it was saved.

        Raises
        ------
        FileError, ModelFileError
            If the file is missing, no model, damaged, or of a newer format.
        """
        return cls.load_with_document(path)[0]

    @classmethod
    def load_with_document(cls, path: str | Path) -> tuple[Self, dict[str, Any]]:
        """Read a network, and what was saved beside it.

        Parameters
        ----------
        path : str or Path
            The file.

        Returns
        -------
        network, document : Network, dict
            The document holds the further plain data, and under "networks" the further networks.

        Raises
        ------
        FileError, ModelFileError
            As for `load`.
        """
        state, beside, document = _read(path)
        return cls._of(state), {**document, "networks": {name: cls._of(each) for name, each in beside.items()}}

    @classmethod
    def _of(cls, state: NetworkState) -> Self:
        network = cls.__new__(cls)
        vars(network).update(vars(state))
        return network


def _write(
    path: str | Path, network: NetworkState, training_state: bool, beside: Mapping[str, NetworkState], more: Any
) -> None:
    """Write a network, the networks beside it and further plain data."""
    _check_sound(path, network)
    document, tensors = _to_parts(network, training_state)
    document["networks"] = {}
    for name, other in beside.items():
        _check_sound(path, other)
        document["networks"][name], arrays = _to_parts(other, training_state)
        tensors |= {f"{name}:{array}": M for array, M in arrays.items()}
    for name in more:
        if name in document or name in model_file.OWN_KEYS:
            raise SettingError(f"{name!r} is a name that the file itself uses; keep your data under another one")
    model_file.write(path, tensors, {**document, **more})


def _read(path: str | Path) -> tuple[NetworkState, dict[str, NetworkState], dict[str, Any]]:
    """Return the network of a file, the networks beside it, and the document."""
    tensors, document = model_file.read(path, _expected_shapes)
    network = _from_parts(path, document, {name: M for name, M in tensors.items() if ":" not in name})
    beside = {
        name: _from_parts(path, part, _with_prefix(f"{name}:", tensors))
        for name, part in document.get("networks", {}).items()
    }
    return network, beside, document


def _check_sound(path: str | Path, network: NetworkState) -> None:
    """Raise if `_read` would refuse what is written."""
    if (name := _not_finite(network)) is not None:
        raise DataError(f"{path}: {name} holds numbers that are not finite; such a network is not written")
    try:
        check_record(network.record)
    except ValueError as error:
        raise WrongTypeError(f"{path}: {error}; `record` is what `fit` leaves, keep other data under `more`") from None


def _not_finite(network: NetworkState) -> str | None:
    """Return the name of the first array with a number that is not finite."""
    return next((name for name, M in network._arrays.items() if not np.isfinite(M).all()), None)


def _to_parts(network: NetworkState, training_state: bool) -> tuple[dict[str, Any], dict[str, Array]]:
    """Return what a file holds of a network: plain data, and arrays by name."""
    tensors, training = network._arrays, None
    if training_state and (network.optimizer_state or not network.missing_state):
        training, arrays = checkpoint.to_parts(network.optimizer_state, network.rng, network.position)
        tensors |= arrays
    document = {
        "glassnet": __version__,
        "architecture": network.architecture.to_document(),
        "dtype": network.dtype.name,
        "n_networks": network.n_networks,
        "record": network.record,
        "training": training,
    }
    return document, tensors


def _from_parts(path: str | Path, document: dict[str, Any], tensors: Mapping[str, Array]) -> NetworkState:
    own = {name: M for name, M in tensors.items() if not name.startswith(checkpoint.PREFIX)}
    if (types := {array.dtype.name for array in own.values()}) != {document["dtype"]}:
        raise ModelFileError(f"{path}: damaged: its arrays are of {', '.join(types)}, not {document['dtype']}")
    architecture = Architecture.from_document(document["architecture"])
    dtype, stack = np.dtype(document["dtype"]), document["n_networks"]
    theta = Parameters(architecture.sizes, dtype, stack, architecture.embedding)
    network = NetworkState(architecture, theta, np.random.default_rng())
    for name, M in network._arrays.items():
        M[...] = tensors[name]
    if (unfit := _not_finite(network)) is not None:
        raise ModelFileError(f"{path}: damaged: {unfit} holds numbers that are not finite")
    try:
        network.record = check_record(document["record"])
    except ValueError as error:
        raise ModelFileError(f"{path}: damaged: {error!s:.300}") from None
    _restore_training(path, network, document.pop("training", None), tensors)
    return network


def _restore_training(path: str | Path, network: NetworkState, training: Any, tensors: Mapping[str, Array]) -> None:
    if training is None:
        network.missing_state = (
            f"{path}: holds no training state (an older file, or saved with training_state=False): "
            "a resumed training starts from its parameters with a fresh optimiser"
        )
        return
    try:
        parts = checkpoint.from_parts(training, tensors, network.dtype.name)
    except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError) as error:
        raise ModelFileError(f"{path}: damaged: its training state does not fit its network ({error!s:.300})") from None
    network.optimizer_state, rng, network.position = parts
    if rng is None:
        network.missing_state = f"{path}: holds no state of its generator, which was none of NumPy's own"
    else:
        network.rng = rng


def _with_prefix(prefix: str, arrays: Mapping[str, Array]) -> dict[str, Array]:
    """Return what stands under a prefix, without it."""
    return {name.removeprefix(prefix): M for name, M in arrays.items() if name.startswith(prefix)}


def _expected_shapes(document: Mapping[str, Any]) -> dict[str, tuple[int, ...]]:
    """Return the shape of every array of a file: those of its network, and of each network beside it."""
    checked(document, {**DOCUMENT, **BESIDE}, "network", later=(*BESIDE, "glassnet"), others=True)
    found = _own_shapes(document)
    for name, part in document.get("networks", {}).items():
        checked(part, {**DOCUMENT, "training": BESIDE["training"]}, "network beside")
        found |= {f"{name}:{array}": shape for array, shape in _own_shapes(part).items()}
    return found


def _own_shapes(document: Mapping[str, Any]) -> dict[str, tuple[int, ...]]:
    architecture = Architecture.from_document(document["architecture"])
    n, k = architecture.sizes, document["n_networks"]
    lead = () if k is None else (k,)
    layers: dict[str, tuple[int, ...]] = {
        name: (*lead, n[l], columns)
        for l in range(1, architecture.L + 1)
        for name, columns in ((f"W[{l}]", n[l - 1]), (f"b[{l}]", 1))
    }
    if architecture.embedding is not None:
        g, t, d = architecture.embedding
        layers |= {"W[0]": (*lead, g, d, t), "b[0]": (*lead, g, d, 1)}
    theta = (*lead, architecture.n_parameters)
    return layers | checkpoint.expected(document.get("training"), theta, document["dtype"])
