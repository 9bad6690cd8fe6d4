"""What two passes over the parts of a table find is what a fit in memory finds, however the table is cut."""

import datetime as dt
import warnings
from dataclasses import replace
from unittest.mock import patch

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.dataset
import pyarrow.feather
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import glassnet
from glassnet.errors import DataError, DataWarning, FileError, SettingError, UnknownNameError, WrongTypeError
from glassnet.tables import fit_preparation, rows_at
from glassnet.tables.choices import ColumnChoices
from glassnet.tables.columns.target_means import FOLDS, PRIOR, TargetMeans
from glassnet.tables.columns.text_scores import PENALTY, TextScores
from glassnet.tables.recognition import recognised
from glassnet.tables.streaming import is_streamable, scanned, write_blocks
from glassnet.tables.streaming.positions import fold_of, position_hashes
from glassnet.texts.tables import is_known

DAY = dt.date(2020, 1, 1)


def sentence(rng):
    return " ".join(rng.choice(["tall", "small", "blue", "tree", "house", "HOUSE!", "看", "2024"], rng.integers(3, 9)))


def random_table(rng, m, *, nan=False):
    """Return a table with columns of every kind, with missing cells, and its target."""
    lost = rng.random(m) < rng.choice([0, 0.3])
    start = dt.datetime(2021, 3, 1)
    columns = {
        "number": pa.array(np.where(lost, np.nan, rng.standard_normal(m)), from_pandas=not nan),
        "count": rng.integers(0, 6, m),
        "truth": rng.random(m) < 0.5,
        "word": [None if gone else f"w{k}" for gone, k in zip(lost, rng.integers(0, 4, m), strict=True)],
        "many": [f"v{k}" for k in rng.zipf(1.3, m).clip(max=400)],
        "day": [DAY + dt.timedelta(int(k)) for k in rng.integers(0, 900, m)],
        "moment": [start + dt.timedelta(minutes=int(k)) for k in rng.integers(0, 99_999, m)],
        "clock": [dt.time(int(k) // 60, int(k) % 60) for k in rng.integers(0, 1440, m)],
        "place": [f"{lat:.4f}, {lon:.4f}" for lat, lon in zip(*rng.uniform(-80, 80, (2, m)), strict=True)],
        "story": [None if gone else sentence(rng) for gone in lost],
        "price": [f"{k:,.2f} €" for k in rng.uniform(0, 1e4, m)],
        "nothing": pa.nulls(m),
        "one": ["same"] * m,
        "customer_id": rng.permutation(m) + 10**6,
        "spelled": [f"{k:.2f}" for k in rng.standard_normal(m)],
        "target": rng.choice(["yes", "no", "maybe"], m) if rng.random() < 0.5 else rng.standard_normal(m),
    }
    names = [str(name) for name in rng.permutation(list(columns))]
    return pa.table({name: columns[name] for name in names})


def written(folder, table, rng, n_parts=3):
    """Write a table in random parts, and return it in the order in which they are read."""
    folder.mkdir()
    cuts = np.sort(rng.integers(0, len(table) + 1, n_parts - 1))
    for k, rows in enumerate(np.split(np.arange(len(table)), cuts)):
        pq.write_table(table.take(rows), folder / f"part{k}.parquet", row_group_size=int(rng.integers(20, 90)))
    return folder


def small_batches():
    return patch.multiple("glassnet.tables.streaming.parts", MOST_ROWS=16, LEAST_ROWS=4)


def encode_of(scan):
    """Return targets as columns, as estimators have them."""
    if scan.target.kind == "f":
        return lambda y: ((y - scan.target.mean) / scan.target.deviation)[:, np.newaxis]
    classes = scan.target.classes
    one = len(classes) <= 2
    return lambda y: y[:, np.newaxis] == (classes[1:] if one else classes)


def expanded(rows, what="X"):
    parts = [getattr(part, what)() for part in rows.parts]
    return np.concatenate([part.toarray() if what == "X" else part for part in parts], axis=1)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=15)
@given(st.integers(0, 2**32 - 1))
def test_columns_are_those_of_a_fit_in_memory(tmp_path_factory, seed):
    rng, folder = np.random.default_rng(seed), tmp_path_factory.mktemp("parts")
    table = random_table(rng, int(rng.integers(30, 300)), nan=rng.random() < 0.5)
    share = float(rng.choice([0, 0.3]))
    with small_batches(), patch("glassnet.tables.streaming.writing.ROWS", 50):
        data = glassnet.dataset(written(folder / "data", table, rng), "target", cache=folder / "cache")
        scan = scanned(data, {"validation": share})
        blocks = write_blocks(scan, encode_of(scan))
        parts = {
            part: pa.concat_tables([table.slice(0, 0), *data.batches(part, shares={"validation": share})])
            for part in ("training", "validation")
        }
    assert {part: len(rows) for part, rows in parts.items()} == dict(scan.rows)
    X, train = table.drop_columns(["target"]), parts["training"]
    decided = rows_at(recognised(X), np.array(_rows_of(table, train), int))  # by all rows, before some are set aside
    targets = encode_of(scan)(np.array(train["target"].to_pylist()))
    preparation = fit_preparation(decided, targets)
    for one, other in zip(preparation.columns, blocks.preparation.columns, strict=True):
        if isinstance(one, TargetMeans):
            assert one.values == other.values
            np.testing.assert_allclose(one.means, other.means, rtol=1e-6, atol=1e-6)
        else:
            assert one == other
    assert blocks.preparation.notes == preparation.notes
    assert (blocks.training.n_rows, blocks.validation.n_rows) == (len(train), len(parts["validation"]))
    np.testing.assert_array_equal(
        expanded(blocks.training, "Y"), targets.T.astype(expanded(blocks.training, "Y").dtype)
    )
    found, known = expanded(blocks.training), preparation.transform(train).T
    assert (blocks.scored is not None) == (blocks.preparation.text == "mixed")
    from_targets = [": mean" in name for name in preparation.feature_names]
    np.testing.assert_array_equal(found[~np.array(from_targets)], known[~np.array(from_targets)])
    if blocks.scored is not None:
        _scores_are_those_of_memory(blocks.scored, preparation, train, targets, parts["validation"])
    if blocks.validation.n_rows:
        expected = blocks.preparation.transform(parts["validation"]).T
        np.testing.assert_allclose(expanded(blocks.validation), expected, rtol=1e-6, atol=1e-6)


def _scores_are_those_of_memory(blocks, words, train, targets, validation):
    preparation = words.with_text_scores(train, targets)
    assert blocks.preparation.feature_names == preparation.feature_names
    for one, other in zip(preparation.columns, blocks.preparation.columns, strict=True):
        if isinstance(one, TextScores):
            np.testing.assert_allclose(one.weights, other.weights, rtol=1e-3, atol=1e-4)  # both of an iteration
            assert replace(one, weights=()) == replace(other, weights=())
    found = expanded(blocks.training)
    assert found.shape == (preparation.n_features, len(train))
    if len(validation):
        np.testing.assert_allclose(
            expanded(blocks.validation), blocks.preparation.transform(validation).T, rtol=1e-5, atol=1e-5
        )


def _rows_of(table, part):
    """Return the indices of rows, by a column that nearly always has another value in each."""
    place = {}
    for row, key in enumerate(zip(table["spelled"].to_pylist(), table["moment"].to_pylist(), strict=True)):
        place.setdefault(key, []).append(row)
    keys = zip(part["spelled"].to_pylist(), part["moment"].to_pylist(), strict=True)
    return [place[key].pop(0) for key in keys]


def many_values(rng, m):
    values = [f"v{k}" for k in rng.integers(0, 80, m)]
    return pa.table({"many": values, "a": rng.standard_normal(m), "target": rng.standard_normal(m)})


def test_no_training_row_reads_its_own_target(tmp_path):
    rng = np.random.default_rng(0)
    table = many_values(rng, 300)
    pq.write_table(table, tmp_path / "only.parquet")
    scan = scanned(glassnet.dataset(tmp_path / "only.parquet", "target", cache=tmp_path / "cache"))
    blocks = write_blocks(scan, lambda y: y[:, np.newaxis])
    means = blocks.preparation.columns[1]
    j = blocks.preparation.feature_names.index("many: mean target")
    found = expanded(blocks.training)[j]
    fold, y = fold_of(position_hashes("only.parquet", 0, 300), FOLDS), np.array(table["target"])
    many = np.array(table["many"].to_pylist())
    assert len(set(fold)) == FOLDS
    for i in range(300):
        others = fold != fold[i]
        same = others & (many == many[i])
        expected = ((y[same] - y[others].mean()) / y[others].std()).sum() / (same.sum() + PRIOR)
        assert found[i] == pytest.approx(expected if many[i] in means.values else 0, rel=1e-5, abs=1e-6)


def stories(rng, m, words=40):
    stories = [" ".join(f"w{chr(97 + k % 26)}{k // 26}" for k in rng.integers(0, words, 6)) for _ in range(m)]
    return pa.table({"story": stories, "a": rng.standard_normal(m), "target": rng.standard_normal(m)})


@pytest.mark.parametrize("most", [2**17, 200])
def test_scores_of_a_training_row_are_of_the_other_folds(tmp_path, most):
    m = 400
    table = stories(np.random.default_rng(0), m)
    pq.write_table(table, tmp_path / "only.parquet")
    scan = scanned(glassnet.dataset(tmp_path / "only.parquet", "target", cache=tmp_path / "cache"))
    with patch("glassnet.tables.streaming.scores.MOST_ROWS", most), small_batches():
        blocks = write_blocks(scan, lambda y: y[:, np.newaxis])
    names = blocks.preparation.feature_names
    words = [name.startswith("story: ") for name in names]
    X, y = expanded(blocks.training)[words].T.astype(float), np.array(table["target"])
    found = expanded(blocks.scored.training)[blocks.scored.preparation.feature_names.index("story: score")]
    fold = fold_of(position_hashes("only.parquet", 0, m), FOLDS)
    some = np.random.default_rng(0).random(m) < most / m
    assert some.all() == (most > m)
    for k in range(FOLDS):
        used = some & (fold != k)
        centred = (y[used] - y[used].mean()) / y[used].std()
        weights = np.linalg.solve(X[used].T @ X[used] + PENALTY * np.eye(X.shape[1]), X[used].T @ centred)
        np.testing.assert_allclose(found[fold == k], X[fold == k] @ weights, atol=5e-3)


def test_no_scores_of_words_alone_or_of_too_many_targets(tmp_path):
    table = stories(np.random.default_rng(1), 200)
    pq.write_table(table, tmp_path / "mixed.parquet")
    pq.write_table(table.drop_columns(["a"]), tmp_path / "alone.parquet")
    for name, targets, scored in (("mixed", 10, True), ("mixed", 11, False), ("alone", 1, False)):
        scan = scanned(glassnet.dataset(tmp_path / f"{name}.parquet", "target", cache=tmp_path / "cache"))
        blocks = write_blocks(scan, lambda y, n=targets: np.tile(y[:, np.newaxis], (1, n)), key=str(targets))
        assert (blocks.scored is not None) == scored


def test_terms_that_are_too_many_to_count_are_within_their_bound(tmp_path):
    rng, m = np.random.default_rng(3), 40_000
    often = np.minimum(rng.zipf(1.2, (m, 8)), 5000)
    table = pa.table({
        "story": [" ".join(f"w{k:x}q" for k in row) for row in often], "target": rng.standard_normal(m),
    })  # fmt: skip
    for k in range(4):
        pq.write_table(table.slice(k * m // 4, m // 4), tmp_path / f"{k}.parquet")
    exact = dict(zip(*_terms(fit_preparation(table.drop_columns(["target"]))), strict=True))
    with patch.multiple("glassnet.tables.streaming.scan", SAMPLE=2**11, LEAST_SAMPLE=2**11):
        found = dict(zip(*_terms(scanned(glassnet.dataset(tmp_path, "target")).preparation), strict=True))
    size, occurrences = 4 * 2**11, 15 * m  # eight words and seven pairs in a cell, at most
    bound = occurrences / size
    assert 0 < len(found) < len(exact)
    for term, n in exact.items():
        assert term in found or n <= bound
    for term, n in found.items():
        assert exact.get(term, 1) <= n <= exact.get(term, 1) + bound
    top = sorted(exact, key=exact.get)[-200:]
    assert all(found[term] == pytest.approx(exact[term], abs=bound) for term in top)


def _terms(preparation):
    return preparation.columns[0].terms, preparation.columns[0].frequencies


def _folder(table, folder):
    (folder / "data").mkdir()
    for k in range(3):
        pq.write_table(table.slice(k * 50, 50), folder / "data" / f"{k}.parquet")
    return folder / "data"


def _file(table, path):
    pq.write_table(table, path)
    return path


SOURCES = {
    "a folder": _folder,
    "a file": lambda table, folder: _file(table, folder / "a.parquet"),
    "an Arrow data set": lambda table, folder: pyarrow.dataset.dataset(_folder(table, folder)),
    "a function": lambda table, folder: lambda: iter(table.to_batches(40)),
    "a list of tables": lambda table, folder: [table.slice(0, 30), table.slice(30)],
    "an iterator": lambda table, folder: iter(table.to_batches(40)),
    "a reader of batches": lambda table, folder: table.to_reader(40),
}


@pytest.mark.parametrize("source", SOURCES.values(), ids=SOURCES)
def test_sources(tmp_path, source):
    table = random_table(np.random.default_rng(1), 150)
    data = glassnet.dataset(source(table, tmp_path), "target")
    X = table.drop_columns(["target"])
    for _ in range(2):  # also what can be read once
        assert pa.concat_tables(data.batches()).equals(table)
        assert scanned(data).preparation == fit_preparation(X)


@pytest.mark.parametrize("suffix", ["arrow", "arrows", "feather"])
def test_arrow_files(tmp_path, suffix):
    table = random_table(np.random.default_rng(2), 100)
    path = tmp_path / f"a.{suffix}"
    if suffix == "feather":
        pa.feather.write_feather(table, path, compression="zstd")
    else:
        new = pa.ipc.new_file if suffix == "arrow" else pa.ipc.new_stream
        with new(str(path), table.schema) as writer:
            writer.write_table(table, 30)
    with small_batches():
        assert pa.concat_tables(glassnet.dataset(path).batches()).equals(table)


def test_rows_are_dealt_by_their_position(tmp_path):
    table = random_table(np.random.default_rng(3), 2000)
    folder = written(tmp_path / "data", table, np.random.default_rng(0))
    shares = {"validation": 0.2, "test": 0.1}
    data = glassnet.dataset(folder, "target")
    parts = {name: pa.concat_tables(data.batches(name, shares=shares)) for name in ("training", *shares)}
    assert sum(map(len, parts.values())) == 2000
    assert {name: len(rows) / 2000 for name, rows in parts.items()} == pytest.approx(
        {"training": 0.7, "validation": 0.2, "test": 0.1}, abs=0.04
    )
    (folder / "part0.parquet").rename(folder / "part0.pq")  # another name: the rows of the others stay where they are
    again = glassnet.dataset(folder, "target").batches("test", shares=shares)
    assert len(set(pa.concat_tables(again)["moment"].to_pylist()) & set(parts["test"]["moment"].to_pylist())) > 50
    (folder / "part0.pq").rename(folder / "part0.parquet")
    labelled = list(data.labelled({"test": 0.1}))
    assert sum(len(y) for _, y, _ in labelled) == 2000
    assert set(labelled[0][0].column_names) == set(table.column_names) - {"target"}


def test_groups_stay_together(tmp_path):
    rng = np.random.default_rng(4)
    table = random_table(rng, 500).append_column("who", pa.array(rng.integers(0, 60, 500)))
    folder = written(tmp_path / "data", table, rng)
    data = glassnet.dataset(folder, "target", columns=ColumnChoices(group="who"))
    scan = scanned(data, {"validation": 0.3})
    parts = [set(pa.concat_tables(data.batches(n, shares={"validation": 0.3}))["who"].to_pylist()) for n in scan.rows]
    assert all(parts)
    assert not parts[0] & parts[1]
    assert "who" not in scan.preparation.source


def test_weights(tmp_path):
    rng = np.random.default_rng(5)
    table = pa.table({"a": rng.standard_normal(200), "w": rng.integers(0, 3, 200), "target": rng.standard_normal(200)})
    folder = written(tmp_path / "data", table, rng)
    scan = scanned(glassnet.dataset(folder, "target", weight="w", cache=tmp_path / "cache"))
    blocks = write_blocks(scan, lambda y: y[:, np.newaxis])
    kept = np.array(table["w"]) > 0
    np.testing.assert_array_equal(expanded(blocks.training, "weights")[0], np.array(table["w"])[kept])
    assert scan.preparation.columns == fit_preparation(pa.table({"a": np.array(table["a"])[kept]})).columns


def test_rows_without_a_target_are_left_out(tmp_path):
    table = pa.table({"a": [1.0, 2, 3, 4, 5], "target": ["x", None, "y", "?", "x"]})
    pq.write_table(table, tmp_path / "a.parquet")
    scan = scanned(glassnet.dataset(tmp_path / "a.parquet", "target"))
    assert scan.rows == {"training": 3}
    assert (scan.target.classes.tolist(), scan.target.counts.tolist()) == (["x", "y"], [2, 1])
    assert any("2 rows without a target" in note for note in scan.notes)


@pytest.mark.parametrize(
    ("cells", "kind"),
    [
        ([1, 2, 1], "i"),
        ([1.0, 2.0, 1.0], "i"),
        ([1.5, 2.0, 1.0], "f"),
        ([True, False, True], "b"),
        (["a", "b", "a"], "U"),
    ],
)
def test_targets_have_the_type_that_they_have_in_memory(tmp_path, cells, kind):
    pq.write_table(pa.table({"a": [1, 2, 3] * 10, "target": cells * 10}), tmp_path / "a.parquet")
    found = scanned(glassnet.dataset(tmp_path / "a.parquet", "target")).target
    known = glassnet.read(tmp_path / "a.parquet", "target").y
    assert found.kind == kind
    assert found.classes.dtype == np.unique(known).dtype
    np.testing.assert_array_equal(found.classes, np.unique(known))
    if kind in "if":
        assert (found.mean, found.deviation) == pytest.approx((known.mean(), known.std()))


def broken(tmp_path, n_parts=3):
    rng = np.random.default_rng(6)
    table = random_table(rng, 300)
    folder = written(tmp_path / "data", table, rng, n_parts)
    return folder, folder / "part1.parquet"


def _cut_short(path):
    path.write_bytes(path.read_bytes()[:-100])


def _scrambled(path):
    data = bytearray(path.read_bytes())
    data[4:400] = bytes(396)
    path.write_bytes(bytes(data))


def _without_column(path):
    pq.write_table(pq.read_table(path).drop_columns(["count"]), path)


def _of_another_kind(path):
    table = pq.read_table(path)
    pq.write_table(table.set_column(table.column_names.index("day"), "day", pa.array([[1]] * len(table))), path)


@pytest.mark.parametrize("damage", [_cut_short, _scrambled, _without_column, _of_another_kind])
def test_a_part_that_cannot_be_read_is_named_and_left_out(tmp_path, damage):
    folder, path = broken(tmp_path)
    damage(path)
    with pytest.warns(DataWarning, match=r"part1\.parquet is left out"):
        scan = scanned(glassnet.dataset(folder, "target", cache=tmp_path / "cache"))
    assert [each.part for each in scan.unread] == ["data/part1.parquet"]
    assert any("part1.parquet is left out" in note for note in scan.notes)
    path.unlink()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        whole = scanned(glassnet.dataset(folder, "target", cache=tmp_path / "cache"))
    assert scan.preparation.columns == whole.preparation.columns
    assert write_blocks(scan, encode_of(scan)).training.n_rows == whole.rows["training"]


@pytest.mark.parametrize("damage", [_cut_short, _scrambled, _without_column, _of_another_kind])
def test_strict_refuses_it(tmp_path, damage):
    folder, path = broken(tmp_path)
    damage(path)
    with pytest.raises((FileError, DataError), match=r"part1|day"):
        scanned(glassnet.dataset(folder, "target", strict=True))


def test_messages(tmp_path):
    folder = written(tmp_path / "data", random_table(np.random.default_rng(7), 60), np.random.default_rng(7))
    with pytest.raises(UnknownNameError, match="did you mean 'target'"):
        scanned(glassnet.dataset(folder, "tarjet"))
    with pytest.raises(SettingError, match="expected the name of the column to predict"):
        scanned(glassnet.dataset(folder))
    with pytest.raises(SettingError, match="expected shares"):
        scanned(glassnet.dataset(folder, "target"), {"validation": 1.5})
    with pytest.raises(FileError, match="does not exist"):
        glassnet.dataset(tmp_path / "dota")
    with pytest.raises(FileError, match="not read in pieces"):
        glassnet.dataset(_made(tmp_path / "a.xlsx"))
    with pytest.raises(WrongTypeError, match="expected a folder, a file"):
        glassnet.dataset(3)
    with pytest.raises(SettingError, match="at least 64"):
        glassnet.dataset(folder, memory="1MB")
    with pytest.raises(UnknownNameError, match="part of the rows"):
        next(glassnet.dataset(folder).batches("tests", shares={"test": 0.1}))
    assert is_streamable(folder)
    assert is_streamable(folder / "part0.parquet")
    assert not is_streamable(tmp_path / "a.xlsx")
    assert not is_streamable(tmp_path / "nothing")


def _made(path):
    path.touch()
    return path


def test_notes_are_known_in_chinese(tmp_path):
    rng = np.random.default_rng(8)
    folder = tmp_path / "data"
    folder.mkdir()
    words = [" ".join(rng.choice([*"abcdefghij"], 9)) for _ in range(400)]
    rows = {"t": words, "id": range(400), "m": rng.integers(0, 90, 400), "n": [*["1"] * 398, "x", "2"], "w": 1, "y": 2}
    table = pa.table({name: pa.array(np.broadcast_to(cells, 400).astype(str)) for name, cells in rows.items()})
    table = table.set_column(2, "m", pa.array([f"v{k}" for k in rng.integers(0, 90, 400)]))
    for name in ("train1", "train2", "test"):
        pyarrow.csv.write_csv(table, folder / f"{name}.csv", pyarrow.csv.WriteOptions(delimiter=";"))
    with (folder / "train2.csv").open("a") as file:
        file.write(f"{words[0]};{1};v1;5;0;2\n{words[0]};{1};v1;5;1;\n")
    (folder / "train3.csv").write_text("a,b\n1,2\n")
    with pytest.warns(DataWarning, match=r"train3\.csv is left out"):
        scan = scanned(glassnet.dataset(folder, "y", weight="w"))
    said = [*scan.notes, *scan.preparation.notes]
    parts = (
        "test by name",
        "left out: ",
        "of weight 0",
        "separator ';'",
        "cannot be read as",
        "its words are features",
    )
    for part in parts:
        assert any(part in note for note in said), part
    assert [note for note in said if not is_known(note)] == []


def test_quantiles_of_many_numbers_are_within_their_bound(tmp_path):
    rng, m = np.random.default_rng(9), 150_000
    numbers = rng.standard_normal(m) ** 3
    numbers[rng.random(m) < 0.3] = 0  # a value that fills bins alone
    for k, some in enumerate(np.split(numbers, 3)):
        table = pa.table({"a": some, "few": rng.integers(0, 9, len(some)), "target": rng.integers(0, 2, len(some))})
        pq.write_table(table, tmp_path / f"{k}.parquet")
    scan = scanned(glassnet.dataset(tmp_path, "target", memory="64MB"))
    found, exact = scan.preparation.columns[0], fit_preparation({"a": numbers, "few": rng.integers(0, 9, m)}).columns[0]
    assert found.facts == exact.facts
    assert (found.edges[0], found.edges[-1], 0.0 in found.edges) == (numbers.min(), numbers.max(), True)
    ordered, size = np.sort(numbers), 64_000_000 // 8 // (64 * 3)
    bound = np.sqrt(np.log(2 / 1e-9) / (2 * size))  # which one sample in 10**9 exceeds

    def ranks(values):
        return np.array([np.searchsorted(ordered, values, side) for side in ("left", "right")]) / m

    assert len(found.edges) == pytest.approx(len(exact.edges), abs=1)
    low, high = ranks(found.median)
    assert low - bound <= 0.5 <= high + bound
    nearest = [np.abs(ranks(edge)[0] - ranks(np.array(exact.edges))[0]).min() for edge in found.edges]
    assert max(nearest) < 2 * bound
    quarter, three_quarters = np.quantile(numbers, [0.25 - bound, 0.75 + bound])
    inner = np.quantile(numbers, [0.25 + bound, 0.75 - bound])
    assert inner[1] - inner[0] <= found.spread <= three_quarters - quarter


def test_parts_may_have_other_types(tmp_path):
    rng = np.random.default_rng(10)
    kinds = {
        "a": (pa.int64(), pa.float32(), pa.string()),
        "w": (pa.string(), pa.large_string(), pa.dictionary("int8", "string")),
        "d": (pa.date32(), pa.timestamp("ms"), pa.string()), "target": (pa.int8(), pa.float64(), pa.int64()),
    }  # fmt: skip
    cells = {
        "a": rng.integers(0, 30, 90), "w": rng.choice(["x", "y", "z"], 90),
        "d": np.datetime64("2020-01-01") + rng.integers(0, 600, 90), "target": rng.integers(0, 3, 90),
    }  # fmt: skip
    whole = pa.table(cells)
    for k in range(3):
        columns = {name: whole[name].slice(30 * k, 30).cast(of[k]) for name, of in kinds.items()}
        pq.write_table(pa.table(columns), tmp_path / f"{k}.parquet")
    scan = scanned(glassnet.dataset(tmp_path, "target"))
    assert scan.rows == {"training": 90}
    assert scan.preparation.columns == fit_preparation(whole.drop_columns(["target"])).columns
