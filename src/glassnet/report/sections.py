"""The sections after the principle: environment, data, results, and how to run it again; plain data in, blocks out."""

from __future__ import annotations

import inspect
import os
import platform
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np

from glassnet._version import __version__
from glassnet.core.names import choose
from glassnet.core.optimizers import OPTIMIZERS
from glassnet.engines.threads import cores
from glassnet.estimators.table_models import VALIDATION_SHARE, TableModel
from glassnet.report import charts
from glassnet.report.blocks import Block, Cell, Code, Heading, Paragraph, Picture, Says, Section, Table, says
from glassnet.report.subject import Subject, Trial
from glassnet.tables.category_columns import CategoryColumn
from glassnet.tables.date_columns import DateColumn

Array = Any
MOST_COLUMNS, MOST_VALUES, MOST_CLASSES = 60, 8, 20
MOST_UNITS, MOST_POINTS = 20, 400
HEAT_ROWS, HEAT_COLUMNS = 32, 48
FLAGS = {"n_networks": "networks", "random_state": "seed"}  # options of the shell that have names of their own
NO_FLAG = ("warm_start", "verbose", "engine")
WHAT = (says("head.what"), says("head.value"))


# ---------------------------------------------------------------- environment
def environment(subject: Subject) -> Section:
    """Return what trained the network, with which settings, and the machine of this report."""
    record, network = subject.record, subject.network
    settings = record.get("settings", {})
    seed = subject.document.get("settings", {}).get("random_state")
    rows: list[list[Cell]] = [
        [says("environment.version"), subject.document["glassnet"]],
        [says("environment.dtype"), network.dtype.name],
        [says("environment.seed"), says("environment.seed_none") if seed is None else str(seed)],
    ]
    if network.n_networks is not None:
        rows.append([says("environment.networks"), str(network.n_networks)])
    if record:
        alpha = settings["learning_rate"] or choose(OPTIMIZERS, settings["optimizer"], "optimizer")[1].learning_rate
        rows += [
            [says("environment.engine"), record["engine"]],
            [says("environment.optimizer"), settings["optimizer"]],
            [says("environment.alpha"), _plain(alpha)],
            [says("environment.schedule"), settings["schedule"]],
            [says("environment.batch"), str(settings["batch_size"] or "") or says("environment.batch_all")],
            [says("environment.l2"), _plain(settings["l2"])],
            [says("environment.l1"), _plain(settings["l1"])],
            [says("environment.dropout"), _plain(settings["dropout"])],
            [says("environment.epochs"), str(record["epochs"])],
            [says("environment.steps"), str(record["steps"])],
            [says("environment.seconds"), f"{record['seconds']:.3g} s"],
            [says("environment.interrupted"), says("yes" if record["interrupted"] else "no")],
        ]  # fmt: skip
    return Section(says("environment.title"), [Table(says("environment.training"), WHAT, rows), machine()])


def machine() -> Table:
    """Return the table of this machine and the versions of what runs on it."""
    rows: list[list[Cell]] = [
        [says("environment.cpu"), _processor()],
        [says("environment.cores"), str(cores())],
        [says("environment.system"), f"{platform.system()} ({platform.machine()})"],
        ["Python", platform.python_version()],
        ["glassnet", __version__],
    ]
    if memory := _memory():
        rows.insert(2, [says("environment.memory"), memory])
    rows += [[name, found] for name in ("numpy", "scipy", "numba", "torch") if (found := _version(name))]
    return Table(says("environment.machine"), WHAT, rows)


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        lines = []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()


def _memory() -> str:
    try:
        return f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 2**30:.1f} GiB"
    except (AttributeError, ValueError, OSError):  # systems that do not tell
        return ""


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""


# ---------------------------------------------------------------- data
def data(subject: Subject) -> Section:
    """Return what the samples are, how they are prepared, and what the trial's are."""
    blocks: list[Block] = []
    if samples := subject.record.get("samples"):
        blocks.append(Paragraph(says("data.trained_on", samples=samples)))
    preparation = getattr(subject.model, "preparation_", None)
    if preparation is None and not subject.classes:
        blocks.append(Paragraph(says("data.bare", n_0=subject.network.architecture.sizes[0])))
    else:
        blocks.append(Paragraph(_target(subject)))
    if preparation is not None:
        blocks += _pictures(preparation.pictures) if preparation.pictures else _columns(preparation)
    for trial in subject.trials:
        blocks += _trial(subject, trial)
    if not subject.trial:
        blocks.append(Paragraph(says("data.not_given")))
    return Section(says("data.title"), blocks)


def _target(subject: Subject) -> Any:
    name = getattr(subject.model, "target_name_", None)
    target = says("data.target_named", name=name) if name else says("data.target_unnamed")
    if not subject.classes:
        return says("data.target_number", target=target)
    classes = ", ".join(subject.classes[:MOST_CLASSES])
    return says("data.target_classes", target=target, count=len(subject.classes), classes=classes)


