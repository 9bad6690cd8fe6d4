"""Requests a second of `glassnet serve` for single rows, beside FastAPI with a scikit-learn pipeline.

Both serve a model of one table on core 0; the client, a process of its own on core 1, keeps some connections busy, each
asking for the next row as soon as it has an answer. The services take turns, and of each the best turn counts: what
else runs on the machine only adds. Every row is asked for before it counts.

    python bench/serve.py [--seconds 10] [--json FILE]
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from threading import Thread
from typing import Any

import numpy as np

CONNECTIONS = (1, 16)
TURNS = 5
ROWS, CATEGORIES = 5000, ("red", "green", "blue", "white")
FASTAPI = """
import sys, joblib, pandas as pd, uvicorn
from fastapi import FastAPI
from pydantic import create_model

model = joblib.load(sys.argv[1])
numbers = {name: (float | None, None) for name in ("a", "b", "c", "d", "e", "f")}
Row = create_model("Row", **numbers, g=(str | None, None), h=(str | None, None))
Ask = create_model("Ask", rows=(list[Row], ...))
app = FastAPI()


@app.post("/predict")
def predict(ask: Ask):
    frame = pd.DataFrame([row.model_dump() for row in ask.rows])
    P = model.predict_proba(frame)
    return {"predictions": model.classes_[P.argmax(axis=1)].tolist(), "probabilities": P.tolist()}


uvicorn.run(app, port=int(sys.argv[2]), log_level="critical", access_log=False)
"""


def table() -> tuple[dict[str, list[Any]], list[str]]:
    """Return a table of six numbers, some missing, and two categories; and a label for each row."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(ROWS, 6))
    colours = rng.integers(0, len(CATEGORIES), (2, ROWS))
    y = X[:, 0] * X[:, 1] + np.sin(2 * X[:, 2]) + (colours[0] == 1) + 0.3 * rng.normal(size=ROWS) > 0
    columns: dict[str, list[Any]] = {}
    for name, values in zip("abcdef", X.T, strict=True):
        columns[name] = [
            None if lost else round(float(v), 4) for v, lost in zip(values, rng.random(ROWS) < 0.05, strict=True)
        ]
    for name, codes in zip("gh", colours, strict=True):
        columns[name] = [CATEGORIES[code] for code in codes]
    return columns, ["yes" if each else "no" for each in y]


def models(folder: Path) -> tuple[Path, Path]:
    """Train both models, and return their files: a network each, of the same hidden units."""
    import joblib
    import pandas as pd
    from sklearn.compose import make_column_transformer
    from sklearn.impute import SimpleImputer
    from sklearn.neural_network import MLPClassifier
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder, StandardScaler

    from glassnet import TabularClassifier

    columns, y = table()
    frame = pd.DataFrame(columns)
    own = folder / "model.glassnet"
    TabularClassifier(random_state=0, preset="fast").fit(frame, y).save(own)
    prepared = make_column_transformer(
        (make_pipeline(SimpleImputer(strategy="median"), StandardScaler()), list("abcdef")),
        (OneHotEncoder(handle_unknown="ignore"), list("gh")),
    )
    other = make_pipeline(prepared, MLPClassifier((128, 128), max_iter=30, random_state=0))
    other.fit(frame, y)
    joblib.dump(other, folder / "model.joblib")
    return own, folder / "model.joblib"


