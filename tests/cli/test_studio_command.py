"""`glassnet studio`: an address that is answered, an end without a traceback, one line for what cannot be opened."""

import os
import signal
import subprocess
import sys
import urllib.error
import urllib.request

import pytest

COMMAND = [sys.executable, "-m", "glassnet", "studio", "--no-browser"]


def refused(*words, **more):
    """Return what a command that cannot be done prints, and check that it ends with exit code 2."""
    env = {**os.environ, **more.pop("env", {})}
    done = subprocess.run(
        [*COMMAND, *map(str, words)], capture_output=True, text=True, check=False, env=env, timeout=100
    )
    assert done.returncode == 2, done.stdout
    assert done.stdout == ""
    assert len(done.stderr.strip().splitlines()) == 1
    return done.stderr


@pytest.mark.needs("starlette", "uvicorn", "posix")
@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
def test_the_address_is_answered_until_ctrl_c(ending, tmp_path):
    path = tmp_path / "table.csv"
    path.write_text("a,label\n" + "\n".join(f"{k},{k % 2}" for k in range(40)))
    with subprocess.Popen([*COMMAND, str(path)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as running:
        address = running.stdout.readline().removeprefix("Studio: ").strip()
        root = address.partition("?")[0]
        for wrong in (root, f"{root}?token=wrong"):
            with pytest.raises(urllib.error.HTTPError) as unknown:
                urllib.request.urlopen(wrong, timeout=30)
            assert unknown.value.code == 403
            unknown.value.close()
        running.send_signal(ending)
        said, errors = running.communicate(timeout=30)
    assert said.splitlines()[-1] == "The studio has ended."
    assert errors == ""
    assert running.returncode == 0


@pytest.mark.needs("starlette", "uvicorn")
def test_what_cannot_be_opened_is_said_in_a_line(tmp_path):
    assert "no such file" in refused(tmp_path / "nothing.csv")
    assert "nothing.glassnet" in refused(tmp_path / "nothing.glassnet")
    table = tmp_path / "t.csv"
    table.write_text("a,b\n1,2\n3,4\n")
    assert "given already" in refused(table, table)
    assert "known: a, b" in refused(table, "--target", "c")
    assert "cannot listen" in refused("--host", "203.0.113.7", env={"GLASSNET_STUDIO_PASSWORD": "long enough"})


@pytest.mark.needs("starlette", "uvicorn")
@pytest.mark.parametrize("password", ["", "short"])
def test_other_machines_need_a_password(password):
    said = refused("--host", "0.0.0.0", env={"GLASSNET_STUDIO_PASSWORD": password})
    assert "GLASSNET_STUDIO_PASSWORD" in said
    assert "nothing on the way is encrypted" in said


def test_without_its_libraries_it_says_how_to_get_them():
    code = "import sys; sys.modules['starlette'] = None; from glassnet.cli import main; main()"
    done = subprocess.run([sys.executable, "-c", code, "studio"], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "pip install" in done.stderr
    assert "starlette" in done.stderr
