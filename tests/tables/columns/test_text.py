"""Columns of text: TF-IDF by hand, the choice of terms, one row and many, documents; scores for hidden layers."""

import json
import math

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from glassnet.errors import DataError, ModelFileError
from glassnet.tables import Preparation, fit_preparation
from glassnet.tables.cells import rows_at
from glassnet.tables.choices import ColumnChoices
from glassnet.tables.columns.column import FitOptions, UninformativeColumn
from glassnet.tables.columns.text import FEWEST_TERMS, LENGTH, MOST_TERMS, TextColumn
from glassnet.tables.columns.text_scores import PENALTY, TextScores
from glassnet.tables.recognition import recognised


def column(cells):
    return pa.chunked_array([pa.array(cells, pa.string())])


def fitted(cells):
    return TextColumn.fit("t", column(cells), FitOptions())


def features(text, cells, dtype=np.float64, targets=None):
    out = np.zeros((len(cells), text.width), dtype)
    text.fill(column(cells), out, targets)
    return out


def as_text(cells, **others):
    return recognised(pa.table({"t": column(cells), **others}), ColumnChoices(text=["t"]))


def sentences(m, seed=0):
    rng = np.random.default_rng(seed)
    words = np.array([f"w{chr(97 + k // 26)}{chr(97 + k % 26)}" for k in range(200)])
    return [" ".join(words[rng.zipf(1.5, rng.integers(1, 9)) % 200]) for _ in range(m)]


def test_three_short_texts_by_hand():
    text = fitted(["good film", "bad film", "good good film"])
    assert text.terms == ("film", "good", "good film")
    assert text.frequencies == (3.0, 2.0, 2.0)
    assert text.features == ["t: film", "t: good", "t: good film"]
    film, good = 1.0, math.log(4 / 3) + 1  # ln((1 + m) / (1 + rows that hold it)) + 1
    rows = np.array([
        [film, good, good],
        [film, 0, 0],
        [film, (1 + math.log(2)) * good, good],  # "good" twice, "good film" once
    ])  # fmt: skip
    expected = LENGTH * rows / np.sqrt((rows**2).sum(axis=1, keepdims=True))
    np.testing.assert_allclose(features(text, ["Good film", "bad FILM!", "good,  good film"]), expected, rtol=1e-12)
    unseen, empty, missing, part = features(text, ["never seen", "", None, "film noir"])
    assert (unseen == 0).all()
    assert (empty == 0).all()
    assert (missing == 0).all()
    assert part.tolist() == [LENGTH, 0, 0]


def test_as_scikit_learn_has_it():
    sklearn = pytest.importorskip("sklearn.feature_extraction.text")
    cells = sentences(300)
    text = fitted(cells)
    theirs = sklearn.TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True, token_pattern=r"\S+")
    expected = LENGTH * theirs.fit_transform(cells).toarray()
    order = [theirs.vocabulary_[term] for term in text.terms]
    assert len(order) == expected.shape[1]
    np.testing.assert_allclose(features(text, cells), expected[:, order], rtol=1e-10, atol=1e-12)


def test_the_most_frequent_terms_are_kept_as_many_as_rows():
    letters = "abcdefghijklmnopqrstuvwxyz"
    many = [" ".join(f"w{letters[k % 26]}{j}{letters[k // 26 % 26]}" for j in letters) for k in range(1200)]
    text = fitted(many)
    assert len(text.terms) == 2048
    assert list(text.frequencies) == sorted(text.frequencies, reverse=True)
    assert len(fitted(many[:700] * 2).terms) == 2048
    few = fitted(many[:100] * 2)
    assert len(few.terms) == FEWEST_TERMS
    assert few.terms[0] == min(few.terms)


