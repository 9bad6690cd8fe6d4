"""A table of patients, with groups, dates, weights and a column that decides the class."""

import numpy as np
import pytest

from glassnet import workflows


@pytest.fixture
def patients(tmp_path):
    """Return a file whose class depends on dose; separated by ";", with a comma in a column's name."""
    rng = np.random.default_rng(0)
    lines = ["patient;day;zip;dose;w;price,old;kind"]
    for i in range(150):
        dose = 5 + 2 * rng.normal()
        kind = "a" if dose + rng.normal() > 5 else "b"
        lines.append(
            f"P{i % 30};2017-{i // 28 + 1:02}-{i % 28 + 1:02};{10000 + i % 5};{dose:.3f};{1 + i % 2};{i % 7};{kind}"
        )
    path = tmp_path / "患者.csv"
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path


@pytest.fixture
def trained(patients, tmp_path):
    """Return a function that trains on the patients for a moment, and the model file."""

    def train(**options):
        options = {"hidden": 4, "epochs": 3, "random_state": 0, "out": tmp_path / "m.glassnet", **options}
        return workflows.train_file(patients, "kind", **options), tmp_path / "m.glassnet"

    return train
