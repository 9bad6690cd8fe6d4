"""Where the trials of a study are kept: in this process, in a journal file, or in a database."""

from __future__ import annotations

import json
import re
import time
import warnings
from pathlib import Path
from typing import Any

import optuna
from optuna.storages import InMemoryStorage, RDBStorage
from optuna.storages.journal import JournalFileBackend, JournalFileOpenLock

from glassnet.errors import FileError, MissingLibraryError, SettingError, in_short

URL = re.compile(r"[a-z0-9+]+://", re.IGNORECASE)
TIMES = 10  # that tables are looked for
DRIVERS = {"postgresql": "postgresql+psycopg", "postgres": "postgresql+psycopg"}  # of schemes that name none


def opened(storage: str | Path | None) -> Any:
    """Return the storage of Optuna's that a text names.

    Parameters
    ----------
    storage : str or Path, optional
        A file, or the URL of a database, such as ``postgresql://user@host/name``; None keeps trials in this process.

    Returns
    -------
    optuna.storages.BaseStorage
        Which several processes and machines may open at once.

    Raises
    ------
    FileError
        If the file cannot be written, or is no journal; or the database does not answer.
    SettingError
        If the URL cannot be read.
    MissingLibraryError
        If a library is missing that asks the database.
    """
    if storage is None:
        return InMemoryStorage()
    if URL.match(str(storage)):
        return _database(str(storage))
    path = Path(storage)
    try:
        _see_that_journal(path)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # that it is experimental
            journal = JournalFileBackend(str(path), lock_obj=JournalFileOpenLock(str(path)))
            return optuna.storages.JournalStorage(journal)
    except FileError:
        raise
    except OSError as error:
        raise FileError(f"{path}: {error.strerror or error}") from error


def _see_that_journal(path: Path) -> None:
    """Raise FileError where a file is there that no search wrote: trials would be written to its end."""
    if not path.exists():
        return
    with path.open("rb") as file:
        line = file.readline(1 << 16)
    try:
        known = not line or "op_code" in json.loads(line)
    except (ValueError, TypeError):
        known = False
    if not known:
        raise FileError(f"{path}: expected a journal of trials, which a search writes; this file is another")


def _database(url: str) -> Any:
    for scheme, driver in DRIVERS.items():
        url = url.replace(f"{scheme}://", f"{driver}://", 1) if url.startswith(f"{scheme}://") else url
    try:
        return _with_tables(url)
    except ImportError as error:
        raise MissingLibraryError(f"storage: {url.partition(':')[0]} needs a driver that is not installed") from error
    except Exception as error:
        if not type(error).__module__.startswith("sqlalchemy."):
            raise
        if type(error).__name__ == "OperationalError":
            said = in_short(getattr(error, "orig", None) or error)  # the driver's own line
            raise FileError(f"storage {_safe(url)}: the database does not answer ({said})") from error
        like = "postgresql://user@host/name"
        raise SettingError(
            f"storage: expected a file, or a URL such as {like}; got {_safe(url)} ({in_short(error)})"
        ) from error


def _with_tables(url: str) -> Any:
    """Return the storage of a database; its tables are made where there are none.

    Processes that begin at the same moment all want to make them. All but one fail, and find them a little later.
    """
    for left in reversed(range(TIMES)):
        try:
            return RDBStorage(url, engine_kwargs={"pool_pre_ping": True})
        except Exception as error:
            if not left or type(error).__name__ not in ("IntegrityError", "ProgrammingError"):
                raise
            time.sleep(0.3)
    raise AssertionError


def _safe(text: str) -> str:
    """Return a URL without its password."""
    return re.sub(r"(://[^:/@]*):[^@]*@", r"\1:***@", text)
