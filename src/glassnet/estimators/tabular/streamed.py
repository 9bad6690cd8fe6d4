"""What the networks of one training learn from where rows do not fit into memory: blocks of prepared rows on disk.

Two passes over the rows make the blocks: what the columns are fitted to, then the rows as these prepare them. Rows are
held out by a hash of their position, and by these, few enough to be in memory, all networks are judged; a network that
leaves out rows of its own would need a weight for each row. So "solved linear", which looks at all rows at once, is
left out.

Several processes make the first pass each, and blocks are written once on each disk: all train on the same rows.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, TypeGuard

import numpy as np

from glassnet.arrays.coded_columns import CodedColumns, Rearranged
from glassnet.arrays.joined_columns import joined
from glassnet.arrays.streamed_columns import WINDOW, StoredBlock, StreamedColumns
from glassnet.errors import DataError, SettingError
from glassnet.estimators.tabular.baseline import constants
from glassnet.estimators.tabular.judging import JudgedRows
from glassnet.estimators.tabular.networks import dtype_of, number_of_networks, refuse_another_network
from glassnet.estimators.tabular.recipes import preset_named
from glassnet.estimators.tabular.rows import choices_of
from glassnet.estimators.tabular.samples import Samples
from glassnet.estimators.tabular.shared_blocks import discard_when_all_are_done, written_by_first
from glassnet.estimators.tabular.training_data import VALIDATION_SHARE, Given, TrainingData, prepare
from glassnet.estimators.targets import LabelEncoder, Target, TargetScaler
from glassnet.tables import Preparation
from glassnet.tables.recognition import recognised
from glassnet.tables.streaming import Blocks, Scan, StreamedDataset, folder_of_blocks, scanned, write_blocks
from glassnet.training.position import fingerprint
from glassnet.training.reduction import ALONE, Reduce, of_each, of_first
from glassnet.typing import AnyArray

if TYPE_CHECKING:
    from glassnet.estimators.tabular.model import TableModel

MOST_JUDGES = 100_000  # rows that are held out where no share is asked for: their standard error is small enough
SHARE_OF_WINDOWS = 0.25  # of the memory that may be used: two or three windows are there at a time
GROWTH = 3  # bytes of a row in a window, for each byte that it has on disk: distinct cells are written out
SEED = 0  # of which rows are held out: a second run finds the blocks of the first, whatever else it draws


def is_streamed(X: Any) -> TypeGuard[StreamedDataset | Scan]:
    """Return whether rows are streamed."""
    return isinstance(X, (StreamedDataset, Scan))


def stream_of(X: StreamedDataset | Scan) -> StreamedDataset:
    """Return the rows that are streamed, of which there may have been a first pass."""
    return X.data if isinstance(X, Scan) else X


def prepared(
    model: TableModel, given: Given, given_val: Given, *, warm: bool, seed: int, reduce: Reduce | None = None
) -> TrainingData:
    """Check, prepare and split rows, in memory or streamed."""
    if not is_streamed(given.X):
        return prepare(model, given, given_val, warm=warm, seed=seed)
    _refuse_what_they_bring(given, given_val)
    reduce = reduce or ALONE
    scan = given.X if isinstance(given.X, Scan) else scan_of(model, _within_the_least_memory(given.X, reduce))
    return _streamed(model, scan, warm=warm, seed=seed, reduce=reduce)


def _within_the_least_memory(data: StreamedDataset, reduce: Reduce) -> StreamedDataset:
    """Return rows within the least memory that a process has: how many are read at once decides their order."""
    return replace(data, memory=min(of_each(reduce, data.memory)))


def scan_of(
    model: TableModel, data: StreamedDataset, test: float = 0.0, progress: Callable[[str, int], None] | None = None
) -> Scan:
    """Return what the first pass over rows finds, for `fit` to train on.

    Parameters
    ----------
    model : TableClassifier or TableRegressor
        Whose settings say what columns are and how many rows are held out.
    data : StreamedDataset
        With a target.
    test : float
        Share of the rows that take no part in the training.
    progress : callable, optional
        Gets what is done, and how many rows it was done with.

    Raises
    ------
    GlassnetError
        If the rows cannot be read, or something is asked for that needs all of them in memory.
    """
    _refuse_what_needs_all_rows(model, data)
    own = data.columns
    data = data.chosen(replace(choices_of(model), weight=own.weight, group=own.group, id=own.id))
    shares = {"test": test, "validation": _share_held_out(model, data)}  # in this order: which rows test is kept
    return scanned(data, {name: share for name, share in shares.items() if share}, SEED, progress)


def _streamed(model: TableModel, scan: Scan, *, warm: bool, seed: int, reduce: Reduce = ALONE) -> TrainingData:
    """Prepare blocks of streamed rows, and return what reads them."""
    data = scan.data
    target = model._decisions(model.target_ if warm else _target(model, scan))
    key = json.dumps(target.to_document(), sort_keys=True)
    labels = target.classes if isinstance(target, LabelEncoder) else None
    preparation = model.preparation_ if warm else None
    write = partial(write_blocks, scan, target.encode, key, preparation, labels=labels)
    blocks = written_by_first(reduce, folder_of_blocks(data.cache), write)
    mass = _mass_of_classes(target, scan, blocks.training.parts)
    class_weights = None
    if isinstance(target, LabelEncoder):
        class_weights = model._weights_of_classes(target, Samples(None, target.classes, mass))
        if class_weights is not None and target.costs is not None:
            target = replace(target, class_weights=class_weights)
    preparation, n_columns, n_rows = blocks.preparation, len(blocks.preparation.source), blocks.training.n_rows
    if n_rows < 2:
        raise DataError(f"{n_rows} rows are left to train on; a network needs at least 2")
    model.feature_names_in_ = np.asarray(preparation.source, dtype=object)
    if warm:
        refuse_another_network(model, n_columns, n_rows)
    k = (model.network_.n_networks or 1) if warm else number_of_networks(model, n_columns, n_rows)
    stream = partial(
        StreamedColumns, dtype=dtype_of(model), weighted=scan.layout.weight is not None or class_weights is not None,
        fingerprint=of_first(reduce, blocks.fingerprint), window=_window(blocks, data.memory),
        of_weights=_weighing(target, class_weights),
    )  # fmt: skip
    X, judged = _columns(blocks, stream, target, class_weights)
    validation = _validation(judged)
    discard = partial(discard_when_all_are_done, reduce, blocks) if data.cache is None else _keep
    result = TrainingData(
        preparation, target, _notes(model, scan, preparation), n_columns, X, None, None, validation, None,
        fingerprint(X, *(validation or ())), k, np.random.default_rng(seed), seed, warm, judged,
        _constants(model, target, scan, mass), None, discard=discard,
    )  # fmt: skip
    if warm or model.hidden is not None:
        return result
    scores = None
    if blocks.scored is not None:
        X, judged = _columns(blocks.scored, stream, target, class_weights)
        scores = _instead(result, blocks.scored.preparation, X, judged)
    units = max(each.embedding for each in model._recipes.values())
    return result._replace(scores=scores, grouped=_grouped(scores or result, scan, units))


def _window(blocks: Blocks, memory: int) -> int:
    """Return how many samples are in memory together."""
    bytes_of_a_row = max(1, GROWTH * blocks.training.nbytes // blocks.training.n_rows)
    return int(min(WINDOW, max(1, SHARE_OF_WINDOWS * memory // bytes_of_a_row)))


def _columns(
    blocks: Blocks, stream: Callable[..., StreamedColumns], target: Target, class_weights: AnyArray | None
) -> tuple[StreamedColumns, JudgedRows | None]:
    """Return the samples of training as a stream, and those held out."""
    rows, preparation = blocks.training, blocks.preparation
    X = stream(rows.parts, (rows.n_features, rows.n_rows), is_sparse=bool(preparation.text))
    judged = _judged(target, blocks.validation.parts, class_weights, X.dtype)
    return _arranged(preparation, X, judged) if preparation.groups else (X, judged)


def _arranged(
    preparation: Preparation, X: StreamedColumns, judged: JudgedRows | None
) -> tuple[StreamedColumns, JudgedRows | None]:
    """Return features, as blocks have them, with numbers in the groups of a preparation."""
    places, n = np.array(preparation.places), preparation.n_features

    def arranged(X: CodedColumns) -> CodedColumns:
        return CodedColumns([Rearranged(X.blocks, places, n)], X.dtype)

    X = X.changed(shape=(n, X.shape[1]), of_features=arranged)
    return X, judged and judged._replace(X=arranged(judged.X))


def _validation(judged: JudgedRows | None) -> tuple[Any, ...] | None:
    return None if judged is None else (judged.X, judged.Y, *([] if judged.S is None else [judged.S]))


def _instead(
    data: TrainingData, preparation: Preparation, X: StreamedColumns, judged: JudgedRows | None
) -> TrainingData:
    """Return the data as another preparation makes its features."""
    validation = _validation(judged)
    own = fingerprint(X, *(validation or ()))
    return data._replace(preparation=preparation, X=X, validation=validation, fingerprint=own, judged=judged)


def _keep() -> None:
    """Keep the blocks: the user named their folder."""


def _refuse_what_they_bring(given: Given, given_val: Given) -> None:
    """Raise DataError where something is given that streamed rows bring along."""
    for name, value in (("y", given.y), ("sample_weight", given.sample_weight), ("groups", given.groups)):
        if value is not None:
            raise DataError(f"{name}: streamed rows bring it along: glassnet.dataset(..., target=..., weight=...)")
    if given_val.X is not None:
        raise DataError("X_val: rows that are streamed hold out their own; set validation, a share of them")


def _refuse_what_needs_all_rows(model: TableModel, data: StreamedDataset) -> None:
    """Raise SettingError or DataError where something is asked for that streamed rows cannot have."""
    if data.target is None:
        raise DataError("the streamed rows name no target: glassnet.dataset(..., target=...)")
    if model.time is not None:
        raise SettingError("time: the latest rows are found among all; those that are streamed are held out at random")
    if preset_named(model.preset).plain:
        raise SettingError(f"preset {model.preset!r} takes all rows in each step; streamed rows come in mini-batches")


def _share_held_out(model: TableModel, data: StreamedDataset) -> float:
    if model.validation is not None:
        return float(model.validation)
    return min(VALIDATION_SHARE, round(MOST_JUDGES / max(data.rows_about, 1), 6))


def _target(model: TableModel, scan: Scan) -> Target:
    """Return the code between y and target columns."""
    found = scan.target
    if model._task == "classes":
        if found.classes is None:
            values = f"numbers from {found.least:g} to {found.most:g}"
            raise DataError(f"target {scan.data.target!r}: expected classes; got {values}")
        if len(found.classes) == 1:
            only, n = found.classes[0].item(), scan.rows["training"]
            raise DataError(
                f"target {scan.data.target!r} holds a single class, {only!r}, in all {n:,} training rows; "
                "a classifier needs at least 2"
            )
        return model._target(found.classes)
    if np.isnan(found.mean):
        labels = 0 if found.classes is None else len(found.classes)
        raise DataError(f"target {scan.data.target!r}: expected numbers to estimate; got {labels} labels")
    if str(model.loss).partition("(")[0].strip() == "poisson":
        return TargetScaler(np.zeros(1), np.array([found.mean if found.mean > 0 else 1.0]), True)
    return TargetScaler(np.array([found.mean]), np.array([found.deviation if found.deviation > 0 else 1.0]), True)


def _mass_of_classes(target: Target, scan: Scan, blocks: Sequence[StoredBlock]) -> AnyArray | None:
    """Return the sum of the weights of each class's rows; None of numbers."""
    if not isinstance(target, LabelEncoder):
        return None
    if scan.layout.weight is None:
        found = dict(
            zip(np.asarray(scan.target.classes).tolist(), np.asarray(scan.target.counts).tolist(), strict=True)
        )
        return np.array([found.get(label, 0) for label in target.classes.tolist()], float)
    mass = np.zeros(len(target.classes))
    for block in blocks:
        weights = block.weights()
        assert weights is not None
        mass += np.bincount(target.most_probable(block.Y().T), weights[0], len(mass))
    return mass


