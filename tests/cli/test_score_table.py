"""The table of scores: aligned, in 80 columns, with what needs no network beside the model."""

from rich.cells import cell_len

from glassnet.cli.score_table import score_table
from glassnet.scoring import Scores

VALUES = {"F1": 0.5, "accuracy": 0.987654, "average precision": 0.25, "cost": 0.123456}
LINEAR = {"F1": 0.4, "accuracy": 0.9, "average precision": 0.2}


def test_the_table_by_hand():
    parts = {"test": Scores(20, VALUES, baseline={"always 'no'": {"F1": 0.0, "accuracy": 0.9}, "linear": LINEAR})}
    assert score_table(parts).splitlines() == [
        "score                test  always 'no'  linear*",
        "F1                 0.5000       0.0000   0.4000",
        "accuracy           0.9877       0.9000   0.9000",
        "average precision  0.2500                0.2000",
        "cost               0.1235",
        "* on training rows that it was not trained on",
    ]


def test_long_and_wide_names_fit_into_80_columns():
    for label in ("a very long label that nobody would write", "是否在未来三十天内流失的客户类别", "\x1b[31m"):
        name = f"always {label!r}"
        beside = {name: dict.fromkeys(VALUES, 0.5), "linear": LINEAR}
        parts = {"test": Scores(20, VALUES, baseline=beside), "training": Scores(80, VALUES, baseline=beside)}
        lines = score_table(parts).splitlines()
        assert all(cell_len(line) <= 80 for line in lines)
        assert "\x1b" not in "".join(lines)
        assert len({cell_len(line) for line in lines[:4]}) == 1  # the last column ends in one line


def test_numbers_have_units_and_shares_have_none():
    values = {"RMSE": 123456.789, "R²": 0.00001234, "MAE": 0.000123456}
    lines = score_table({"this model": Scores(20, values, baseline={"the mean": values})}).splitlines()
    assert [line.split()[1] for line in lines[1:]] == ["1.235e+05", "0.0000", "0.0001235"]


def test_scores_without_a_baseline():
    assert score_table({"this model": Scores(3, {"accuracy": 1.0})}) == "score     this model\naccuracy      1.0000"
