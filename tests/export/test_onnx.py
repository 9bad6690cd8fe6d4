"""ONNX files answer as their models do, computed by onnxruntime."""

import datetime
import re
import unicodedata
import warnings
from functools import cache

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import exported
from glassnet import Network, TabularClassifier, export
from glassnet.core.activations import ACTIVATIONS
from glassnet.errors import MissingLibraryError, SettingError, UnknownNameError, WrongTypeError
from glassnet.export import onnx_words, python_parts
from glassnet.export.activations import ROWS
from glassnet.export.comparison import answers_of_model
from glassnet.export.description import CalendarPart, Description, Input, Layer, Terms
from glassnet.export.formats import FORMATS
from glassnet.export.of_columns import KINDS
from glassnet.export.onnx_features import POSITIONS, WRITERS, taken
from glassnet.export.onnx_graph import Graph
from glassnet.tables.columns import COLUMN_TYPES
from glassnet.tables.columns.calendar import PARTS
from glassnet.tables.columns.text import TextColumn
from glassnet.tables.columns.text_scores import TextScores
from glassnet.tables.spelling.words import characters_alone, words_of
from shared import shared

pytestmark = [pytest.mark.needs("onnx"), pytest.mark.needs("onnxruntime")]
CLOSE = 1e-5


def session(model):
    """Return what runs a model's ONNX file."""
    from onnxruntime import InferenceSession

    return InferenceSession(FORMATS["onnx"].content(export.describe(model), "model"))


@cache
def running(name):
    """Return what runs the ONNX file of a model that several examples share."""
    return session(exported.model(name)[0]).run


def see_that_same(model, rows, answers):
    """Compare labels one by one, probabilities or numbers within 1e-5."""
    for given_, expected in zip(answers, answers_of_model(model, rows), strict=True):
        assert given_.shape == expected.shape
        if expected.dtype.kind == "f":
            np.testing.assert_allclose(given_, expected, rtol=CLOSE, atol=CLOSE)
        else:
            assert given_.tolist() == expected.tolist()


@pytest.mark.parametrize("name", exported.MAKE)
def test_every_kind_of_model_answers_the_same(name):
    model, rows = exported.model(name)
    see_that_same(model, rows, session(model).run(None, export.inputs(model, rows)))


@pytest.mark.parametrize("name", exported.MAKE)
def test_random_rows_beyond_those_of_the_training_too(name, tmp_path):
    model, _ = exported.model(name)
    done = export.write(model, tmp_path / "model.onnx")
    assert done.comparison.made
    assert done.comparison.rows == 512
    assert done.comparison.labels in (0, None)
    assert done.comparison.largest < CLOSE * (10 if name == "logarithms" else 1)  # e to a large rounded number


def test_the_models_are_of_all_kinds():
    """The models that are compared above have what their names say."""
    of = {name: exported.model(name)[0] for name in exported.MAKE}
    assert of["solved linear"].was_solved
    assert of["logarithms"].target_.log
    assert of["logarithms"].target_.factor != 1
    assert of["costs"].target_.class_weights is not None
    assert of["threshold"].target_.threshold != 0.5
    assert len(of["bins embedded"].preparation_.groups) == 2
    assert of["bins embedded"].network_.architecture.embedding is not None
    assert {type(column) for column in of["two classes"].preparation_.columns} == set(KINDS) - {TextColumn, TextScores}
    kinds = {name: {type(column) for column in of[name].preparation_.columns} for name in exported.WORDS}
    assert TextScores in kinds["scores of words"]
    assert TextColumn in kinds["words alone"] & kinds["words in a hidden layer"]


def test_outputs_are_named_as_those_of_scikit_learn():
    for name, outputs in {"two classes": ["label", "probabilities"], "numbers": ["variable"], "network": ["A"]}.items():
        assert [each.name for each in session(exported.model(name)[0]).get_outputs()] == outputs


