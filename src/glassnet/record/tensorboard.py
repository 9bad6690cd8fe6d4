"""Trainings in TensorBoard's files."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from glassnet.errors import FileError, MissingLibraryError
from glassnet.record.recorder import Recorder


class TensorBoard(Recorder):
    """A callback that writes costs and learning rates into a folder, for ``tensorboard --logdir FOLDER``.

    Parameters
    ----------
    folder : str or Path
        Made where it is not there; each training has a folder in it: 1, 2, ..., after those that are there.

    Raises
    ------
    MissingLibraryError
        If tensorboard is not installed.
    FileError
        When a training begins, if the folder cannot be written to.

    Examples
    --------
    >>> from glassnet import Network, record
    >>> net = Network([2, 3, 1], seed=1)
    >>> history = net.fit(X, Y, callbacks=[record.TensorBoard("runs")])  # doctest: +SKIP
    """

    def __init__(self, folder: str | Path) -> None:
        try:
            from tensorboard.summary import Writer
        except ImportError as error:
            raise MissingLibraryError.of("recording for TensorBoard", "tensorboard") from error
        self.folder = Path(folder)
        self._make: Any = Writer
        self._writer: Any = None

    def begin(self, run: int, settings: Mapping[str, Any]) -> None:
        """Open the files of a training."""
        there = {path.name for path in self.folder.iterdir()} if self.folder.is_dir() else set()
        number = next(k for k in range(1, len(there) + 2) if str(k) not in there)
        try:
            self._writer = self._make(str(self.folder / str(number)))
        except OSError as error:
            raise FileError(f"{self.folder}: {error.strerror or error}") from error

    def write(self, epoch: int, values: Mapping[str, float]) -> None:
        """Write the numbers of an epoch."""
        for name, value in values.items():
            self._writer.add_scalar(name, value, step=epoch)
        self._writer.flush()

    def end(self) -> None:
        """Close the files."""
        self._writer.close()
