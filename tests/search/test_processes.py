"""Eight processes share a study, two of them are killed: no trial is lost, and all come out as in one process."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest

TRIALS, PROCESSES, KILLED = 20, 8, 2
PROGRAM = """
import json, sys, time
from pathlib import Path
import numpy as np
from glassnet import TabularClassifier
from glassnet.search import alive, sampling, study
storage, gate, trials = sys.argv[1] or None, Path(sys.argv[2]), int(sys.argv[3])
alive.EVERY, alive.SILENCE = 0.5, 5.0
sampling.FIRST = trials  # all are drawn by their numbers alone
rng = np.random.default_rng(0)
X = rng.normal(size=(400, 6))
y = (X[:, 0] * X[:, 1] + 0.3 * rng.normal(size=400) > 0).astype(int)
while not gate.exists():
    time.sleep(0.05)
model = TabularClassifier(preset="fast", epochs=40, random_state=3)
found = study(model, X, y, trials=trials, storage=storage, prune=False, tell=lambda trial: print("told", flush=True))
print(json.dumps({
    "scores": {json.dumps(each.settings, sort_keys=True): each.score for each in found.trials},
    "best": found.best.settings, "score": found.best.score, "model": found.model.left_out_["cost"],
}))
"""


@pytest.fixture
def started(tmp_path):
    """Return a function that starts the program; what still runs when the test ends is killed."""
    running = []

    def start(storage, gate):
        words = [sys.executable, "-c", PROGRAM, str(storage or ""), str(tmp_path / gate), str(TRIALS)]
        environment = {**os.environ, "OMP_NUM_THREADS": "1"}
        running.append(subprocess.Popen(words, stdout=subprocess.PIPE, text=True, env=environment))
        return running[-1]

    yield start
    for process in running:
        process.kill()
        process.wait()
        process.stdout.close()


def result(process):
    out, _ = process.communicate(timeout=600)
    assert process.returncode == 0
    return json.loads(out.splitlines()[-1])


def kill_two_of_eight(started, storage, folder):
    """Return what the others found, once two were killed which had each finished a trial."""
    (folder / "at_once").touch()
    victims = [started(storage, "at_once") for _ in range(KILLED)]
    others = [started(storage, "gate") for _ in range(PROCESSES - KILLED)]
    for process in victims:
        assert process.stdout.readline() == "told\n"
    (folder / "gate").touch()
    time.sleep(0.2)  # in the midst of a trial, most likely
    for process in victims:
        process.send_signal(signal.SIGKILL)
    assert [process.wait() for process in victims] == [-signal.SIGKILL] * KILLED
    return [result(process) for process in others]


def check_against_one_process(started, found):
    alone = result(started(None, "gate"))
    assert len(alone["scores"]) == TRIALS
    for each in found:
        assert each["scores"] == alone["scores"]  # to the last digit
        assert each["best"] == alone["best"]
        assert each["score"] == each["model"] == alone["score"]


@pytest.mark.long
@pytest.mark.needs("optuna", "posix")
def test_no_trial_is_lost_from_a_journal_file(started, tmp_path):
    found = kill_two_of_eight(started, tmp_path / "study.journal", tmp_path)
    check_against_one_process(started, found)


@pytest.mark.long
@pytest.mark.needs("optuna", "posix")
def test_no_trial_is_lost_from_postgresql(started, database, tmp_path):
    found = kill_two_of_eight(started, database, tmp_path)
    check_against_one_process(started, found)
