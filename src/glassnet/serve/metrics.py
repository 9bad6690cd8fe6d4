"""What is counted of requests, as Prometheus reads it."""

from __future__ import annotations

from typing import Any

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Histogram, generate_latest

SECONDS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
KIND = CONTENT_TYPE_LATEST


class Metrics:
    """Counts of one served model."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        into: Any = {"registry": self.registry, "namespace": "glassnet"}
        self._requests = Counter("requests", "Requests, by path and status.", ["path", "status"], **into)
        self._rows = Counter("predicted_rows", "Rows that were predicted.", **into)
        self._seconds = Histogram("predict_seconds", "Seconds of a request to predict.", buckets=SECONDS, **into)
        self._of: dict[tuple[str, int], Counter] = {}

    def request(self, path: str, status: int) -> None:
        """Count a request."""
        key = path, status
        if key not in self._of:
            self._of[key] = self._requests.labels(path, str(status))
        self._of[key].inc()

    def predicted(self, rows: int, seconds: float) -> None:
        """Count predicted rows."""
        self._rows.inc(rows)
        self._seconds.observe(seconds)

    def text(self) -> bytes:
        """Return all counts."""
        return bytes(generate_latest(self.registry))
