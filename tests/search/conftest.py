"""A database for the tests of searches: PostgreSQL, in a folder of its own, by a user who may do nothing else."""

import os
import pwd
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

from needs import need, postgresql

USERS = ("postgres", "nobody")  # PostgreSQL refuses to run as root


@pytest.fixture
def database():
    """Return the URL of an empty database, which ends with the test."""
    need("PostgreSQL")
    need("psycopg")
    programs = postgresql().parent
    folder = Path(tempfile.mkdtemp(prefix="gn-"))  # short: a socket's path may have 100 letters
    user = {}
    if os.geteuid() == 0:
        name = next(name for name in USERS if name in {each.pw_name for each in pwd.getpwall()})
        shutil.chown(folder, name)
        user = {"user": name}

    def run(*words):
        subprocess.run([str(word) for word in words], check=True, cwd=folder, stdout=subprocess.DEVNULL, **user)

    data = folder / "data"
    run(programs / "initdb", "-D", data, "-U", "tester", "-A", "trust", "--no-sync", "-E", "UTF8", "--locale=C")
    try:
        run(programs / "pg_ctl", "-D", data, "-l", folder / "log", "-w", "-o", f"-k {folder} -h ''", "start")
        yield f"postgresql://tester@/postgres?host={folder}"
    finally:
        run(programs / "pg_ctl", "-D", data, "-m", "immediate", "stop")
        shutil.rmtree(folder, ignore_errors=True)
