"""How to reproduce a report: the commands, or the lines of Python, that train, score and report."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from glassnet.estimators.tabular.settings import CLASSIFIER
from glassnet.estimators.tabular.training_data import VALIDATION_SHARE
from glassnet.renamed import in_new_words
from glassnet.report.blocks import Block, Cell, Code, Paragraph, Section, message, paragraph
from glassnet.report.subject import Subject
from glassnet.training.settings import TRAINING
from glassnet.workflows.parts import TEST_SHARE


def reproduce(subject: Subject) -> Section:
    """Return the commands that train, score and report the same."""
    trained_with = subject.document.get("settings", {})
    if subject.script:
        return Section(message("reproduce.title"), [paragraph("reproduce.script"), Code(list(subject.script))])
    if not hasattr(subject.model, "preparation_"):
        return Section(
            message("reproduce.title"), [paragraph("reproduce.python"), Code(_in_python(subject)), *_seedless(None)]
        )
    model = _quoted(subject.name)
    data_name, training = (_quoted(trial.name) if trial else None for trial in (subject.trial, subject.training))
    given = f" {data_name}" * bool(data_name) + f" --training {training}" * bool(training)
    lines: list[Cell] = [
        _train_command(subject),
        f"glassnet evaluate {model} {data_name or 'DATA'}",
        message("reproduce.report", command=f"glassnet report {model}{given} --out report.html"),
    ]
    text = message("reproduce.shell", version=subject.document["glassnet"])
    return Section(
        message("reproduce.title"), [Paragraph(text), Code(lines), *_seedless(trained_with.get("random_state"))]
    )


def _seedless(seed: Any) -> list[Block]:
    return [paragraph("reproduce.no_seed")] if seed is None else []


def _train_command(subject: Subject) -> str:
    """Return the command with all settings that differ from their defaults."""
    settings, model = subject.document["settings"], subject.model
    target, pictures = model.target_name_, model.preparation_.pictures
    options: dict[str, Any] = {
        "target": target if target and not pictures else None,
        "task": "classes" if subject.classes else "numbers",
        "sample-weight": model.sample_weight_name_,
        **{
            CLASSIFIER[name].option_name: _typed(subject, name, value)
            for name, value in settings.items()
            if value != CLASSIFIER[name].default and CLASSIFIER[name].option is not None and name != "engine"
        },
        "test": _test_share(subject, settings),
        "size": pictures.height if pictures else None,
        "engine": in_new_words(subject.record.get("engine", "")) or None,
        "out": subject.name,
    }
    words = [_option(name, value) for name, value in options.items() if value is not None]
    source = _quoted(subject.training.name) if subject.training else "TRAINING_DATA"
    return " ".join(["glassnet train", source, *words])


def _typed(subject: Subject, name: str, value: Any) -> Any:
    """Return what is typed for a setting."""
    flag = CLASSIFIER[name].flag
    if flag is not None:
        return True if value == flag[0] else None
    if name == "cost_matrix" and isinstance(value, list):
        pairs = [(true, found) for true in range(len(value)) for found in range(len(value)) if true != found]
        labels = subject.model.classes_.tolist()
        return ",".join(f"{labels[true]}:{labels[found]}={value[true][found]:g}" for true, found in pairs)
    return "none" if value == [] else value


def _option(name: str, value: Any) -> str:
    if isinstance(value, bool):
        return f"--{name}" if value else f"--no-{name}"
    return f"--{name} {_quoted(value)}"


def _test_share(subject: Subject, settings: Mapping[str, Any]) -> float | None:
    """Return what part of the training data went to the test, as the model file or its record tells; None: as usual."""
    source = subject.model.source_
    if source is not None and source.file is not None:
        return None if source.test in (None, TEST_SHARE) else source.test
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
        if value != TRAINING[name].default and name != "iterations"
    }
    if record:
        settings.pop("epochs", None)
        settings["iterations"] = record["steps"]
        settings["engine"] = in_new_words(record["engine"])
    network = f"{list(architecture.sizes)}, {list(architecture.activations)}, {architecture.loss!r}"
    stack = "" if subject.network.n_networks is None else f", n_networks={subject.network.n_networks}"
    embedding = "" if architecture.embedding is None else f", embedding={tuple(architecture.embedding)}"
    arguments = ", ".join(f"{name}={value!r}" for name, value in settings.items())
    return [
        "from glassnet import Network",
        f"net = Network({network}, dtype={subject.network.dtype.name!r}{stack}{embedding})",
        *([f"history = net.fit(X, Y, {arguments})"] if record else []),
    ]


def _quoted(value: Any) -> str:
    import shlex

    if isinstance(value, float):
        return f"{value:g}"
    return shlex.quote(",".join(map(str, value)) if isinstance(value, list) else str(value))