def test_missing_cells_of_texts_that_repeat_are_marked():
    texts = ["good dog", None, "a good cat", "no"] * 30  # few distinct ones: each is prepared once
    table = pa.table({"said": texts, "age": list(range(120))})
    preparation = fit_preparation(recognised(table, ColumnChoices.of({"text": "said"})), bins=False)
    X = preparation.transform(table)
    assert X.shape == (120, preparation.n_features)
    names = preparation.feature_names
    assert np.array_equal(X[:, names.index("said=(missing)")] == 1, [text is None for text in texts])
    age = X[:, names.index("age")]
    assert (np.diff(age) > 0).all()


def test_missing_cells_are_marked():
    text = fitted(["good film", None, "good book"])
    assert text.features == ["t: good", "t=(missing)"]
    assert features(text, [None, "good", ""]).tolist() == [[0, 1], [LENGTH, 0], [0, 0]]
    only = fitted(["one", None, "two"])
    assert only.features == ["t=(missing)"]
    assert features(only, ["one", None]).tolist() == [[0], [1]]
    with pytest.raises(UninformativeColumn, match="holds no word in 2 rows"):
        fitted(["one", "two", "three"])


@settings(max_examples=15)
@given(st.integers(0, 2**32 - 1), st.integers(2, 20))
def test_a_row_alone_in_a_batch_and_in_any_order(seed, m):
    cells = sentences(m, seed)
    cells[seed % m] = None
    rng = np.random.default_rng(seed)
    order = rng.permutation(m)
    text = fitted(cells)
    assert text == fitted([cells[k] for k in order])
    for dtype in (np.float64, np.float32):
        whole = features(text, cells, dtype)
        alone = np.concatenate([features(text, [cell], dtype) for cell in cells])
        np.testing.assert_array_equal(whole, alone)
        np.testing.assert_array_equal(features(text, [cells[k] for k in order], dtype), whole[order])


@pytest.mark.parametrize(
    ("cells", "term"),
    [
        (["我很喜欢这本书", "我不喜欢", "喜欢"], "喜 欢"),
        (["ラーメンが好き", "ラーメン"], "ラ ー"),
        (["Très bon goût", "TRÈS BON"], "très bon"),
        (["хороший фильм", "Хороший Фильм"], "хороший фильм"),
        (["สวัสดีครับ", "สวัสดี"], "ส ว"),
    ],
)
def test_languages(cells, term):
    text = fitted(cells)
    assert term in text.terms
    assert features(text, [cells[0]]).any()


def test_documents():
    preparation = fit_preparation(as_text([*sentences(50), None], n=np.arange(51.0)))
    document = json.loads(json.dumps(preparation.to_document()))
    again = Preparation.from_document(document)
    assert again == preparation
    rows = {"t": ["wab wac", None, "x"], "n": [1.0, 2.0, None]}
    np.testing.assert_array_equal(again.transform(rows), preparation.transform(rows))


@pytest.mark.parametrize(
    ("damage", "told"),
    [
        ({"terms": ["a", "a"]}, "terms must be a list of distinct texts of a word or two"),
        ({"terms": ["a b c"]}, "terms must be"),
        ({"terms": [""]}, "terms must be"),
        ({"terms": ["a "]}, "terms must be"),
        ({"terms": [" a"]}, "terms must be"),
        ({"terms": [1]}, "terms must be"),
        ({"terms": "ab"}, "terms must be"),
        ({"terms": [f"w{k}" for k in range(MOST_TERMS + 1)]}, "terms must be"),
        ({"frequencies": [1.0]}, "terms need as many frequencies"),
        ({"frequencies": [0.0, 1.0, 1.0]}, "frequencies must be"),
        ({"frequencies": [4.0, 2.0, 2.0]}, "more rows hold a term"),
        ({"rows": 0.0}, "rows must be"),
        ({"missing": 1}, "missing must be true or false"),
        ({"format": {"x": 1}}, "format"),
    ],
)
def test_damaged_documents_are_refused(damage, told):
    document = fitted(["good film", "bad film", "good good film"]).to_document()
    with pytest.raises(ModelFileError, match=told):
        TextColumn.from_document({**json.loads(json.dumps(document)), **damage}, "column 1")


