"""The model card: what a model is, what it was made of and how good it is, as Markdown with the head that hubs read.

A card is made of the model file and of data whose targets are known, and of nothing else: the same files give the same
card. Its texts are in the language that is spoken, its head and its numbers are the same in both.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from glassnet.curves import calibration_curve
from glassnet.errors import DataError, SettingError, UnknownNameError
from glassnet.estimators.tabular.settings import CLASSIFIER
from glassnet.inspection.intervals import wilson
from glassnet.plain_text import listed, one_line, visible
from glassnet.report.subject import Subject, Trial, open_subject, part_and_role
from glassnet.scoring import coverage
from glassnet.tables.arrow import pa, pc
from glassnet.tables.streaming import OF_PARTS
from glassnet.texts import language, told
from glassnet.typing import AnyArray
from glassnet.workflows import with_targets
from glassnet.workflows.command_line import train_command
from glassnet.workflows.parts import TEST_SHARE

FEW = 50  # rows of a class or a group, of which a score says little
MOST_ROWS = 40  # of a table
LISTED = 400  # letters of names in a sentence
Lines = list[str]


def card(model: str | Path, data: str | Path | None = None, groups: Sequence[str] = ()) -> str:
    """Return the card of a model file.

    Parameters
    ----------
    model : path
        Model file of a table's model.
    data : path, optional
        Rows with known targets: of the file of the training those that were kept for the test are scored.
    groups : sequence of str
        Columns of the data by whose values scores are told apart.

    Returns
    -------
    str
        Markdown with a YAML head.

    Raises
    ------
    GlassnetError
        If a file cannot be read, the model has no columns, or a group is no column of the data.
    """
    if groups and data is None:
        raise SettingError("group: scores of groups need data with known targets; name it after the model")
    subject = open_subject(model, data)
    if not hasattr(subject.model, "preparation_"):
        raise DataError(f"{model}: a card is for models of tables and pictures; `glassnet report` shows a network")
    name = Path(model).stem
    parts = [
        [f"# {_safe(name)}", "", _what(subject)], _use(subject, name), _data(subject), _scores(subject),
        _classes(subject), *(_group(subject, model, data, group) for group in groups), _calibration(subject),
        _limits(subject), _made(subject),
    ]  # fmt: skip
    text = "\n\n".join("\n".join(part) for part in parts if part)
    return f"{_head(subject, name)}\n{text}\n"


def _head(subject: Subject, name: str) -> str:
    """Return what model hubs read: YAML, whose strings are those of JSON."""
    task = "tabular-classification" if subject.classes else "tabular-regression"
    if subject.model.preparation_.pictures:
        task = "image-classification" if subject.classes else "other"
    lines = ["---", f"language: {language()}", "library_name: glassnet", f"pipeline_tag: {task}", "tags:", "- glassnet"]
    if subject.trial is not None:
        values = {label.replace(" ", "_"): value for label, value in subject.trial.scores.values.items()}
        lines += ["metrics:", *(f"- {json.dumps(label)}" for label in values), "model-index:"]
        lines += [f"- name: {json.dumps(name)}", "  results:", "  - task:", f"      type: {task}", "    dataset:"]
        lines += [f"      name: {json.dumps(subject.trial.name)}", "      type: tabular", "    metrics:"]
        for label, value in values.items():
            lines += [f"    - type: {json.dumps(label)}", f"      value: {_digits(value)}"]
    return "\n".join([*lines, "---", ""])


def _what(subject: Subject) -> str:
    target = subject.model.target_name_ or "y"
    if not subject.classes:
        return _say(f"A network that estimates {_code(target)} for each row.")
    shown = listed([_code(label) for label in subject.classes], LISTED)
    return _say(f"A network that tells {len(subject.classes)} classes of {_code(target)} apart: {shown}.")


def _use(subject: Subject, name: str) -> Lines:
    file, regress = subject.name, not subject.classes
    more = "model.predict_interval(rows)" if regress else "model.predict_proba(rows)"
    return [
        _title("Use"), "```sh", f"glassnet predict {_word(file)} DATA --out predictions.csv", "```", "", "```python",
        "import glassnet", "", f"model = glassnet.load({json.dumps(file)})", "model.predict(rows)", more, "```",
    ]  # fmt: skip


def _data(subject: Subject) -> Lines:
    model, lines = subject.model, [_title("Data")]
    source, samples = model.source_, subject.record.get("samples")
    if source is not None and source.file is not None:
        size, crc = source.file
        has, checksum = f"{source.rows:,} rows, {size:,} bytes", _code(f"{crc % OF_PARTS:08x}")
        if crc < OF_PARTS:
            lines.append(_say(f"The file of the training has {has} and the checksum (CRC-32) {checksum}."))
        else:
            of = "their names, sizes and times have"
            lines.append(_say(f"The rows were read in parts: the files have {has}; {of} the checksum {checksum}."))
        if source.test:
            lines.append(
                _say(f"A share of {source.test:g} of the rows was kept for the test, by the seed {source.seed}.")
            )
    if samples:
        lines.append(_say(f"The networks learned from {samples:,} rows."))
    if subject.trial is not None and subject.trial.digest:
        lines.append(_say(f"The file that is scored below has the SHA-256 {_code(subject.trial.digest)}."))
    preparation = model.preparation_
    if preparation.pictures:
        return [*lines, "", _say(f"A sample is a picture of {preparation.pictures.describe()}.")]
    kinds: dict[str, list[str]] = {}
    for column in preparation.columns:
        kinds.setdefault(column.name, []).append(column.kind)
    lost = {} if subject.trial is None else subject.trial.lost
    head = ["column", "kind", *(["missing"] if lost else [])]
    rows = [[_safe(name), told(kind[0]), *([f"{lost[name]:.1%}"] if lost else [])] for name, kind in kinds.items()]
    lines += ["", *_table(head, rows)]
    dropped = [name for name in preparation.source if name not in kinds]
    if dropped:
        lines += ["", _say(f"Not used: {', '.join(map(_code, dropped))}.")]
    return [*lines, *_notes(preparation.notes)]


def _scores(subject: Subject) -> Lines:
    trial = subject.trial
    if trial is None:
        return [_title("Scores"), _say("No data was given to score the model on.")]
    roles = {
        "kept": "rows of the file of the training that were kept for the test",
        "learned": "rows that the networks learned from: scores of new ones may be lower",
        "another": "rows of another file than that of the training",
        "unknown": "rows of which the model file does not say whether the networks learned from them",
    }
    beside = trial.scores.baseline
    head = ["score", "this model", *beside]
    rows = [
        [told(label), _number(value), *(_number(each[label]) if label in each else "" for each in beside.values())]
        for label, value in trial.scores.values.items()
    ]
    return [_title("Scores"), _say(f"{len(trial.y):,} {roles[trial.role]}."), "", *_table(head, rows, beside)]


def _classes(subject: Subject) -> Lines:
    trial = subject.trial
    if trial is None or not trial.scores.confusion:
        return []
    counts = np.array(trial.scores.confusion)
    right, true, found = counts.diagonal(), counts.sum(axis=1), counts.sum(axis=0)
    recall, precision = (
        np.divide(right, all_, out=np.full(len(right), np.nan), where=all_ > 0) for all_ in (true, found)
    )
    rows = [
        [_safe(label), f"{true[k]:,}", _number(precision[k]), _number(recall[k]),
         _number(2 * right[k] / (true[k] + found[k]) if true[k] + found[k] else np.nan)]
        for k, label in enumerate(subject.classes[:MOST_ROWS])
    ]  # fmt: skip
    lines = [_title("Scores by class"), *_table(["class", "rows", "precision", "recall", "F1"], rows)]
    return [*lines, *_of_all(len(rows), len(subject.classes))]


def _of_all(shown: int, n: int) -> Lines:
    """Return a sentence where a table does not show all."""
    return ["", _say(f"The table shows {shown} of {n:,}.")] if shown < n else []


def _group(subject: Subject, model: str | Path, data: str | Path | None, group: str) -> Lines:
    trial = subject.trial
    assert data is not None
    assert trial is not None
    estimator, dataset = with_targets(model, data)
    part, _ = part_and_role(estimator, dataset, data, test=True)
    if not isinstance(part.X, pa.Table) or group not in part.X.column_names:
        raise UnknownNameError.among("column", group, getattr(part.X, "column_names", ()))
    cells = pc.fill_null(pc.cast(part.X[group], pa.string()), "").to_numpy()
    values, codes, counts = np.unique(cells, return_inverse=True, return_counts=True)
    rows = [
        [_safe(values[k]) or told("(missing)"), f"{counts[k]:,}", *_of_group(subject, trial, codes == k)]
        for k in np.argsort(-counts, kind="stable")[:MOST_ROWS]
    ]
    scores = ["accuracy", "95% interval", "log loss"] if subject.classes else ["RMSE", "MAE", "mean error"]
    lines = [_title("Scores by group"), _say(f"By the values of {_code(group)}."), ""]
    lines += _table([_code(group), "rows", *scores], rows, [_code(group)])
    lines += _of_all(len(rows), len(values))
    few = int(np.sum(counts < FEW))
    return [*lines, *(["", _say(f"{few} groups have fewer than {FEW} rows: their scores say little.")] if few else [])]


def _of_group(subject: Subject, trial: Trial, mask: AnyArray) -> Lines:
    y, answers = trial.y[mask], trial.answers[mask]
    if not subject.classes:
        errors = answers - y
        return [_number(each) for each in (np.sqrt(np.mean(errors**2)), np.mean(np.abs(errors)), np.mean(errors))]
    accuracy = float(np.mean(answers == y)) if y.ndim == 1 else float(np.mean((answers == y).all(axis=1)))
    low, high = wilson(accuracy, len(y))
    lines = [_number(accuracy), f"{low:.3f} - {high:.3f}"]
    if y.ndim > 1 or trial.probabilities is None:
        return [*lines, ""]
    chance = trial.probabilities[mask][np.arange(len(y)), subject.model.target_.class_indices(y)]
    return [*lines, _number(float(-np.mean(np.log(np.maximum(chance, 1e-15)))))]


def _calibration(subject: Subject) -> Lines:
    trial, model = subject.trial, subject.model
    if trial is None or trial.y.ndim > 1:
        return []
    lines = [_title("Calibration")]
    if not subject.classes:
        if model.conformity_ is None:
            return []
        found = coverage(model, trial.rows, trial.y, 0.9)
        words = f"Intervals that are to hold 90% of the numbers hold {found.measured:.1%} of these {found.rows:,}."
        return [*lines, _say(words)]
    P = trial.probabilities
    assert P is not None
    two = len(subject.classes) == 2
    chance = P[:, 1] if two else P.max(axis=1)
    true = trial.y == model.classes_[1] if two else model.classes_[P.argmax(axis=1)] == trial.y
    curve = calibration_curve(chance, np.asarray(true))
    of = f"the probability of {_code(subject.classes[1])}" if two else "the probability of the most probable class"
    words = f"By {of}: mean distance between probability and share {curve.error:.4f}."
    rows = [
        [_number(p), _number(share), f"{count:,}"]
        for p, share, count in zip(curve.probability, curve.share, curve.rows, strict=True)
    ]
    return [*lines, _say(words), "", *_table(["mean probability", "share that is true", "rows"], rows)]


def _limits(subject: Subject) -> Lines:
    model, trial = subject.model, subject.trial
    lines = [_title("Limits")]
    points = [
        "The model knows what its training rows show; answers to rows of another kind are guesses.",
        "A column of the training that is missing is refused by predict, or counts as empty with --allow-missing.",
    ]
    if trial is not None and model.novelty_ is not None:
        unlike = float(np.mean(model.novelty(trial.rows) > 1))
        points.append(f"{unlike:.1%} of the scored rows are unlike those of the training (of these 1% are).")
    if trial is not None and subject.classes and trial.y.ndim == 1:
        labels, counts = np.unique(trial.y, return_counts=True)
        few = [f"{_code(label)} ({count})" for label, count in zip(labels, counts, strict=True) if count < FEW]
        if few:
            points.append(f"Classes with fewer than {FEW} scored rows: {listed(few, LISTED)}.")
    if subject.repeated:
        points.append(f"{subject.repeated} scored rows are also among those of the training.")
    if model.was_interrupted:
        points.append("The training was interrupted.")
    return [*lines, *(f"- {_say(point)}" for point in points)]


def _made(subject: Subject) -> Lines:
    model, record, architecture = subject.model, subject.record, subject.network.architecture
    sizes, k = "-".join(map(str, architecture.sizes)), subject.network.n_networks or 1
    rows = [
        ["glassnet", subject.document["glassnet"]], [told("layers"), sizes],
        [told("activations"), ", ".join(architecture.activations)], [told("loss"), architecture.loss],
        [told("parameters"), f"{architecture.n_parameters:,}"], [told("networks side by side"), str(k)],
        *([told(name), str(record[name])] for name in ("epochs", "steps") if name in record),
    ]  # fmt: skip
    settings = {name: value for name, value in record.get("settings", {}).items() if value is not None}
    rows += [[_code(name), _safe(value)] for name, value in settings.items() if name in CLASSIFIER]
    lines = [_title("How it was made"), *_table(["what", "value"], rows, [])]
    others = [note for note in model.notes_ if note not in model.preparation_.notes]
    return [*lines, "", "```sh", _command(subject), "```", *_notes(others)]


def _command(subject: Subject) -> str:
    """Return the line that trains the same model."""
    model, source = subject.model, subject.model.source_
    given = {
        name: value
        for name, value in subject.document["settings"].items()
        if name in CLASSIFIER and value != CLASSIFIER[name].default and CLASSIFIER[name].option is not None
    }
    said: dict[str, Any] = {
        "target": None if model.preparation_.pictures else model.target_name_,
        "task": "classes" if subject.classes else "numbers", "weight": model.sample_weight_name_,
    }  # fmt: skip
    if source is not None:
        said |= {"group": source.group, "id": list(source.id) or None}
        said |= {"test": None if source.test in (None, TEST_SHARE) else source.test}
    known = subject.trial is not None and subject.trial.role in ("kept", "learned")
    return train_command(subject.trial.name if known and subject.trial else "DATA", said, given)


# ---------------------------------------------------------------- Markdown
def _title(text: str) -> str:
    return f"## {told(text)}\n"


def _say(sentence: str) -> str:
    return told(sentence)


def _notes(notes: Sequence[str]) -> Lines:
    return ["", *(f"- {_safe(told(one_line(note)))}" for note in notes)] if notes else []


def _table(head: Sequence[str], rows: Sequence[Sequence[str]], names: Sequence[str] | Mapping[str, Any] = ()) -> Lines:
    """Return a table; heads that are names of the user's stay as they are."""
    shown = [_safe(each) if each in names and not each.startswith("`") else told(each) for each in head]
    return [f"| {' | '.join(row)} |" for row in (shown, ["---"] * len(head), *rows)]


def _safe(value: Any) -> str:
    """Return text that is no markup."""
    text = visible(value if isinstance(value, str) else str(value))
    for sign in "\\`*_[]<>|#":
        text = text.replace(sign, f"\\{sign}")
    return text


def _code(value: Any) -> str:
    """Return a name as code, which keeps every sign but backquotes and bars."""
    return f"`{visible(str(value)).replace('`', chr(39)).replace('|', '/')}`"


def _word(name: str) -> str:
    import shlex

    return shlex.quote(visible(name))


def _number(value: Any) -> str:
    return "-" if not np.isfinite(value) else f"{value:.4f}" if abs(value) < 10 else f"{value:,.6g}"


def _digits(value: float) -> str:
    return "null" if not np.isfinite(value) else f"{value:.6g}"