@given(st.data())
@settings(max_examples=25, deadline=None)
def test_raw_rows_of_any_kind(data):
    """Rows are written twice, as a table for the model and as arrays for ONNX, without this package's help."""
    (model, _), run = exported.model("three classes"), running("three classes")
    m = data.draw(st.integers(1, 12))

    def column(cells):
        return data.draw(st.lists(cells, min_size=m, max_size=m))

    number = st.none() | st.floats(-1e6, 1e6)
    ages, fares, readings = column(number), column(number), column(number | st.just(-999.0))
    texts = {
        name: column(st.sampled_from([*known, "", "NA", "new", "女", " x y"])) for name, known in exported.KNOWN.items()
    }
    days = column(st.none() | st.dates(datetime.date(1900, 1, 1), datetime.date(2200, 1, 1)))
    moments = column(st.none() | st.datetimes(datetime.datetime(1900, 1, 1), datetime.datetime(2200, 1, 1)))
    times = column(st.none() | st.times())
    places = column(st.none() | st.tuples(st.floats(-90, 90), st.floats(-180, 180)))
    rows = {
        "age": ages, "sex": texts["sex"], "fare": fares, "city": texts["city"], "deck": texts["deck"],
        "alone": column(st.booleans()), "day": days, "moment": moments, "at": times,
        "where": [None if place is None else f"POINT ({place[1]:.17g} {place[0]:.17g})" for place in places],
        "reading": readings,
    }  # fmt: skip
    zero = datetime.datetime(1970, 1, 1)
    midnight = datetime.time()
    seconds = {
        "day": [None if d is None else (datetime.datetime.combine(d, midnight) - zero).total_seconds() for d in days],
        "moment": [None if d is None else (d - zero) / datetime.timedelta(seconds=1) for d in moments],
        "at": [None if t is None else t.hour * 3600 + t.minute * 60 + t.second + t.microsecond / 1e6 for t in times],
        "where latitude": [None if place is None else place[0] for place in places],
        "where longitude": [None if place is None else place[1] for place in places],
    }
    texts = {name: [cell.strip() for cell in cells] for name, cells in texts.items()}
    numbers = {name: rows[name] for name in ("age", "fare", "alone", "reading")} | seconds
    feeds = {name: np.array(cells, object)[:, np.newaxis] for name, cells in texts.items()}
    feeds |= {name: np.array(cells, float)[:, np.newaxis] for name, cells in numbers.items()}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of columns that are often empty
        see_that_same(model, rows, run(None, feeds))