def _pictures(shape: Any) -> list[Block]:
    return [
        Paragraph(says("data.pictures", height=shape.height, width=shape.width, channels=shape.channels, n_x=shape.n_x))
    ]


def _columns(preparation: Any) -> list[Block]:
    head = [says(f"head.{name}") for name in ("column", "kind", "preparation", "features")]
    rows: list[list[Cell]] = []
    for column in preparation.columns[:MOST_COLUMNS]:
        kind, prepared = _prepared(column)
        rows.append([column.name, says(f"data.{kind}"), prepared, str(len(column.features))])
    if (more_columns := len(preparation.columns) - MOST_COLUMNS) > 0:
        rows.append([says("table.more", count=more_columns), "", "", ""])
    used = {column.name for column in preparation.columns}
    unused = [name for name in preparation.source if name not in used]
    blocks: list[Block] = [Table(says("data.columns"), head, rows)]
    if unused:
        blocks.append(Paragraph(says("data.unused", columns=", ".join(unused))))
    return blocks


def _prepared(column: Any) -> tuple[str, Says]:
    """Return a column's kind, and what becomes of its cells."""
    if isinstance(column, CategoryColumn):
        more = ", …" if len(column.values) > MOST_VALUES else ""
        return "category", says("data.category_prepared", values=", ".join(column.values[:MOST_VALUES]) + more)
    if isinstance(column, DateColumn):
        return "date", says("data.date_prepared", cycles=", ".join(column.cycles))
    median, bins = f"{column.median:.4g}", len(getattr(column, "edges", ())[1:])
    if bins:
        return "number", says("data.binned_prepared", median=median, bins=bins)
    return "number", says("data.number_prepared", median=median)


def _trial(subject: Subject, trial: Trial) -> list[Block]:
    which = "data.training" if trial is subject.training else "data.given"
    digest = says("data.digest", digest=trial.digest) if trial.digest else ""
    blocks: list[Block] = [Paragraph(says(which, name=trial.name, rows=len(trial.y), digest=digest))]
    if subject.classes and trial.y.ndim == 1:
        labels, counts = np.unique(trial.y, return_counts=True)
        head = [says("head.class"), says("head.count"), says("head.share")]
        rows = [
            [str(label), str(count), f"{count / len(trial.y):.1%}"] for label, count in zip(labels, counts, strict=True)
        ]
        blocks.append(Table(says("data.classes_counted", name=trial.name), head, rows[:MOST_CLASSES]))
    elif trial.y.dtype.kind in "fiu":
        smallest, largest, mean = (f"{value:.6g}" for value in (trial.y.min(), trial.y.max(), trial.y.mean()))
        blocks.append(Paragraph(says("data.target_range", smallest=smallest, largest=largest, mean=mean)))
    return blocks


# ---------------------------------------------------------------- results
def results(subject: Subject) -> Section:
    """Return curves, scores, parameters and one sample's way through the network."""
    blocks: list[Block] = [*_costs(subject.record)]
    for trial in subject.trials:
        blocks += _scores(subject, trial)
    blocks += [*_parameters(subject), *_first_layer(subject)]
    if subject.trial:
        blocks += _sample(subject, subject.trial)
    return Section(says("results.title"), blocks)


def _costs(record: Mapping[str, Any]) -> list[Block]:
    curve, validation = (curve_of(record, name) for name in ("epoch_cost", "validation_cost"))
    if not len(curve):
        return []
    lines = [charts.Line(_epochs(record, curve), curve)]
    if len(validation):
        lines.append(charts.Line(_epochs(record, validation), validation, charts.ORANGE, "6 4"))
    caption = says("results.cost_curve_validation" if len(validation) else "results.cost_curve")
    rows: list[list[Cell]] = [
        [says("results.first_epoch"), f"{curve[0]:.6g}"],
        [says("results.last_epoch"), f"{curve[-1]:.6g}"],
    ]
    if len(validation):
        rows.append([says("results.lowest_validation"), f"{np.nanmin(validation):.6g}"])
        rows.append([says("results.best_epoch"), str(record["best_epoch"])])
    penalised = any(np.any(record["settings"][name]) for name in ("l2", "l1"))
    note = [Paragraph(says("results.penalised"))] if penalised else []
    return [
        Picture(charts.chart(lines, "epoch", "J", from_zero=True), caption),
        *note,
        Table(says("results.costs"), WHAT, rows),
    ]


def curve_of(record: Mapping[str, Any], name: str) -> Array:
    """Return a curve of the record (points,), the mean over a stack's networks; NaN where it was infinite."""
    curve = np.asarray(record.get(name, []), dtype=float)
    return curve.mean(axis=1) if curve.ndim == 2 else curve