def _weighing(
    target: Target, class_weights: AnyArray | None
) -> Callable[[AnyArray, AnyArray | None], AnyArray | None]:  # fmt: skip
    """Return what multiplies the weights of samples by those of their classes."""

    def weights(Y: AnyArray, S: AnyArray | None) -> AnyArray | None:
        if class_weights is None:
            return S
        assert isinstance(target, LabelEncoder)
        of_classes: AnyArray = class_weights[target.most_probable(Y.T)][np.newaxis]
        return of_classes if S is None else S * of_classes

    return weights


def _judged(
    target: Target, blocks: Sequence[StoredBlock], class_weights: AnyArray | None, dtype: Any
) -> JudgedRows | None:
    """Return the rows held out, all of them in memory; None where there are none."""
    if not blocks:
        return None
    X = joined([block.X() for block in blocks])
    Y = np.concatenate([block.Y() for block in blocks], axis=1).astype(dtype)
    weights = [block.weights() for block in blocks]
    S = None if weights[0] is None else np.concatenate(weights, axis=1)[0]  # type: ignore[arg-type]
    weighed = S
    if isinstance(target, LabelEncoder):
        indices = target.most_probable(Y.T)
        y = target.classes[indices]
        if class_weights is not None:
            weighed = class_weights[indices] * (1.0 if S is None else S)
    else:
        y = target.decode(Y.T.astype(np.float64))
    return JudgedRows(
        CodedColumns.of(X, dtype), Y, None if weighed is None else weighed[np.newaxis].astype(dtype), y, S, None
    )


