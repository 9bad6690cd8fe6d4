"""A training in several processes that torchrun starts, of which one kills itself once there is a checkpoint.

Where rows are streamed, the process that writes prepared rows kills itself before that, once a part of them is written.
"""

import os
import signal
import sys
from pathlib import Path

from glassnet import distributed, workflows
from glassnet.tables.streaming import writing

EVERY = 0.05  # seconds that may be lost
ROWS = 60  # of a block on disk, so that there are some
SETTINGS = {"n_networks": 1, "hidden": [16, 8], "batch_size": 32, "epochs": 150, "dropout": 0.1, "random_state": 3,
            "validation": 0.2, "patience": 1000}  # fmt: skip


def train(folder, reduce, callbacks=(), data="table.csv"):
    """Train on the folder's table, or on its parts as a stream, as one of several processes."""
    folder = Path(folder)
    streamed = {} if data == "table.csv" else {"cache": folder / "blocks"}
    return workflows.train_file(
        folder / data,
        "y",
        out=folder / "m.glassnet",
        reduce=reduce,
        every=EVERY,
        callbacks=callbacks,
        **streamed,
        **SETTINGS,
    )


def main(folder, data):
    reduce = distributed.joined()
    checkpoint, attempt = Path(folder, "m.glassnet.checkpoint"), os.environ["TORCHELASTIC_RESTART_COUNT"]
    writing.ROWS = ROWS
    write = writing.write_arrays

    def end(why):
        Path(folder, f"killed-{attempt}").write_text(str(why))
        os.kill(os.getpid(), signal.SIGKILL)

    def written(path, *given):
        write(path, *given)
        if attempt == "0" and path.name == "block-000002":
            end(f"process {reduce.rank} wrote {path.name}")

    def kill(progress):
        if reduce.rank == 1 and attempt == begins and progress.epoch >= 30 and checkpoint.exists():
            end(progress.epoch)

    writing.write_arrays = written
    begins = "0" if data == "table.csv" else "1"  # the attempt in which steps are taken
    outcome = train(folder, reduce, [kill], data)
    Path(folder, f"process-{reduce.rank}").write_text(f"{attempt} {outcome.model.network_.position is not None}")
    reduce.leave()


if __name__ == "__main__":
    main(*sys.argv[1:])