def free_port() -> int:
    """Return a port that nothing listens at."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def requests() -> list[bytes]:
    """Return requests for single rows, as bytes."""
    columns, _ = table()
    found = []
    for i in range(200):
        body = json.dumps({"rows": [{name: cells[i] for name, cells in columns.items()}]}).encode()
        lines = ["POST /predict HTTP/1.1", "Host: x", "Content-Type: application/json", f"Content-Length: {len(body)}"]
        found.append("\r\n".join([*lines, "", ""]).encode() + body)
    return found


def ask(connection: socket.socket, request: bytes) -> None:
    """Send a request, and read its answer."""
    connection.sendall(request)
    answer = b""
    while b"\r\n\r\n" not in answer:
        answer += connection.recv(65536)
    head, _, body = answer.partition(b"\r\n\r\n")
    if not head.startswith(b"HTTP/1.1 200"):
        raise SystemExit(answer.decode())
    length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0])
    while len(body) < length:
        body += connection.recv(65536)


def client(port: int, connections: int, seconds: float, answers: Any) -> None:
    """Keep connections busy for some seconds; put the latencies of all requests."""
    os.sched_setaffinity(0, {1})
    asked, latencies = requests(), []
    end = time.perf_counter() + seconds

    def one(number: int) -> None:
        with socket.create_connection(("127.0.0.1", port)) as connection:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            i = number
            while time.perf_counter() < end:
                began = time.perf_counter()
                ask(connection, asked[i % len(asked)])
                latencies.append(time.perf_counter() - began)
                i += connections

    threads = [Thread(target=one, args=(number,)) for number in range(connections)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    answers.put(latencies)


def processor_seconds(process: int) -> float:
    """Return the seconds that a process has had a processor so far."""
    fields = Path(f"/proc/{process}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def measured(service: int, port: int, connections: int, seconds: float) -> dict[str, float]:
    """Return requests a second, the processor's milliseconds for each, and latencies in milliseconds."""
    before = processor_seconds(service)
    answers: Any = multiprocessing.Queue()
    process = multiprocessing.Process(target=client, args=(port, connections, seconds, answers))
    process.start()
    latencies = np.array(answers.get()) * 1e3
    process.join()
    return {
        "requests a second": len(latencies) / seconds,
        "processor ms": (processor_seconds(service) - before) / len(latencies) * 1e3,
        "median ms": float(np.median(latencies)), "99 % ms": float(np.quantile(latencies, 0.99)),
    }  # fmt: skip


def served(command: list[str], port: int) -> subprocess.Popen[bytes]:
    """Start a service on core 0, and wait until it listens."""
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    process = subprocess.Popen(["taskset", "-c", "0", *command], env=environment, stdout=subprocess.DEVNULL)
    while True:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
            return process
        except OSError:
            time.sleep(0.2)
            if process.poll() is not None:
                raise SystemExit(f"{command}: ended") from None


def main() -> None:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--seconds", type=float, default=5.0, help="of each turn")
    parser.add_argument("--json", type=Path, help="a file for everything that was measured")
    asked = parser.parse_args()
    found: dict[str, list[dict[str, float]]] = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        own, other = models(folder)
        (folder / "service.py").write_text(FASTAPI, encoding="utf-8")
        ports = {"glassnet serve": free_port(), "FastAPI + scikit-learn": free_port()}
        python, (first, second) = sys.executable, ports.values()
        services = [
            served([python, "-m", "glassnet", "serve", str(own), "--port", str(first)], first),
            served([python, str(folder / "service.py"), str(other), str(second)], second),
        ]
        both = [(who, service.pid, port) for (who, port), service in zip(ports.items(), services, strict=True)]
        try:
            for _, service, port in both:
                measured(service, port, 4, 2.0)
            for _ in range(TURNS):
                for connections in CONNECTIONS:
                    for who, service, port in both:
                        turn = measured(service, port, connections, asked.seconds)
                        found.setdefault(f"{who}, {connections}", []).append(turn)
        finally:
            for each in services:
                each.terminate()
                each.wait()
    print("| service | connections | requests a second | processor ms | median ms | 99 % ms |")
    print("|---|---|---|---|---|---|")
    for who, turns in found.items():
        name, connections = who.rsplit(", ", 1)
        best = max(turns, key=lambda turn: turn["requests a second"])
        print(f"| {name} | {connections} |", " | ".join(f"{each:,.2f}" for each in best.values()), "|")
    if asked.json is not None:
        asked.json.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