@pytest.mark.long
@pytest.mark.parametrize(
    ("name", "target", "kind"),
    [
        ("titanic", "survived", "TabularClassifier"),
        ("penguins", "species", "TabularClassifier"),
        ("diamonds", "price", "TabularRegressor"),
        ("adult-train", "c15", "TabularClassifier"),
    ],
)
def test_real_tables(name, target, kind, tmp_path):
    import glassnet

    data = glassnet.read(shared(f"data/{name}.csv"), target)
    some = np.arange(0, len(data), max(len(data) // 2000, 1))
    X, y = data.X.take(some), data.y[some]
    model = getattr(glassnet, kind)(preset="fast", epochs=2, random_state=0).fit(X, y)
    for rows in (data.X.slice(0, 4000), None):
        done = export.write(model, tmp_path / "model.onnx", rows=rows)
        assert done.comparison.labels in (0, None)
        assert done.comparison.largest < CLOSE


def test_every_activation_has_its_row():
    assert set(ROWS) == set(ACTIVATIONS)


@pytest.mark.parametrize("name", [*ACTIVATIONS, "leaky_relu(0.3)", "elu(0.5)"])
def test_every_activation_computes_the_same(name):
    output = name == "softmax"
    net = Network([3, 3], [name], loss=None if output else "squared_error", dtype="float64")
    net.W[1] = np.eye(3)
    Z = np.random.default_rng(0).normal(0, 4, (3, 200)).astype(np.float32)
    (A,) = session(net).run(None, export.inputs(net, Z))
    np.testing.assert_allclose(A, net.forward(Z).T, rtol=2e-6, atol=2e-6)


def test_every_kind_of_column_is_exported():
    assert {kind.kind for kind in KINDS} == set(COLUMN_TYPES)
    assert set(POSITIONS) == set(PARTS)


PIECES = [
    "a", "É", "é", "e\u0301", "o\u0302\u0301", " ", "\u00a0", "\t", "\n", ".", ",", "!", "?", "$", "9", "12", "345",
    "看", "ไ", "h", "w", "www.", "http://", "HTTPS://", "/x", "#", "\ufb01", "½", "\uff21", "_", "-", "'", "ß", "İ",
    "Σ", "ς", "😀", "\u200d", "١٢٣٤", "한", "x" * 45, "NA", "good", "BAD",
]  # fmt: skip


@given(st.lists(st.lists(st.sampled_from(PIECES), max_size=25).map("".join), min_size=1, max_size=6))
@settings(max_examples=120, deadline=None)
def test_words_of_raw_text_are_those_of_the_table(texts):
    cells = pa.chunked_array([pa.array(texts, pa.string())])
    known = words_of(cells)
    distinct = known.distinct.to_pylist()
    expected = [[distinct[k] for k in known.code[known.row == i]] for i in range(len(texts))]
    (found,) = finder().run(None, {"text": np.array(texts, object)[:, np.newaxis]})
    assert [[word for word in row if word] for row in found.tolist()] == expected
    assert list(map(python_parts.words, texts)) == expected


@cache
def finder():
    """Return what runs a graph that finds the words of texts."""
    from onnxruntime import InferenceSession

    graph = Graph(["text", "words"])
    graph.output(onnx_words.words(graph.input("text", "str", ["N", 1], "")), "words", ["N", "L"])
    return InferenceSession(graph.model("words", "", "0").SerializeToString())


@pytest.fixture(autouse=True)
def _characters_that_are_words(monkeypatch):
    monkeypatch.setattr(python_parts, "ALONE", "".join(f"{chr(a)}-{chr(b)}" for a, b in characters_alone()))


def test_every_character_becomes_what_arrow_makes_of_it():
    """Those that neither onnxruntime's nor Python's tables of Unicode know yet, or no longer know so, aside."""
    known = [chr(k) for k in range(1, 0x30000) if unicodedata.category(chr(k)) not in ("Cn", "Cs", "Co")]
    texts = [f"a{each}b c" for each in known]
    cells = pa.chunked_array([pa.array(texts, pa.string())])
    of_table = words_of(cells)
    distinct = np.array(of_table.distinct.to_pylist(), object)
    expected = np.split(distinct[of_table.code], np.searchsorted(of_table.row, np.arange(1, len(texts))))
    (found,) = finder().run(None, {"text": np.array(texts, object)[:, np.newaxis]})
    in_onnx = [[word for word in row if word] for row in found.tolist()]
    for words, most in ((in_onnx, 1e-4), (map(python_parts.words, texts), 1e-3)):
        differ = [each for each, one, other in zip(known, words, expected, strict=True) if one != list(other)]
        assert len(differ) < most * len(known), differ[:20]


def test_raw_text_goes_in():
    model, _ = exported.model("words alone")
    texts = ["Good, GOOD film!", "  bad ", "NA", "", "n/a", "Été: see https://good.org/bad", "看 good"]
    texts.append("e\u0301te\u0301 " * 300)
    feeds = {"note": np.array(texts, object)[:, np.newaxis]}
    see_that_same(model, {"note": texts}, session(model).run(None, feeds))
    assert opsets(model) == {"": 20, "ai.onnx.ml": 3, "com.microsoft": 1}
    assert opsets(exported.model("numbers")[0]) == {"": 18, "ai.onnx.ml": 3}


def opsets(model):
    import onnx

    content = FORMATS["onnx"].content(export.describe(model), "model")
    return {each.domain: each.version for each in onnx.load_from_string(content).opset_import}


@pytest.mark.parametrize("terms", [("a",), ("a b",), ("a", "b", "a b", "b a"), ("b a", "b")])
def test_terms_may_be_words_pairs_or_both(terms):
    column = TextColumn("t", 10.0, terms, (2.0,) * len(terms), False)
    texts = ["a b a", "b", "x a b", "", "b a b a b"]
    (one,) = KINDS[TextColumn].inputs(column, ())
    (feature,) = KINDS[TextColumn].features(column, [one])
    graph = Graph(["t", "X"])
    graph.output(WRITERS[Terms](feature, taken(graph, one)), "X", ["N", len(terms)])
    from onnxruntime import InferenceSession

    (found,) = InferenceSession(graph.model("terms", "", "0").SerializeToString()).run(
        None, {"t": np.array(texts, object)[:, np.newaxis]}
    )
    expected = column.matrix(pa.chunked_array([pa.array(texts)])).toarray()
    np.testing.assert_allclose(found, expected, rtol=1e-6)
    np.testing.assert_allclose(python_parts.terms(texts, terms, column.rarity, 3.0), expected.T, rtol=1e-12)


@pytest.mark.parametrize("part", POSITIONS)
def test_parts_of_the_calendar_are_those_of_the_calendar(part):
    """Over 400 years and more, moments given in seconds."""
    rng = np.random.default_rng(0)
    seconds = rng.integers(-5_000_000_000, 10_000_000_000, (3000, 1)).astype(float)
    seconds[:4, 0] = [0, -1, 951782400, np.nan]  # 2000-02-29
    positions = {
        "season": lambda d: d.timetuple().tm_yday - 1, "year day": lambda d: d.timetuple().tm_yday - 1,
        "day": lambda d: d.day - 1, "weekday": datetime.date.weekday, "clock": lambda d: d.hour * 60 + d.minute,
    }  # fmt: skip
    one = Input("t", "number", "", per_unit=86400.0)
    feature = CalendarPart(one, part, PARTS[part].values)
    identity = Layer(np.eye(feature.width, dtype=np.float32), np.zeros((feature.width, 1), np.float32), "identity")
    description = Description("Network", (one,), (feature,), (identity,), feature.width, None)
    (A,) = FORMATS["onnx"].answers(FORMATS["onnx"].content(description, "calendar"), {"t": seconds})
    zero = datetime.datetime(1970, 1, 1)
    for found, t in zip(A, seconds[:, 0], strict=True):
        missing = np.zeros(feature.width)
        moment = None if np.isnan(t) else zero + datetime.timedelta(seconds=t)
        np.testing.assert_allclose(
            found, missing if moment is None else feature.table[positions[part](moment)], atol=1e-6
        )


def test_columns_may_be_named_like_anything(tmp_path):
    names = ["label", "probabilities", "Where", "constant", "a column, 列"]
    X = dict(zip(names, np.random.default_rng(0).normal(size=(5, 80)), strict=True))
    model = TabularClassifier(hidden=4, epochs=2, random_state=0).fit(X, np.arange(80) % 2)
    assert export.write(model, tmp_path / "model.onnx", rows=X).comparison.labels == 0


def test_what_cannot_be_exported_is_told(tmp_path, monkeypatch):
    model, _ = exported.model("network")
    with pytest.raises(UnknownNameError, match=r"format 'onx'.*did you mean 'onnx'"):
        export.write(model, tmp_path / "model", "onx")
    with pytest.raises(SettingError, match=r"expected a name that ends in \.onnx \(onnx\)"):
        export.write(model, tmp_path / "model.txt")
    with pytest.raises(WrongTypeError, match="expected a model of glassnet to export; got int"):
        export.describe(3)
    monkeypatch.setitem(__import__("sys").modules, "onnx", None)
    with pytest.raises(MissingLibraryError, match=re.escape('exporting to ONNX needs onnx: pip install "onnx')):
        export.write(model, tmp_path / "model.onnx")
