"""A studio that serves in a thread of its own, and a client that asks it as a browser does."""

import http.client
import json
import threading
import time

import pytest

from needs import need


class Answer:
    """What came back."""

    def __init__(self, response):
        self.status, self.headers, self.body = response.status, response.headers, response.read()

    @property
    def json(self):
        return json.loads(self.body)


class Client:
    """Asks one studio, with its cookie unless told otherwise."""

    def __init__(self, studio, port):
        self.studio, self.port = studio, port
        self.cookie = f"glassnet-studio-{port}={studio.guard.key}"

    def ask(self, method, path, body=None, *, cookie=True, timeout=60, **headers):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        if cookie:
            named["Cookie"] = self.cookie
        if body is not None and not isinstance(body, bytes):
            body, named = json.dumps(body).encode(), {"Content-Type": "application/json", **named}
        try:
            connection.request(method, path, body, named)
            return Answer(connection.getresponse())
        finally:
            connection.close()

    def get(self, path, **more):
        answer = self.ask("GET", path, **more)
        assert answer.status == 200, answer.body
        return answer.json

    def post(self, path, body, **more):
        answer = self.ask("POST", path, body, **more)
        assert answer.status in (200, 201), answer.body
        return answer.json

    def run(self, spec=None):
        """Start a run and return its address."""
        return f"/api/runs/{self.post('/api/runs', spec or {})['run']}"

    def events(self, path, seconds=20):
        """Yield the events of a run, as (name, document)."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=seconds)
        try:
            connection.request("GET", path, headers={"Cookie": self.cookie, "Sec-Fetch-Site": "same-origin"})
            response = connection.getresponse()
            assert response.status == 200
            name = ""
            while line := response.readline().decode().strip("\n") or " ":
                if line.startswith("event: "):
                    name = line.removeprefix("event: ")
                elif line.startswith("data: "):
                    yield name, json.loads(line.removeprefix("data: "))
        finally:
            connection.close()


@pytest.fixture
def serving():
    """Return a function that serves a studio and returns its client; all end with the test."""
    need("starlette")
    need("uvicorn")
    import uvicorn

    from glassnet.studio.app import Studio
    from glassnet.studio.server import of_app
    from glassnet.web_server import listening

    ended = []

    def serve(studio=None, **settings):
        studio = studio or Studio("a token of the tests", **settings)
        taken = listening("127.0.0.1", 0)
        server = uvicorn.Server(of_app(studio))
        server.install_signal_handlers = lambda: None
        thread = threading.Thread(target=lambda: server.run(sockets=[taken]), daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.01)

        def end():
            server.should_exit = server.force_exit = True
            thread.join(20)
            assert not thread.is_alive()
            taken.close()

        ended.append(end)
        return Client(studio, taken.getsockname()[1])

    yield serve
    for end in ended:
        end()


@pytest.fixture
def client(serving):
    """Return the client of a studio."""
    return serving()