def _constants(model: TableModel, target: Target, scan: Scan, mass: AnyArray | None) -> dict[str, list[float]]:
    """Return what every row could be answered: shares and mean are of all rows, quantiles of a sample."""
    loss = model.loss or model._default_loss
    if isinstance(target, LabelEncoder):
        return constants(target, target.classes, mass, loss)
    y = scan.layout.target.read(scan.sample).y
    return {**constants(target, y, None, loss), "the mean": [float(scan.target.mean)]}


def _notes(model: TableModel, scan: Scan, preparation: Preparation) -> list[str]:
    """Return what is noticed in the data: how many rows classes have, and in a sample what copies the target."""
    of_classes = () if model._task == "numbers" else (scan.target.classes, scan.target.counts)
    found, known = scan.layout.target.read(scan.sample), scan.data.columns.resolved(scan.sample.column_names)
    X = found.table.drop_columns([name for name in known.aside() if name in found.table.column_names])
    X = recognised(X, known.of_features())
    return [*scan.notes, *preparation.notes, *model._notes(X, scan.layout.target.typed(found.y), of_classes)]


def _grouped(data: TrainingData, scan: Scan, units: int) -> TrainingData | None:
    """Return the data with numbers in groups, as networks take them that embed numbers; None where these are few."""
    if data.preparation.text or not units:
        return None
    preparation = data.preparation.grouped(scan.sample, least=units)
    if preparation is None:
        return None
    return _instead(data, preparation, *_arranged(preparation, data.X, data.judged))
