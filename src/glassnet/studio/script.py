"""A run as a Python script: the same data, network and steps, so the same costs in another process."""

from __future__ import annotations

from typing import Any

from glassnet.studio.session import Session
from glassnet.studio.spec import SETTINGS

HEAD = '''"""A training of the glassnet studio: the same data, network, seeds and steps, so the same costs."""

'''
DEFAULTS = {knob.name: knob.default for knob in SETTINGS}


def script(session: Session, file: str | None = None) -> str:
    """Return the script of what was done with a session since its start.

    Parameters
    ----------
    session : Session
        The training.
    file : str, optional
        The file of a table, as the script shall name it.

    Returns
    -------
    str
        Python; it prints the costs of training and test samples.
    """
    spec, net = session.spec, session.net
    imports, lines = ["from glassnet import Network"], []
    lines += _data(session, imports, file)
    lines += [
        f"train, test = data.split({spec['data_seed']}, {spec['test_share']!r})",
        *(["data = data.scaled(train)"] if spec["scaled"] else []),
        "X_train, Y_train = data.samples(train)",
        *(["weights = data.balanced(train)"] if session.weights is not None else []),
        "",
        "net = Network(",
        f"    {list(net.architecture.sizes)}, {list(net.architecture.activations)}, {session.loss!r},",
        f'    initializer={spec["initializer"]!r}, seed={spec["seed"]}, dtype="float64",',
        ")",
    ]
    taken, resume, weights = 0, "", "" if session.weights is None else ", sample_weight=weights"
    if session.first is not None:
        lines += [
            'first = Network.load("given.glassnet")  # the widget\'s, kept before: net.save("given.glassnet")',
            "net.vector[...] = first.vector",
        ]
    for act in session.place.acts:
        if act["what"] == "set":
            letter, l = act["array"][0], act["array"][1:]
            lines.append(f"net.{letter}[{l}][{act['row']}, {act['column']}] = {act['value']!r}")
            continue
        given = _settings(act["settings"], taken, session, imports)
        lines.append(f"net.fit(X_train, Y_train, iterations={act['iterations']}{given}{weights}{resume})")
        taken, resume = taken + act["iterations"], ", resume=True"
    lines += ["", 'print("training", net.cost(X_train, Y_train))']
    if len(session.test):
        lines.append('print("test", net.cost(*data.samples(test)))')
    return (
        HEAD
        + "\n".join(sorted(set(imports), key=lambda line: (line.startswith("from"), line)))
        + "\n\n"
        + "\n".join(lines)
        + "\n"
    )


def _data(session: Session, imports: list[str], file: str | None) -> list[str]:
    source, seed = session.spec["source"], session.spec["data_seed"]
    if source["name"] == "table":
        imports.append("from glassnet.studio.tables import Tables")
        share = session.spec["test_share"]
        said = {name: source[name] for name in ("target", "task", "columns")}
        return [
            "tables = Tables()",
            f"source = {{'file': tables.named({file!r}), **{said!r}}}",
            f"data = tables.make(source, {seed}, {share!r})",
        ]
    if source["name"] == "given":
        imports += ["import numpy as np", "from glassnet.studio.data import Data"]
        data = session.data
        classes = None if data.classes is None else list(data.classes)
        return [
            'given = np.load("given.npz")  # the arrays of the widget, kept before: np.savez("given.npz", X=X, Y=Y)',
            f'data = Data(given["X"], given["Y"], {list(data.features)!r}, {classes!r})',
        ]
    imports.append("from glassnet.studio.sources import make")
    return [f"data = make({source!r}, {seed})"]


def _settings(settings: dict[str, Any], taken: int, session: Session, imports: list[str]) -> str:
    """Return the settings that differ from their defaults, as arguments of a call."""
    found = ""
    for name, value in settings.items():
        if name == "epochs" or value == DEFAULTS[name]:
            continue
        if name == "schedule":
            imports.append("from glassnet.studio.session import going_on")
            per_epoch = session.steps_in_an_epoch(settings["batch_size"])
            found += f", schedule=going_on({value!r}, {taken}, {per_epoch}, {settings['epochs']})"
        else:
            found += f", {name}={value!r}"
    return found
