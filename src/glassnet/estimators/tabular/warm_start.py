"""A warm start goes on with the network of the last fit: settings that ask for another network are refused."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from glassnet.core.architecture import Architecture
from glassnet.errors import SettingError
from glassnet.estimators.saving import plain_settings
from glassnet.network import Network

FIXED = ("hidden", "activation", "preset", "loss", "n_networks")  # settings of a Tabular model that make its network


def made_with(model: Any) -> dict[str, Any]:
    """Return the settings that a network is made with, as plain data that can be compared and kept."""
    return plain_settings({name: getattr(model, name) for name in FIXED})


def refuse_another_network(
    network: Network, before: Mapping[str, Any], now: Mapping[str, Any], asked: Iterable[Architecture], k: int
) -> None:
    """Refuse settings that would not make the network which training shall go on with.

    Parameters
    ----------
    network : Network
        Of the last fit.
    before, now : mapping
        The settings that it was made with, and those that hold now: where none has changed, nothing is asked.
    asked : iterable of Architecture
        What the settings of now would make: one, or those from which the best would be chosen.
    k : int
        How many networks side by side.

    Raises
    ------
    SettingError
        If `network` is none of them.
    """
    changed = [name for name in FIXED if now.get(name) != before.get(name)]
    asked = list(asked)
    had = network.n_networks or 1
    if not changed or (network.architecture in asked and had == k):
        return
    raise SettingError(
        f"{', '.join(changed)}: a warm start goes on with the network of the last fit, which has "
        f"{_in_words([network.architecture], had)}; now asked for: {_in_words(asked, k)}. "
        "Set that back, or train a new network, without warm_start (--continue)"
    )


def _in_words(architectures: Iterable[Architecture], k: int) -> str:
    """Say of what networks of these architectures, k side by side, are made."""
    layers = [f"{list(each.sizes[1:-1])} {'-'.join(dict.fromkeys(each.activations[:-1]))}" for each in architectures]
    loss = next(iter(architectures)).loss
    return f"hidden layers {' or '.join(map(str.strip, layers))}, {loss}, n_networks={k}"