def _epochs(record: Mapping[str, Any], curve: Array) -> Array:
    """Return the epochs of a curve's points, which the record thins as every so manieth."""
    thinned = max(1, -(-record["epochs"] // 1000))
    return 1 + np.arange(len(curve)) * thinned


def _scores(subject: Subject, trial: Trial) -> list[Block]:
    scores = trial.scores
    rows: list[list[Cell]] = []
    for name, value in scores.values.items():
        text = {"accuracy": "results.accuracy", "RMSE": "results.rmse", "R²": "results.r2", "cost": "results.cost"}[
            name
        ]
        rows.append([says(text), f"{value:.4f}" if name == "accuracy" else f"{value:.6g}"])
        if name == "accuracy":
            low, high = wilson(value, scores.rows)
            rows.append([says("results.interval"), f"{low:.4f} ... {high:.4f}"])
    blocks: list[Block] = [Table(says("results.scores", name=trial.name, rows=scores.rows), WHAT, rows)]
    if 0 < len(scores.confusion) <= MOST_CLASSES:
        counts = np.array(scores.confusion)
        shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
        blocks.append(
            Table(
                says("results.confusion", name=trial.name),
                [says("head.true_predicted"), *subject.classes],
                [[label, *map(str, row)] for label, row in zip(subject.classes, counts, strict=True)],
                [[0.0, *row] for row in shares.tolist()],
            )
        )
    elif not subject.classes and trial.y.ndim == 1:
        blocks.append(_scatter(trial))
    return blocks


def _scatter(trial: Trial) -> Picture:
    some = np.unique(np.linspace(0, len(trial.y) - 1, MOST_POINTS).astype(int))
    y, answers = trial.y[some].astype(float), trial.answers[some]
    ends = [float(y.min()), float(y.max())]
    lines = [charts.Line(y, answers, points=True), charts.Line(ends, ends, charts.GREY, "4 3")]
    return Picture(charts.chart(lines, "y", "ŷ"), says("results.scatter", name=trial.name, shown=len(some)))


def wilson(share: float, count: int, z: float = 1.96) -> tuple[float, float]:
    """Return the interval that holds a share's true value in 95 of 100 cases, after `count` trials.

    Examples
    --------
    >>> low, high = wilson(0.8, 50)
    >>> round(low, 4), round(high, 4)
    (0.6696, 0.8876)
    """
    middle = (share + z * z / (2 * count)) / (1 + z * z / count)
    half = z / (1 + z * z / count) * (share * (1 - share) / count + z * z / (4 * count * count)) ** 0.5
    return max(0.0, middle - half), min(1.0, middle + half)


def _parameters(subject: Subject) -> list[Block]:
    network = subject.network
    head = [says(f"head.{name}") for name in ("array", "shape", "smallest", "mean", "largest", "deviation")]
    rows = [
        [f"{layers.letter}[{l}]", str(M.shape), *(f"{value:.4g}" for value in (M.min(), M.mean(), M.max(), M.std()))]
        for l in range(1, network.L + 1)
        for layers in (network.W, network.b)
        for M in [layers[l].astype(np.float64)]
    ]
    return [Table(says("results.parameters"), head, rows)]


def _first_layer(subject: Subject) -> list[Block]:
    W = subject.network.W[1]
    W = np.asarray(W if W.ndim == 2 else W[0], float)
    preparation = getattr(subject.model, "preparation_", None)
    if preparation is not None and preparation.pictures:
        shown = W[:MOST_UNITS]
        caption = says("results.weights_pictures", shown=len(shown), units=len(W))
        return [Picture(charts.pictures(_as_pictures(shown, preparation.pictures)), caption)]
    if len(W) <= HEAT_ROWS and W.shape[1] <= HEAT_COLUMNS:
        names = preparation.feature_names if preparation is not None else map(str, range(1, W.shape[1] + 1))
        columns = [name if len(name) <= 24 else name[:23] + "…" for name in names]
        caption = says("results.weights_heat", largest=f"{np.abs(W).max():.4g}")
        return [Picture(charts.heat(W, list(map(str, range(1, len(W) + 1))), columns), caption)]
    return [Picture(charts.histogram(W, "w"), says("results.weights_spread", layer=1))]


def _as_pictures(W: Array, shape: Any) -> Array:
    """Return rows of weights as uint8 pictures (units, height, width, channels), 0 as middle grey."""
    if shape.order == "planes":
        M = W.reshape(-1, shape.channels, shape.height, shape.width).transpose(0, 2, 3, 1)
    else:
        M = W.reshape(-1, shape.height, shape.width, shape.channels)
    largest = np.quantile(np.abs(M), 0.995, axis=(1, 2, 3), keepdims=True)  # a few large ones would hide the rest
    return np.clip(127.5 + 127.5 * M / np.maximum(largest, 1e-30), 0, 255).astype(np.uint8)


def _sample(subject: Subject, trial: Trial) -> list[Block]:
    trace = subject.network.trace(trial.columns[:, :1], trial.targets[:, :1])
    head = [says(f"head.{name}") for name in ("layer", "array", "shape", "smallest", "mean", "largest", "zeros")]
    rows = [
        [str(line.layer), line.array, str(line.shape), f"{line.smallest:.4g}", f"{line.mean:.4g}",
         f"{line.largest:.4g}", f"{line.zeros:.0%}"]
        for line in trace.lines()
    ]  # fmt: skip
    found, truth = (_plain(value) for value in (trial.answers[0], trial.y[0]))
    cost = f"{float(np.mean(trace.cost)):.6g}"
    return [
        Heading(says("results.sample")),
        Paragraph(says("results.sample_text", name=trial.name, prediction=found, truth=truth, cost=cost)),
        Table(says("results.sample_table"), head, rows),
    ]


# ---------------------------------------------------------------- once more
def again(subject: Subject) -> Section:
    """Return the commands that train, score and report the same once more."""
    trained_with = subject.document.get("settings", {})
    if not hasattr(subject.model, "preparation_"):
        return Section(
            says("again.title"), [Paragraph(says("again.python")), Code(_in_python(subject)), *_seedless(None)]
        )
    data_name, training = (trial.name if trial else None for trial in (subject.trial, subject.training))
    given = f" {data_name}" * bool(data_name) + f" --training {training}" * bool(training)
    lines: list[Cell] = [
        _train_command(subject),
        f"glassnet evaluate {subject.name} {data_name or 'DATA'}",
        says("again.report", command=f"glassnet report {subject.name}{given} --out report.html"),
    ]
    text = says("again.shell", version=subject.document["glassnet"])
    return Section(says("again.title"), [Paragraph(text), Code(lines), *_seedless(trained_with.get("random_state"))])


def _seedless(seed: Any) -> list[Block]:
    return [Paragraph(says("again.no_seed"))] if seed is None else []


def _train_command(subject: Subject) -> str:
    """Return the command with what was set otherwise than by default: what follows from that follows again."""
    settings, used_by_default = subject.document["settings"], inspect.signature(TableModel).parameters
    target, pictures = subject.model.target_name_, subject.model.preparation_.pictures
    options: dict[str, Any] = {
        "target": target if target and not pictures else None,
        "task": "classes" if subject.classes else "numbers",
        **{
            FLAGS.get(name, name.replace("_", "-")): ("none" if value == [] else value)
            for name, value in settings.items()
            if name in used_by_default and value != used_by_default[name].default and name not in NO_FLAG
        },
        "test": _test_share(subject, settings),
        "size": pictures.height if pictures else None,
        "engine": subject.record.get("engine"),
        "out": subject.name,
    }
    told = " ".join(f"--{name} {_quoted(value)}" for name, value in options.items() if value is not None)
    source = subject.training.name if subject.training else "TRAINING_DATA"
    return f"glassnet train {source} {told}"


def _test_share(subject: Subject, settings: Mapping[str, Any]) -> float | None:
    """Return what part of the training data went to the test, as the record's samples tell; None: by default."""
    if subject.training is None or not subject.record:
        return None
    rows, share = subject.training.scores.rows, settings.get("validation")
    for held in (0.0, VALIDATION_SHARE) if share is None else (share,):
        if abs(rows * (1 - held) - subject.record["samples"]) < 2:
            return 0.0
    return None


def _in_python(subject: Subject) -> list[str]:
    architecture, record = subject.network.architecture, subject.record
    settings = {
        name: value
        for name, value in record.get("settings", {}).items()
        if value not in (None, 0, False, "auto", "full") and name != "iterations"
    }
    if record:
        settings.pop("epochs", None)
        settings["iterations"] = record["steps"]
        settings["engine"] = record["engine"]
    network = f"{list(architecture.sizes)}, {list(architecture.activations)}, {architecture.loss!r}"
    stack = "" if subject.network.n_networks is None else f", n_networks={subject.network.n_networks}"
    told = ", ".join(f"{name}={value!r}" for name, value in settings.items())
    return [
        "from glassnet import Network",
        f"net = Network({network}, dtype={subject.network.dtype.name!r}{stack})",
        *([f"history = net.fit(X, Y, {told})"] if record else []),
    ]


def _plain(value: Any) -> str:
    if isinstance(value, list | tuple | np.ndarray):
        return ", ".join(map(_plain, value))
    if isinstance(value, float | np.floating):
        return f"{value:.6g}"
    return str(value)


def _quoted(value: Any) -> str:
    import shlex

    if isinstance(value, float):
        return f"{value:g}"
    return shlex.quote(",".join(map(str, value)) if isinstance(value, list) else str(value))
