"""A run as the subject of a laboratory report: its network, and the samples that it learned from and was tested on."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np

from glassnet import interrupts
from glassnet._version import __version__
from glassnet.network import Network
from glassnet.studio.data import Data
from glassnet.studio.findings import whole_record
from glassnet.studio.script import script
from glassnet.studio.session import Session
from glassnet.typing import AnyArray, Array, Indices

MOST_CELLS = 5000  # samples of a table that are shown as its rows; of more, as the numbers that the network takes


@dataclass
class Model:
    """What a report asks of a model: its network, and what its answers mean."""

    network_: Network
    target_: Any
    target_name_: str
    baseline_: Any
    source_: Any  # how the test samples were chosen
    time: None = None
    threshold_: float = 0.5


@dataclass
class Classifier(Model):
    """The same for classes."""

    classes_: Any = None


def html_report(session: Session, file: str | None, lang: str) -> str:
    """Return the laboratory report on a run, as one HTML page.

    Parameters
    ----------
    session : Session
        The training.
    file : str, optional
        The file of a table, as the report shall name it.
    lang : {"en", "zh"}
        Its language.

    Returns
    -------
    str
        The page.
    """
    with interrupts.held():
        from glassnet.report import to_html
        from glassnet.report.of_subject import of_subject
        from glassnet.report.subject import Subject

    data, spec = session.data, session.spec
    model = _model(session)
    name = Path(file).name if file else spec["source"]["name"]
    learned = _trial(session, model, session.train, name, "learned")
    test = _trial(session, model, session.test, name, "kept") if len(session.test) else None
    document = {"glassnet": __version__, "settings": {"random_state": spec["seed"]}}
    subject = Subject(
        name, model, document, test, learned, learned.scores, features=tuple(data.features), history=_record(session),
        script=tuple(script(session, file).splitlines()),
    )  # fmt: skip
    return to_html(of_subject(subject), lang)


def _model(session: Session) -> Model:
    with interrupts.held():
        from glassnet.estimators.tabular.baseline import Baseline, constants
        from glassnet.estimators.targets import LabelEncoder, TargetScaler

    data, spec = session.data, session.spec
    source = SimpleNamespace(test=spec["test_share"], seed=spec["data_seed"], group=None)
    y = _targets(data, data.Y[:, session.train])
    if data.classes is None:
        mean, factor = data.scale
        target: Any = TargetScaler(np.array([mean]), np.array([factor]), single=True)
        return Model(session.net, target, data.target, Baseline(constants(target, y, None, session.loss)), source)
    target = LabelEncoder(np.array(data.classes))
    baseline = Baseline(constants(target, y, None, session.loss))
    return Classifier(session.net, target, data.target, baseline, source, classes_=target.classes)


def _targets(data: Data, Y: Array) -> AnyArray:
    """Return the labels (m,), or the numbers in their own unit."""
    found = data.labels(Y)
    return np.array(found, float) if data.classes is None else np.array(data.classes)[data.indices(Y)]


def _trial(session: Session, model: Model, samples: Indices, name: str, role: str) -> Any:
    with interrupts.held():
        from glassnet.estimators.tabular.baseline import answers_of, finite
        from glassnet.estimators.tabular.judging import class_answers, number_answers, shown_scores
        from glassnet.report.subject import Trial
        from glassnet.scoring import Scores

    data, loss = session.data, session.net.architecture.loss
    X, Y = (np.ascontiguousarray(M[:, samples]) for M in (data.X, data.Y))
    cost, outputs = session.net.cost_and_answers(X, Y)
    y, answers, confusion, probabilities = _targets(data, Y), _targets(data, outputs), [], None
    if data.classes is None:
        found: Any = number_answers(loss, answers, y)
    else:
        positive = model.baseline_.rarer_class
        found = class_answers(model.target_, outputs.T, model.target_.encode(y), positive=positive)
        probabilities, confusion = model.target_.probabilities(outputs.T), found.confusion.tolist()
    values = finite({**shown_scores(found, loss, None), "cost": float(cost)})
    beside = {
        baseline: {label: value for label, value in finite(shown_scores(each, loss, None)).items() if label in values}
        for baseline, each in answers_of(model.baseline_.constants, found)
    }
    scores = Scores(len(y), values, confusion, beside)
    return Trial(
        name, "", X, Y, y, answers, probabilities, scores, data.m, role, _rows(data, samples), samples
    )  # fmt: skip


def _rows(data: Data, samples: Indices) -> Any:
    """Return samples as they are looked at: pictures, rows of the user's table, or the numbers of the features."""
    with interrupts.held():
        from glassnet.tables import Pictures
        from glassnet.tables.arrow import pa

    if data.picture is not None:
        shape = (*data.picture, 1)[:3]
        low, high = float(data.X.min()), float(data.X.max())
        grey = (data.X[:, samples] - low) / ((high - low) or 1.0)
        return Pictures((255 * grey.T).round().astype(np.uint8).reshape(-1, *shape))
    if data.cells is not None and len(samples) <= MOST_CELLS:
        return pa.Table.from_pylist([data.cells(int(i)) for i in samples])
    names = [f"{k + 1} {name}" if data.features.count(name) > 1 else name for k, name in enumerate(data.features)]
    return pa.table(dict(zip(map(str, names), data.X[:, samples], strict=True)))


def _record(session: Session) -> dict[str, Any]:
    """Return the record of the training, with its curves as the page draws them: costs by epoch, as far as known."""
    record = whole_record(session)
    if record is None:
        return {}
    points = session.curve.since()
    at = [iteration / session.steps_per_epoch for iteration in points["iterations"][1:]]
    train, test = (np.array(points[name][1:], float) for name in ("train", "test"))
    known = len(session.test) and np.isfinite(test).any()
    return {
        **record, "seconds": None, "at": at, "epoch_cost": train, "validation_cost": test if known else [],
        "best_epoch": f"{at[int(np.nanargmin(test))]:g}" if known else "",
    }  # fmt: skip
