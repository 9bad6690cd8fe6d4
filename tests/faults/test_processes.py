"""Processes that torchrun starts train together: what they print and write, and what becomes of one that is killed."""

import os
import shutil
import subprocess
import sys

import numpy as np
import pytest

from faults import many
from glassnet import load
from glassnet.tables.streaming import writing
from side_by_side import in_all

pytestmark = [pytest.mark.needs("torch"), pytest.mark.needs("linux"), pytest.mark.long]


def torchrun(*words, cwd):
    """Run a command in two processes, which are started again twice at most, and return how it ended."""
    started = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node=2", "--max-restarts=2"]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    return subprocess.run([*started, *map(str, words)], cwd=cwd, env=environment, capture_output=True, text=True,
                          timeout=300, check=False)  # fmt: skip


@pytest.fixture
def table(tmp_path):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(400, 3))
    y = np.where(X[:, 0] * X[:, 1] + 0.3 * rng.normal(size=400) > 0, "yes", "no")
    rows = "\n".join(f"{a:.3f},{b:.3f},{c:.3f},{label}" for (a, b, c), label in zip(X, y, strict=True))
    (tmp_path / "table.csv").write_text(f"a,b,c,y\n{rows}\n")
    return tmp_path


def test_the_command_prints_and_writes_once_and_equals_one_process(table, glassnet, monkeypatch):
    words = ["train", "table.csv", "--target", "y", "--seed", "1", "--preset", "fast", "--epochs", "4"]
    done = torchrun("-m", "glassnet", *words, "--out", "two.glassnet", cwd=table)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("Saved     two.glassnet") == 1
    assert done.stdout.count("Fit ") == 1
    assert sorted(path.name for path in table.iterdir()) == ["table.csv", "two.glassnet"]
    monkeypatch.chdir(table)
    assert glassnet(*words, "--out", "one.glassnet").code == 0
    one, two = (load(table / f"{name}.glassnet").network_ for name in ("one", "two"))
    np.testing.assert_allclose(two.vector, one.vector, rtol=1e-4, atol=1e-6)


def test_a_process_that_is_killed_is_started_again_and_the_result_is_that_of_an_unbroken_run(table):
    done = torchrun(many.__file__, table, "table.csv", cwd=table)
    assert done.returncode == 0, done.stderr
    assert 30 <= int((table / "killed-0").read_text()) < many.SETTINGS["epochs"]
    assert [(table / f"process-{rank}").read_text().split()[0] for rank in (0, 1)] == ["1", "1"]  # the second attempt
    broken = load(table / "m.glassnet")
    (table / "m.glassnet").unlink()
    whole = in_all(2, lambda reduce: many.train(table, reduce).model)
    assert broken.network_.vector.tobytes() == whole[0].network_.vector.tobytes() == whole[1].network_.vector.tobytes()
    assert broken.network_.record["epochs"] == many.SETTINGS["epochs"]
    assert not (table / "m.glassnet.checkpoint").exists()


@pytest.fixture
def parts(table):
    """Return a folder with the rows of the table in parts."""
    head, *rows = (table / "table.csv").read_text().splitlines()
    (table / "parts").mkdir()
    for k in range(4):
        (table / "parts" / f"{k}.csv").write_text("\n".join([head, *rows[100 * k : 100 * k + 100]]) + "\n")
    return table


@pytest.mark.parametrize("networks", [1, 4])
def test_the_command_streams_rows_as_one_process_does(parts, glassnet, monkeypatch, networks):
    words = ["train", "parts", "--target", "y", "--seed", "1", "--epochs", "4", "--cache", "blocks", "--hidden", "8"]
    words += ["--n-networks", str(networks)]
    done = torchrun("-m", "glassnet", *words, "--out", "two.glassnet", cwd=parts)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("Saved     two.glassnet") == done.stdout.count("trained in parts") == 1
    assert not list(parts.glob("blocks/asked-*"))
    monkeypatch.chdir(parts)
    assert glassnet(*words, "--out", "one.glassnet").code == 0
    one, two = (load(parts / f"{name}.glassnet").network_ for name in ("one", "two"))
    np.testing.assert_allclose(two.vector, one.vector, rtol=1e-4, atol=1e-6)


def test_one_that_is_killed_while_rows_are_prepared_and_one_in_training_change_nothing(parts, monkeypatch):
    done = torchrun(many.__file__, parts, "parts", cwd=parts)
    assert done.returncode == 0, done.stderr
    assert (parts / "killed-0").read_text() == "process 0 wrote block-000002"
    assert 30 <= int((parts / "killed-1").read_text()) < many.SETTINGS["epochs"]
    assert [(parts / f"process-{rank}").read_text().split()[0] for rank in (0, 1)] == ["2", "2"]  # the third attempt
    broken = load(parts / "m.glassnet")
    (parts / "m.glassnet").unlink()
    shutil.rmtree(parts / "blocks")
    monkeypatch.setattr(writing, "ROWS", many.ROWS)
    whole = in_all(2, lambda reduce: many.train(parts, reduce, data="parts").model)
    assert broken.network_.vector.tobytes() == whole[0].network_.vector.tobytes() == whole[1].network_.vector.tobytes()
    assert broken.network_.record["epochs"] == many.SETTINGS["epochs"]
    assert not (parts / "m.glassnet.checkpoint").exists()
