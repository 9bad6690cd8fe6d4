"""Columns are matched by name where both sides have names, and by position where one side has none."""

import itertools
import warnings

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from glassnet import TabularClassifier, TabularRegressor, load
from glassnet.errors import DataError, ShapeError, WrongTypeError
from glassnet.estimators.input_names import is_generated
from glassnet.workflows import evaluate_file, predict_file, train_file

RNG = np.random.default_rng(0)
A = RNG.normal(size=(40, 3))
Y = (A[:, 0] > 0).astype(int)
PAIRS = pd.MultiIndex.from_tuples([("p", "a"), ("p", "b"), ("q", "c")])
INDEX = [f"r{i}" for i in range(len(A))]

NAMED = {
    "pandas": lambda A: pd.DataFrame(A, columns=list("abc")),
    "pandas with an index": lambda A: pd.DataFrame(A, columns=list("abc"), index=INDEX[: len(A)]),
    "polars": lambda A: pl.DataFrame(A, schema=list("abc")),
    "arrow": lambda A: pa.table(dict(zip("abc", A.T, strict=True))),
    "arrow with an index": lambda A: pa.Table.from_pandas(NAMED["pandas with an index"](A)),
    "batch": lambda A: NAMED["arrow"](A).to_batches()[0],
    "dict": lambda A: dict(zip("abc", A.T, strict=True)),
    "records": lambda A: [dict(zip("abc", row, strict=True)) for row in A.tolist()],
    "structured": lambda A: np.array(list(map(tuple, A)), dtype=[(name, "f8") for name in "abc"]),
}
UNNAMED = {
    "array": lambda A: A,
    "lists": lambda A: A.tolist(),
    "masked": np.ma.array,
    "pandas by number": pd.DataFrame,
    "pandas by other numbers": lambda A: pd.DataFrame(A, columns=[2, 4, 6]),
    "pandas by pairs": lambda A: pd.DataFrame(A, columns=PAIRS),
    "polars without names": pl.DataFrame,
    "arrow by number": lambda A: pa.Table.from_pandas(pd.DataFrame(A)),
    "dict by number": lambda A: dict(enumerate(A.T)),
    "as a file without a header": lambda A: pd.DataFrame(A, columns=["c1", "c2", "c3"]),
}
FORMS = {**NAMED, **UNNAMED}
UNLIKE = "pandas", "array", "pandas by number"


@pytest.mark.filterwarnings("ignore:X (has|does not have):UserWarning")
@pytest.mark.parametrize("fitted_on", FORMS)
def test_every_form_after_every_other(fitted_on):
    model = TabularClassifier(hidden=2, epochs=1, random_state=0).fit(FORMS[fitted_on](A), Y)
    assert model.n_features_in_ == len(getattr(model, "feature_names_in_", "abc")) == 3
    expected = model.predict_proba(FORMS[fitted_on](A))
    for form in FORMS.values():
        np.testing.assert_array_equal(model.predict_proba(form(A)), expected)


@pytest.mark.filterwarnings("ignore:X (has|does not have):UserWarning")
@pytest.mark.parametrize(("fitted_on", "given"), list(itertools.permutations(UNLIKE, 2)))
def test_validation_rows_and_files_match_alike(fitted_on, given, tmp_path):
    model = TabularClassifier(hidden=2, epochs=1, random_state=0)
    model.fit(FORMS[fitted_on](A), Y, X_val=FORMS[given](A), y_val=Y)
    expected = model.predict_proba(FORMS[given](A))
    model.save(tmp_path / "m.glassnet")
    np.testing.assert_array_equal(load(tmp_path / "m.glassnet").predict_proba(FORMS[given](A)), expected)


@pytest.mark.parametrize("form", [name for name in NAMED if name != "structured"])
def test_other_names_are_refused(form):
    model = TabularClassifier(hidden=2, epochs=1, random_state=0).fit(FORMS[form](A), Y)
    with pytest.raises(DataError, match="unseen at fit time:\n- u\n- v\n- w\n"):
        model.predict(pd.DataFrame(A, columns=list("uvw")))
    with pytest.raises(DataError, match=r"unseen at fit time:\n- d\nX\[model.feature_names_in_\]"):
        model.predict(pd.DataFrame(np.c_[A, A[:, 0]], columns=list("abcd")))
    with pytest.raises(DataError, match="now missing:\n- c\n"):
        model.predict(pd.DataFrame(A[:, :2], columns=list("ab")))


def test_long_and_strange_names_are_shown_in_few_lines():
    long = [f"{'x' * 300}{j}\x1b[31m" for j in range(3)]
    model = TabularClassifier(hidden=2, epochs=1, random_state=0).fit(pd.DataFrame(A, columns=long), Y)
    with pytest.raises(DataError, match="unseen at fit time") as caught:
        model.predict(pd.DataFrame(A, columns=[name[::-1] for name in long]))
    assert len(str(caught.value)) <= 500
    assert "\x1b" not in str(caught.value)


def test_generated_names_that_overlap_are_names():
    """x1, x2, x3 after x0, x1, x2 is a mistake, not a table without names."""
    model = TabularClassifier(hidden=2, epochs=1, random_state=0).fit(pd.DataFrame(A, columns=["x0", "x1", "x2"]), Y)
    with pytest.raises(DataError, match="unseen at fit time:\n- x3"):
        model.predict(pd.DataFrame(A, columns=["x1", "x2", "x3"]))


