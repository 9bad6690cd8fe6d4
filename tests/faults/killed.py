"""A process that imports glassnet once and forks a child for each task that it reads: children may be killed.

Each line names a function of this file, a folder, and the seconds after which the child is killed, or null; the answer
is how it ended.
"""

import json
import os
import signal
import sys
import time
from pathlib import Path

import numpy as np

from glassnet import Network, workflows
from glassnet.tables.streaming import writing

EVERY = 0.1  # seconds that may be lost
SETTINGS = {"optimizer": "adam", "epochs": 400, "batch_size": 16, "dropout": 0.2, "schedule": "cosine",
            "keep_best": True, "engine": "numpy"}  # fmt: skip


def data():
    rng = np.random.default_rng(0)
    X, Y = rng.normal(size=(6, 80)), rng.integers(0, 2, (1, 80)).astype(float)
    return X, Y, rng.normal(size=(6, 40)), rng.integers(0, 2, (1, 40)).astype(float)


def network(seed=1):
    return Network([6, 20, 1], seed=seed)


def train(folder):
    """Train a network and save it; a checkpoint that is there goes on."""
    X, Y, *validation = data()
    model, checkpoint = Path(folder, "net.glassnet"), Path(folder, "net.checkpoint")
    net = Network.load(checkpoint) if checkpoint.exists() else network()
    net.fit(X, Y, validation=tuple(validation), resume=True, checkpoint=checkpoint, every=EVERY, **SETTINGS)
    net.save(model)
    checkpoint.unlink()


def train_table(folder):
    """Train on a table as the shell does."""
    workflows.train_file(
        Path(folder, "table.csv"), "y", out=Path(folder, "net.glassnet"), every=EVERY, preset="default", epochs=25,
        random_state=1, engine="numpy",
    )  # fmt: skip


def train_parts(folder):
    """Train on a folder of parts as the shell does: two passes, blocks on disk, steps."""
    writing.ROWS = 100  # of a block, so that there are some
    workflows.train_file(
        Path(folder, "parts"), "y", out=Path(folder, "net.glassnet"), cache=Path(folder, "blocks"), every=EVERY,
        hidden=16, n_networks=2, epochs=60, random_state=1, engine="numpy",
    )  # fmt: skip


def save(folder):
    """Write one of two networks after the other, without end."""
    networks = [network(1), network(2)]
    for i in range(10**6):
        networks[i % 2].save(Path(folder, "net.glassnet"))


def main():
    for line in sys.stdin:
        name, folder, seconds = json.loads(line)
        child = os.fork()
        if child == 0:
            try:
                globals()[name](folder)
                os._exit(0)
            except BaseException as error:
                Path(folder, "error.txt").write_text(repr(error))
                os._exit(1)
        end = time.monotonic() + (seconds or 0)
        while seconds is not None and time.monotonic() < end and not ended(child):
            time.sleep(0.001)
        if seconds is not None:
            os.kill(child, signal.SIGKILL)  # one that has ended waits for `waitpid`, under its number
        print(os.waitpid(child, 0)[1], flush=True)


def ended(child):
    return os.waitid(os.P_PID, child, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None


if __name__ == "__main__":
    main()
