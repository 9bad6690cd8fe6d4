"""Killed at any moment of training and of saving: no model is lost, and what was trained is resumed to the bit."""

import json
import os
import random
import shutil
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import glassnet
from faults import killed
from glassnet import Network

pytestmark = pytest.mark.needs("fork")


class Children:
    """Starts tasks of `killed.py` and kills them."""

    def __init__(self):
        self.server = subprocess.Popen(
            [sys.executable, killed.__file__], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.random = random.Random(0)

    def kill(self, task, folder, longest):
        """Start a task and kill it within so many seconds (None: never); return whether it had ended before."""
        seconds = None if longest is None else self.random.uniform(0, longest)
        self.server.stdin.write(json.dumps([task, str(folder), seconds]) + "\n")
        self.server.stdin.flush()
        status = int(self.server.stdout.readline())
        if os.WIFEXITED(status):
            assert os.WEXITSTATUS(status) == 0, Path(folder, "error.txt").read_text()
        return os.WIFEXITED(status)


@pytest.fixture(scope="module")
def children():
    made = Children()
    yield made
    made.server.stdin.close()
    made.server.wait(30)
    made.server.stdout.close()


def parts(folder):
    return [entry for entry in folder.iterdir() if entry.suffix == ".part"]


def test_a_training_that_is_killed_resumes(children, tmp_path, tries, tally):
    """The checkpoint of one kill is where the next run begins; in the end stands what an undisturbed run gives."""
    X, Y, *validation = killed.data()
    whole = killed.network()
    whole.fit(X, Y, validation=tuple(validation), **killed.SETTINGS)
    model, checkpoint = tmp_path / "net.glassnet", tmp_path / "net.checkpoint"
    kills, ends, lost, left, most = 0, 0, 0, 0, 0.0
    wanted = tries(8, 100)
    while kills < wanted or not ends:
        had, began = checkpoint.exists(), time.time()
        if children.kill("train", tmp_path, 0.6 if kills < wanted else None):
            ends += 1
            lost += not np.array_equal(Network.load(model).vector, whole.vector)
            left += len(parts(tmp_path))
            model.unlink()
            continue
        kills += 1
        if checkpoint.exists():
            most = max(most, time.time() - max(began, checkpoint.stat().st_mtime))
            try:
                Network.load(checkpoint)
            except glassnet.GlassnetError:
                lost += 1
        elif not model.exists():
            lost += had
    tally("kills during training", tried=kills, trainings_ended=ends, models_lost=lost, part_files_left=left,
          most_seconds_lost=round(most, 2))  # fmt: skip
    assert (lost, left) == (0, 0)


def test_a_tables_training_that_is_killed_resumes(children, tmp_path, tries, tally):
    rng = np.random.default_rng(0)
    rows = [f"{a:.3f},{b:.3f},{'yes' if a * b > 0 else 'no'}" for a, b in rng.normal(size=(300, 2))]
    (tmp_path / "table.csv").write_text("\n".join(["a,b,y", *rows]) + "\n")
    model = tmp_path / "net.glassnet"
    killed.train_table(tmp_path)
    whole = glassnet.load(model)
    model.unlink()
    kills, ends, lost, left = 0, 0, 0, 0
    wanted = tries(4, 60)
    while kills < wanted or not ends:
        if not children.kill("train_table", tmp_path, 1.2 if kills < wanted else None):
            kills += 1
            continue
        ends += 1
        lost += not np.array_equal(glassnet.load(model).network_.vector, whole.network_.vector)
        left += len(list(tmp_path.iterdir())) - 2  # the table and the model
        model.unlink()
    tally("kills during a table's training", tried=kills, trainings_ended=ends, models_lost=lost, files_left=left)
    assert (lost, left) == (0, 0)


def test_a_training_in_parts_that_is_killed_goes_on(children, tmp_path, tries, tally):
    """Killed while blocks are prepared the next run goes on from finished ones, in training from a checkpoint."""
    rng = np.random.default_rng(0)
    (tmp_path / "parts").mkdir()
    for k in range(4):
        a, b = rng.normal(size=(2, 400))
        y = np.where(a * b > 0, "yes", "no")
        pq.write_table(pa.table({"a": a, "b": b, "y": y}), tmp_path / "parts" / f"{k}.parquet")
    model, blocks = tmp_path / "net.glassnet", tmp_path / "blocks"
    assert children.kill("train_parts", tmp_path, None)
    whole = glassnet.load(model)
    model.unlink()
    shutil.rmtree(blocks)
    kills, ends, lost, left = 0, 0, 0, 0
    wanted = tries(6, 60)
    while kills < wanted or not ends:
        if not children.kill("train_parts", tmp_path, 0.8 if kills < wanted else None):
            kills += 1
            continue
        ends += 1
        lost += not np.array_equal(glassnet.load(model).network_.vector, whole.network_.vector)
        left += len(list(tmp_path.iterdir())) - 3  # the parts, their blocks and the model
        model.unlink()
        shutil.rmtree(blocks)
    tally("kills during a training in parts", tried=kills, trainings_ended=ends, models_lost=lost, files_left=left)
    assert (lost, left) == (0, 0)


def test_a_model_survives_a_kill_while_it_is_saved(children, tmp_path, tries, tally):
    path = tmp_path / "net.glassnet"
    killed.network(1).save(path)
    vectors = [killed.network(seed).vector for seed in (1, 2)]
    kills, lost, halves = tries(8, 100), 0, 0
    for _ in range(kills):
        children.kill("save", tmp_path, 0.05)
        halves += bool(parts(tmp_path))
        try:
            lost += not any(np.array_equal(Network.load(path).vector, vector) for vector in vectors)
        except glassnet.GlassnetError:
            lost += 1
    killed.network(1).save(path)
    left = len(parts(tmp_path))
    tally("kills during saving", tried=kills, half_written=halves, models_lost=lost, part_files_left=left)
    assert (lost, left) == (0, 0)
