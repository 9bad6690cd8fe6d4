"""Several processes train one network: those that torchrun starts, on one machine or many.

torch carries the sums between them (`torch.distributed`: gloo between processors, nccl between graphics processors);
what is summed is computed by the engine of the training, as in one process.
"""

from __future__ import annotations

import os
import secrets
import time
from datetime import timedelta
from typing import Any

import numpy as np

from glassnet.errors import MissingLibraryError, in_short

__all__ = ["AllReduce", "joined"]

SET_BY_TORCHRUN = ("RANK", "WORLD_SIZE", "LOCAL_RANK", "MASTER_ADDR", "MASTER_PORT")
STARTING = timedelta(minutes=10)  # within which all processes have to start


class AllReduce:
    """Adds up arrays over the processes that torchrun started; `joined` makes it.

    Attributes
    ----------
    rank, ranks : int
        Number of this process, counted from 0, and how many there are.
    """

    def __init__(self) -> None:
        import torch
        from torch import distributed

        on_cuda = torch.cuda.is_available()
        if on_cuda:
            torch.cuda.set_device(int(os.environ["LOCAL_RANK"]))
        if not distributed.is_initialized():
            rank, ranks = int(os.environ["RANK"]), int(os.environ["WORLD_SIZE"])
            store = _store_of_this_start(distributed, rank, ranks)
            backend = "cpu:gloo,cuda:nccl" if on_cuda else "gloo"
            distributed.init_process_group(backend, store=store, rank=rank, world_size=ranks)
        self._tensor, self._all_reduce = torch.from_numpy, distributed.all_reduce
        self.rank: int = distributed.get_rank()
        self.ranks: int = distributed.get_world_size()

    def __call__(self, numbers: Any) -> None:
        """Put the sum over all processes into an array of NumPy, or a tensor, whose numbers are contiguous.

        Parameters
        ----------
        numbers : array
            This process's numbers, of one shape and type in all processes.

        Raises
        ------
        ConnectionError
            If another process has ended.
        """
        try:
            self._all_reduce(self._tensor(numbers) if isinstance(numbers, np.ndarray) else numbers)
        except RuntimeError as error:
            raise ConnectionError(
                f"process {self.rank} of {self.ranks} has lost another one ({in_short(error)}); where a checkpoint was "
                "written, the same command goes on from it"
            ) from error

    def leave(self) -> None:
        """End what the processes have opened between them."""
        from torch import distributed

        distributed.destroy_process_group()


def _store_of_this_start(distributed: Any, rank: int, ranks: int) -> Any:
    """Return the store in which torchrun's processes find each other, under a name that only this start of them has.

    torchrun keeps the store when it starts processes again, with the addresses of those that have ended. So the first
    process asks by a random name, each other one answers with that and a name of its own, and what the first then
    writes has the names of all that live.

    Raises
    ------
    ConnectionError
        If they do not all start in time.
    """
    store, _, _ = next(distributed.rendezvous("env://", rank, ranks, timeout=STARTING))
    own, end = secrets.token_hex(8), time.monotonic() + STARTING.total_seconds()

    def written(key: str) -> list[str]:
        if time.monotonic() > end:
            raise ConnectionError(f"process {rank} of {ranks}: the others have not started within {STARTING}")
        return store.get(key).decode().split() if store.check([key]) else []

    if rank == 0:
        store.set("glassnet/asked", own)
        answers = [own]
        while len(answers) < ranks:
            match written(f"glassnet/answer/{len(answers)}"):
                case [asked, name] if asked == own:
                    answers.append(name)
                case _:
                    time.sleep(0.02)
        store.set("glassnet/begun", " ".join(answers))
        return distributed.PrefixStore(own, store)
    while not (own in (begun := written("glassnet/begun")) and begun[:1] == written("glassnet/asked")):
        if question := written("glassnet/asked"):
            store.set(f"glassnet/answer/{rank}", f"{question[0]} {own}")
        time.sleep(0.02)
    return distributed.PrefixStore(begun[0], store)


def number_of_process() -> int:
    """Return the number that torchrun gave this process, counted from 0; 0 where it did not start it."""
    return int(os.environ["RANK"]) if all(name in os.environ for name in SET_BY_TORCHRUN) else 0


def joined() -> AllReduce | None:
    """Join the processes that torchrun started with this one.

    Returns
    -------
    AllReduce or None
        What `Network.fit` and the Tabular estimators take as `reduce`; None where torchrun did not start this process.

    Raises
    ------
    MissingLibraryError
        If torch is not installed.

    Examples
    --------
    The same script runs alone and as ``torchrun --nproc-per-node 4 script.py``:

    >>> from glassnet import Network, distributed
    >>> reduce = distributed.joined()
    >>> X, Y = np.random.default_rng(0).random((4, 50)), np.ones((1, 50))
    >>> history = Network([4, 8, 1], seed=1).fit(X, Y, batch_size=10, epochs=3, reduce=reduce)
    >>> history.steps
    15
    """
    if any(name not in os.environ for name in SET_BY_TORCHRUN):
        return None
    try:
        return AllReduce()
    except ImportError as error:
        raise MissingLibraryError.of("training in several processes", "torch") from error
