"""What is named in the shell: data to train on, a network of the studio to go on with, a fitted model to look at."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

from glassnet import interrupts
from glassnet.errors import DataError, ModelFileError
from glassnet.network import Network
from glassnet.studio.knobs import as_number
from glassnet.studio.models import opened_model
from glassnet.studio.session import Place, Session
from glassnet.studio.sources import TABLE
from glassnet.studio.spec import complete_settings
from glassnet.studio.tables import SUGGESTED, Tables

SUFFIX = ".glassnet"


class Opened(NamedTuple):
    """What the page begins with: a specification, and a network that was trained by it."""

    spec: dict[str, Any]
    network: Network | None = None
    place: Place | None = None


def opened(tables: Tables, first: Path, second: Path | None, target: str | None) -> Opened:
    """Return what the page begins with.

    Parameters
    ----------
    tables : Tables
        Gets the data file.
    first, second : Path
        Data, or a model and its data.
    target : str, optional
        Column to predict.

    Returns
    -------
    Opened
        The specification is checked when the run is started.

    Raises
    ------
    GlassnetError
        If the model is none of the studio's, or its data are missing.
    """
    if first.suffix != SUFFIX:
        if second is not None:
            raise DataError(f"{second}: data are given already, {first}; a model (*{SUFFIX}) stands before its data")
        _check_there(first)
        return Opened({**SUGGESTED, "source": _source(tables, first, target)})
    network, beside = Network.load_with_document(first)
    studio = beside.get("studio")
    if second is not None:
        _check_there(second)
    if not isinstance(studio, dict) or not isinstance(studio.get("spec"), dict):
        with interrupts.held():
            from glassnet.workflows.models import open_model

        fitted = opened_model(first, second, target, open_model(first))
        return Opened({"source": tables.models.keep(fitted, is_ours=False)})
    place, spec = _place(first, studio), dict(studio["spec"])
    is_table = isinstance(spec.get("source"), dict) and spec["source"].get("name") == TABLE
    if is_table and second is None:
        raise DataError(f"{first}: learned from a table; name it: glassnet studio {first} DATA")
    if second is not None:
        said = {name: value for name, value in (spec["source"] if is_table else {}).items() if name != "file"}
        spec["source"] = {**_source(tables, second, target), **said, **({"target": target} if target else {})}
    return Opened(spec, network, place)


def _place(path: Path, studio: Mapping[str, Any]) -> Place:
    """Return where the training of a file stood, every part of it checked."""
    try:
        counts = [int(as_number(studio[name]) or 0) for name in ("iteration", "epoch", "step")]
        iteration, epoch, step = counts
        return Place(iteration, epoch, step, acts=[_act(act) for act in studio["acts"]])
    except (KeyError, TypeError, ValueError) as error:
        raise ModelFileError(f"{path}: the studio's part of the file is damaged: {error}") from None


def _act(act: Any) -> dict[str, Any]:
    """Return an act of a file; a script is made of acts, so nothing but these may be in one."""
    if act["what"] == "fit":
        return {"what": "fit", "iterations": int(act["iterations"]), "settings": complete_settings(act["settings"])}
    if not re.fullmatch(r"[Wb][1-9][0-9]{0,2}", act["array"]):
        raise ValueError(f"no array is called {act['array']!r:.60}")
    numbers = {"row": int(act["row"]), "column": int(act["column"]), "value": float(act["value"])}
    return {"what": "set", "array": act["array"], **numbers}


def _check_there(path: Path) -> None:
    if not path.exists() and ":" not in str(path):  # data.db:table is read later
        raise DataError(f"{path}: there is no such file or folder")


def _source(tables: Tables, path: Path, target: str | None) -> dict[str, Any]:
    """Return the source of a file, with the target that its columns suggest where none is named."""
    return dict(tables.look(tables.complete({"file": tables.named(path), "target": target}))["source"])


def go_on(session: Session, opened: Opened) -> Session:
    """Let a session go on with the network that was opened.

    Raises
    ------
    DataError
        If the data have other features or targets than the network.
    """
    net = opened.network
    if net is None:
        return session
    if net.architecture != session.net.architecture or net.n_networks is not None:
        own, found = list(net.architecture.sizes), list(session.net.architecture.sizes)
        raise DataError(f"the network has the sizes {own}, and these data would give it {found}: other data or target?")
    session.net = net.astype("float64") if net.dtype != session.net.dtype else net
    assert opened.place is not None
    session.place = replace(opened.place, settings=session.place.settings, acts=list(opened.place.acts))
    session.curve.points.clear()
    session.note()
    return session
