"""Old names of settings, arguments and options: they still work, and each use says the new name."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import Any, NamedTuple


class Renamed(NamedTuple):
    """The new name, the release that brought it, and the release in which the old one is gone."""

    new: str
    since: str
    ends: str


RENAMED = {
    "keep_optimizer": Renamed("resume", "0.1", "0.3"),  # of the MLP estimators
    "start_from": Renamed("resume", "0.1", "0.3"),  # of `workflows.train_file`
    "--continue": Renamed("--resume", "0.1", "0.3"),  # of `glassnet train`
    "--sample-weight": Renamed("--weight", "0.1", "0.3"),
    "--networks": Renamed("--n-networks", "0.1", "0.3"),
    "compiled": Renamed("native", "0.1", "0.3"),  # a name that the setting `engine` takes
}


def warn_of(old: str, *, stacklevel: int = 2) -> str:
    """Warn that a name is an old one, and return the new one."""
    new, since, ends = RENAMED[old]
    warnings.warn(f"{old} is called {new} since {since}; it ends with {ends}", FutureWarning, stacklevel=stacklevel + 1)
    return new


def in_new_words(name: str) -> str:
    """Return the new name of what an old file says, without a warning; one that is none as it is."""
    return RENAMED[name].new if name in RENAMED else name


def with_new_names(given: Mapping[str, Any], *old_names: str, stacklevel: int = 2) -> dict[str, Any]:
    """Return what was given by name under the new names; each of the old ones in it warns.

    Raises
    ------
    TypeError
        If something is given under both names.
    """
    found = dict(given)
    for old in old_names:
        if old in found:
            new = warn_of(old, stacklevel=stacklevel + 1)
            if new in found:
                raise TypeError(f"{old} is the old name of {new}; give one of them")
            found[new] = found.pop(old)
    return found


class OldName:
    """An attribute that was renamed: reading and writing it reaches the new one, and warns."""

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    def __get__(self, instance: Any, owner: type | None = None) -> Any:
        return self if instance is None else getattr(instance, warn_of(self.name))

    def __set__(self, instance: Any, value: Any) -> None:
        setattr(instance, warn_of(self.name), value)