def test_later_cells_of_other_types():
    preparation = fit_preparation(as_text(["call 5", "call 6", "5 now"]))
    assert preparation.feature_names == ["t: 5", "t: call"]
    assert preparation.transform({"t": [5, 7]}).tolist() == [[LENGTH, 0], [0, 0]]
    assert preparation.transform({"t": pa.array(["call", None]).dictionary_encode()}).tolist() == [[0, LENGTH], [0, 0]]
    with pytest.raises(DataError, match="where training saw text"):
        preparation.transform(pa.table({"t": [[1], [2]]}))


def regression(m=240, seed=0):
    rng = np.random.default_rng(seed)
    cells = sentences(m, seed)
    targets = np.array([[cell.count("wab") - cell.count("wac"), len(cell)] for cell in cells]) + rng.normal(size=(m, 2))
    return cells, targets


def test_scores_are_those_of_ridge_regression():
    cells, targets = regression()
    text = fitted(cells)
    scores = TextScores.of(text, column(cells), targets)
    X = features(text, cells)
    centred = (targets - targets.mean(axis=0)) / targets.std(axis=0)
    exact = np.linalg.solve(X.T @ X + PENALTY * np.eye(X.shape[1]), X.T @ centred)
    np.testing.assert_allclose(np.array(scores.weights), exact, atol=1e-3)
    np.testing.assert_allclose(features(scores, cells[:9]), X[:9] @ np.array(scores.weights), rtol=1e-6, atol=1e-9)
    assert scores.features == ["t: score of target 1", "t: score of target 2"]
    again = TextScores.from_document(json.loads(json.dumps(scores.to_document())), "column 1")
    assert again == scores


def test_a_rows_own_target_does_not_enter_its_scores():
    cells, targets = regression()
    scores = TextScores.of(fitted(cells), column(cells), targets[:, :1])
    before = features(scores, cells, targets=targets[:, :1])
    # Noise shows that no row's own target is fitted.
    noise = np.random.default_rng(1).normal(size=(len(cells), 1))
    fitted_noise = TextScores.of(fitted(cells), column(cells), noise)
    out_of_fold = features(fitted_noise, cells, targets=noise)[:, 0]
    assert np.corrcoef(features(fitted_noise, cells)[:, 0], noise[:, 0])[0, 1] > 0.5
    assert np.corrcoef(out_of_fold, noise[:, 0])[0, 1] < 0.2
    changed = targets[:, :1].copy()
    changed[0] += 1e-3
    after = features(scores, cells, targets=changed)
    assert abs(after[0] - before[0])[0] < 1e-12


@pytest.mark.parametrize("damage", [{"weights": []}, {"weights": [[1.0]]}, {"weights": [[1.0], [2.0, 3.0], [1.0]]}])
def test_damaged_scores_are_refused(damage):
    scores = TextScores.of(
        fitted(["good film", "bad film", "good good film"]),
        column(["good film", "bad film", "good good film"]),
        np.array([[1.0], [0.0], [1.0]]),
    )
    with pytest.raises(ModelFileError, match="weights"):
        TextScores.from_document({**json.loads(json.dumps(scores.to_document())), **damage}, "column 1")


def test_words_or_scores():
    cells, targets = regression()
    table = as_text(cells, n=np.arange(len(cells)) % 7)
    words = fit_preparation(table, targets)
    assert words.text == "mixed"
    scores = words.with_text_scores(table, targets)
    assert scores.text == ""
    assert [name for name in scores.feature_names if name.startswith("t")] == [
        "t: score of target 1", "t: score of target 2"
    ]  # fmt: skip
    assert scores.transform(rows_at(table, np.arange(3))).shape == (3, scores.n_features)
    assert words.with_text_scores(table, np.ones((len(cells), 30))) is None
    assert fit_preparation(as_text(cells)).text == "alone"
    assert fit_preparation({"n": [1.0, 2.0]}).with_text_scores({"n": [1.0]}, targets) is None
