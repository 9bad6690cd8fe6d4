"""`glassnet serve` as a user starts it: asked over HTTP, by schemathesis from its own document, ended by Ctrl-C."""

import json
import re
import shlex
import signal
import subprocess
import sys
import urllib.request

import pytest

from serve.conftest import rows_of, table
from shared import ROOT

pytestmark = [pytest.mark.needs("starlette", "uvicorn", "prometheus_client", "posix")]
COMMAND = [sys.executable, "-m", "glassnet", "serve"]


@pytest.fixture
def running(models, tmp_path):
    """Return a function that serves a model by the command; what it returns is the process and the address."""
    started = []

    def serve(name, *words):
        models[name].save(tmp_path / "m.glassnet")
        command = [*COMMAND, str(tmp_path / "m.glassnet"), "--port", "0", *words]
        started.append(subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True))
        return started[-1], started[-1].stdout.readline().removeprefix("Model: ").strip()

    yield serve
    for process in started:
        process.kill()
        process.communicate()


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
def test_it_answers_until_ctrl_c(running, models, ending):
    import numpy as np

    process, address = running("two classes")
    columns = table(np.random.default_rng(0), 2)
    body = json.dumps({"rows": rows_of(columns)}).encode()
    request = urllib.request.Request(address, body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=30) as answer:
        assert json.load(answer)["predictions"] == models["two classes"].predict(columns).tolist()
    process.send_signal(ending)
    said, errors = process.communicate(timeout=60)
    assert said.splitlines()[-1] == "The server has ended."
    assert errors == ""
    assert process.returncode == 0


def test_rows_to_compare_with_may_hold_further_columns_but_lack_none(running, tmp_path):
    import numpy as np
    import pyarrow as pa
    from pyarrow import csv

    rng, names = np.random.default_rng(0), ["no", "y"]
    columns = table(rng, 30)
    further = {name: [f"{name}{k}" for k in range(30)] for name in names}
    csv.write_csv(pa.table({**further, **columns}), tmp_path / "rows.csv")
    _, address = running("numbers", "--rows", str(tmp_path / "rows.csv"))
    body = json.dumps({"rows": rows_of(table(rng, 2)), "contributions": True}).encode()
    request = urllib.request.Request(address, body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=60) as answer:
        assert len(json.load(answer)["contributions"]) == 2
    csv.write_csv(pa.table(further), tmp_path / "rows.csv")
    process, _ = running("numbers", "--rows", str(tmp_path / "rows.csv"))
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 2
    assert len(errors.splitlines()) == 1
    assert "is missing" in errors


@pytest.mark.usefixtures("two_epochs")
def test_the_commands_of_the_page(glassnet, monkeypatch, tmp_path):
    from glassnet.cli.demo import write_breast_cancer

    monkeypatch.chdir(tmp_path)
    write_breast_cancer(tmp_path / "breast-cancer.csv")
    page = (ROOT / "docs" / "serve.md").read_text("utf-8")
    train, serve = re.findall(r"```sh\n(.*?)```", page, re.DOTALL)[0].splitlines()
    assert glassnet(*shlex.split(train)[1:]).code == 0
    words = [*shlex.split(serve.replace("8000", "0"))[2:]]
    with subprocess.Popen([*COMMAND, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        address = process.stdout.readline().removeprefix("Model: ").strip()
        with urllib.request.urlopen(address.replace("predict", "health"), timeout=30) as answer:
            assert json.load(answer) == {"status": "ok", "model": "TabularClassifier"}
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)
    assert process.returncode == 0


@pytest.mark.long
@pytest.mark.needs("schemathesis")
@pytest.mark.parametrize("name", ["two classes", "dates"])
def test_schemathesis_finds_no_server_error(running, name, tmp_path):
    _, address = running(name)
    checks = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"
    program = [sys.executable, "-c", "from schemathesis.cli import schemathesis; schemathesis()"]
    words = [
        "run",
        address.replace("predict", "openapi.json"),
        "--checks",
        checks,
        "--seed",
        "1",
        "--max-examples",
        "60",
    ]
    done = subprocess.run([*program, *words], capture_output=True, text=True, cwd=tmp_path, check=False, timeout=400)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]


def test_what_cannot_be_served_is_said_in_a_line(tmp_path):
    done = subprocess.run([*COMMAND, str(tmp_path / "no.glassnet")], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
