"""A training in several processes that torchrun starts, of which one kills itself once there is a checkpoint."""

import os
import signal
import sys
from pathlib import Path

from glassnet import distributed, workflows

EVERY = 0.05  # seconds that may be lost
SETTINGS = {"n_networks": 1, "hidden": [16, 8], "batch_size": 32, "epochs": 150, "dropout": 0.1, "random_state": 3,
            "validation": 0.2, "patience": 1000}  # fmt: skip


def train(folder, reduce, callbacks=()):
    """Train on the folder's table, as one of several processes."""
    folder = Path(folder)
    return workflows.train_file(
        folder / "table.csv",
        "y",
        out=folder / "m.glassnet",
        reduce=reduce,
        every=EVERY,
        callbacks=callbacks,
        **SETTINGS,
    )


def main(folder):
    reduce = distributed.joined()
    checkpoint, attempt = Path(folder, "m.glassnet.checkpoint"), os.environ["TORCHELASTIC_RESTART_COUNT"]

    def kill(progress):
        if reduce.rank == 1 and attempt == "0" and progress.epoch >= 30 and checkpoint.exists():
            Path(folder, "killed").write_text(str(progress.epoch))
            os.kill(os.getpid(), signal.SIGKILL)

    outcome = train(folder, reduce, [kill])
    Path(folder, f"process-{reduce.rank}").write_text(f"{attempt} {outcome.model.network_.position is not None}")
    reduce.leave()


if __name__ == "__main__":
    main(sys.argv[1])