@pytest.mark.parametrize("form", ["pandas by number", "pandas by pairs", "pandas"])
def test_the_same_columns_in_another_order_are_refused(form):
    frame = FORMS[form](A)
    model = TabularClassifier(hidden=2, epochs=1, random_state=0).fit(frame, Y)
    other = frame[frame.columns[::-1]]
    with pytest.raises(DataError, match="same order as they were in fit") as caught:
        model.predict(other)
    advice = str(caught.value).splitlines()[-1].removesuffix(" has the columns of the training, in their order.")
    same = eval(advice, {"X": other, "model": model})
    np.testing.assert_array_equal(model.predict_proba(same), model.predict_proba(frame))


@pytest.mark.filterwarnings("ignore:X (has|does not have):UserWarning")
@pytest.mark.parametrize(("fitted_on", "given"), [("array", "pandas"), ("pandas", "pandas by number")])
def test_by_position_the_width_counts(fitted_on, given):
    model = TabularClassifier(hidden=2, epochs=1, random_state=0).fit(FORMS[fitted_on](A), Y)
    with pytest.raises(ShapeError, match="X has 2 features, but TabularClassifier is expecting 3 features"):
        model.predict(FORMS[given](A).iloc[:, :2])


def test_scikit_learns_warnings_when_one_side_has_no_names():
    named = TabularClassifier(hidden=2, epochs=1, random_state=0).fit(FORMS["pandas"](A), Y)
    with pytest.warns(UserWarning, match="X does not have valid feature names, but TabularClassifier was fitted with"):
        named.predict(FORMS["pandas by number"](A))
    unnamed = TabularClassifier(hidden=2, epochs=1, random_state=0).fit(A, Y)
    with pytest.warns(UserWarning, match="X has feature names, but TabularClassifier was fitted without"):
        unnamed.predict(FORMS["pandas"](A))


def test_names_that_are_partly_text_are_refused_with_the_way_out():
    X = pd.DataFrame(A, columns=[0, "a", "b"])
    with pytest.raises(WrongTypeError, match=r"X.columns = X.columns.astype\(str\)"):
        TabularClassifier().fit(X, Y)
    X.columns = X.columns.astype(str)
    TabularClassifier(hidden=2, epochs=1).fit(X, Y)


def test_a_new_fit_forgets_old_names():
    model = TabularClassifier(hidden=2, epochs=1, random_state=0).fit(FORMS["pandas"](A), Y)
    model.fit(FORMS["pandas by number"](A), Y)
    assert not hasattr(model, "feature_names_in_")


@pytest.mark.parametrize(
    ("names", "generated"),
    [
        (["x0", "x1"], True), (["0", "1", "2"], True), (["column_1", "column_2"], True), (["V1"], True), ([], False),
        (["x1", "x0"], False), (["x0", "x2"], False), (["x2", "x3"], False), (["a0"], False), (["c", "c1"], False),
    ],
)  # fmt: skip
def test_names_that_programs_generate(names, generated):
    assert is_generated(names) is generated


def test_files_with_and_without_a_header(tmp_path):
    """The shell goes by position as well; a column too many cannot be placed."""
    frame = pd.DataFrame(A, columns=["ann", "bob", "cid"])
    frame.assign(y=Y).to_csv(tmp_path / "named.csv", index=False)
    frame.to_csv(tmp_path / "bare.csv", index=False, header=False)
    frame.assign(d=1, e=2).to_csv(tmp_path / "wide.csv", index=False, header=False)
    model = tmp_path / "m.glassnet"
    train_file(tmp_path / "named.csv", "y", out=model, hidden=2, epochs=1, random_state=0)
    assert predict_file(model, tmp_path / "bare.csv") == predict_file(model, tmp_path / "named.csv")
    with pytest.raises(DataError, match="column 'ann' is missing"):
        predict_file(model, tmp_path / "wide.csv")


def test_a_model_of_arrays_evaluates_a_file_with_names(tmp_path):
    pd.DataFrame(A, columns=["ann", "bob", "cid"]).assign(y=Y).to_csv(tmp_path / "named.csv", index=False)
    model = TabularClassifier(hidden=2, epochs=1, random_state=0).fit(A, Y)
    model.target_name_ = "y"
    model.save(tmp_path / "m.glassnet")
    scores = evaluate_file(tmp_path / "m.glassnet", tmp_path / "named.csv")[1]
    assert scores.values["accuracy"] == np.mean(model.predict(A) == Y)


MIXED = pd.DataFrame({"a": A[:, 0], "town": RNG.choice(["Ulm", "Jena"], 40), "b": A[:, 1]})


@pytest.fixture(scope="module")
def shap():
    """Return shap with its own compiled loops left uncompiled, which take longer to compile than to run here."""
    with pytest.MonkeyPatch.context() as patched, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        patched.setattr("numba.core.config.DISABLE_JIT", 1)
        import shap

        return shap


@pytest.mark.needs("shap")
@pytest.mark.parametrize(
    ("explainer", "X"),
    [
        ("KernelExplainer", FORMS["pandas"](A)),
        ("KernelExplainer", MIXED),
        ("PermutationExplainer", FORMS["pandas"](A)),
    ],
    ids=["kernel", "kernel, with text", "permutation"],
)
def test_shaps_explainers_take_a_fitted_model(explainer, X, request):
    model = TabularRegressor(hidden=4, epochs=5, random_state=0).fit(X, A[:, 0])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # shap's own, and that arrays have no names
        shap = request.getfixturevalue("shap")
        explain = getattr(shap, explainer)(model.predict, X[:10])
        rows = X[10:13]
        values = explain.shap_values(rows, silent=True) if explainer == "KernelExplainer" else explain(rows).values
        expected = model.predict(rows)
        base = explain.expected_value if explainer == "KernelExplainer" else explain(rows).base_values
    np.testing.assert_allclose(values.sum(axis=1) + base, expected, rtol=1e-6, atol=1e-6)
