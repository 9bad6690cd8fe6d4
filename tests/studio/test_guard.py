"""Attacks: foreign names, other sites, missing and wrong secrets, bodies and paths that nobody should send."""

import socket

import pytest

from glassnet.studio.guard import is_own_host, is_same_origin


@pytest.mark.parametrize(
    "host", ["127.0.0.1:80", "localhost", "localhost:8801", "[::1]:80", "192.168.1.5:9", "10.0.0.1"]
)
def test_hosts_that_are_answered(host):
    assert is_own_host(host)


@pytest.mark.parametrize(
    "host",
    ["", "evil.com", "evil.com:80", "localhost.evil.com", "127.0.0.1.nip.io", "127.0.0.1@evil.com", "a b",
     "evil.com#127.0.0.1", "127.0.0.1:99999", "127.0.0.1/evil", "127.0.0.1:80:80", "[::1", "0x7f000001.evil",
     "localhost:x", "\x00"],
)  # fmt: skip
def test_hosts_that_are_not_answered(host):
    assert not is_own_host(host)


@pytest.mark.parametrize(
    ("headers", "changes", "passes"),
    [
        ({"sec-fetch-site": "same-origin"}, True, True),
        ({"sec-fetch-site": "same-site"}, True, False),
        ({"sec-fetch-site": "cross-site"}, True, False),
        ({"sec-fetch-site": "none"}, True, False),
        ({"sec-fetch-site": "none"}, False, True),
        ({"sec-fetch-site": "cross-site"}, False, False),
        ({"origin": "http://127.0.0.1:5"}, True, True),
        ({"origin": "http://evil.com"}, True, False),
        ({"origin": "null"}, True, False),
        ({"origin": "http://127.0.0.1:6"}, True, False),
        ({"origin": "https://127.0.0.1:5"}, True, False),
        ({"sec-fetch-site": "same-origin", "origin": "http://evil.com"}, True, False),
        ({}, True, True),  # no browser sends neither
    ],
)
def test_where_a_request_may_come_from(headers, changes, passes):
    assert is_same_origin({"host": "127.0.0.1:5", **headers}, changes=changes) == passes


def test_the_token_sets_a_strict_cookie_once_and_leaves_the_address(client):
    answer = client.ask("GET", "/?token=a+token+of+the+tests", cookie=False)
    assert (answer.status, answer.headers["location"]) == (303, "/")
    cookie = answer.headers["set-cookie"]
    assert cookie.split(";")[0] == client.cookie
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    assert client.ask("GET", "/").status == 200


@pytest.mark.parametrize("path", ["/", "/?token=", "/?token=wrong", "/?token=%F0%9F%A4%96", "/?token=%00", "/?tok=1"])
def test_without_the_token_nothing_is_shown(client, path):
    answer = client.ask("GET", path, cookie=False)
    assert answer.status == 403
    assert b"token" in answer.body
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize(
    "path", ["/api/choices", "/api/runs", "/page/main.js", "/api/runs/x/events", "/nothing", "/page/"]
)
@pytest.mark.parametrize("cookie", ["", "glassnet-studio-{port}=wrong", "glassnet-studio-{port}=", "other={key}"])
def test_without_the_cookie_nothing_is_answered(client, path, cookie):
    named = {"Cookie": cookie.format(port=client.port, key=client.studio.guard.key)} if cookie else {}
    assert client.ask("GET", path, cookie=False, **named).status == 403


@pytest.mark.parametrize("host", ["evil.com", "studio.evil.com:80", "127.0.0.1.evil.com"])
@pytest.mark.parametrize("path", ["/", "/api/choices", "/?token=a+token+of+the+tests"])
def test_a_foreign_name_that_points_here_is_not_answered(client, host, path):
    assert client.ask("GET", path, Host=host).status == 403


@pytest.mark.parametrize("site", ["cross-site", "same-site", "none"])
def test_another_site_changes_nothing(client, site):
    path = client.run()
    before = client.get(path)["iteration"]
    for method, to in (("POST", f"{path}/do"), ("POST", "/api/runs"), ("POST", f"{path}/change")):
        answer = client.ask(method, to, {"what": "step"}, Sec_Fetch_Site=site)
        assert answer.status == 403
    answer = client.ask("POST", f"{path}/do", {"what": "step"}, Origin="http://evil.com")
    assert answer.status == 403
    assert client.get(path)["iteration"] == before
    assert len(client.studio.runs) == 1


@pytest.mark.parametrize("path", ["/api/choices", "/api/runs", "{run}", "{run}/events", "{run}/plane"])
def test_another_site_reads_nothing(client, path):
    path = path.format(run=client.run())
    assert client.ask("GET", path, Sec_Fetch_Site="cross-site").status == 403
    assert client.ask("GET", path, Sec_Fetch_Site="same-site", Origin="http://127.0.0.1:1").status == 403


@pytest.mark.parametrize(
    ("kind", "body", "status"),
    [
        ("text/plain", b'{"what": "step"}', 415),
        ("application/x-www-form-urlencoded", b"what=step", 415),
        ("multipart/form-data; boundary=x", b"--x--", 415),
        ("", b'{"what": "step"}', 415),
        ("application/json", b"", 400),
        ("application/json", b"{", 400),
        ("application/json", b"[1]", 400),
        ("application/json", b'"text"', 400),
        ("application/json", b'{"a": NaN}', 400),
        ("application/json", b"\xff\xfe", 400),
        ("application/json", b"[" * 100_000, 400),
        ("application/json", b'{"what": ' + b"1" * 10_000 + b"}", 400),
        ("application/json", b'{"what": "' + b"x" * 1_000_001 + b'"}', 413),
    ],
)
def test_bodies_of_another_kind_or_length_are_refused(client, kind, body, status):
    path = client.run()
    answer = client.ask("POST", f"{path}/do", body, Content_Type=kind)
    assert answer.status == status
    assert set(answer.json) == {"error", "zh", "field"}
    assert client.get(path)["iteration"] == 0


def test_a_body_that_says_it_is_longer_than_allowed_is_refused_before_it_comes(client):
    with socket.create_connection(("127.0.0.1", client.port), timeout=20) as connection:
        connection.sendall(
            b"POST /api/runs HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nCookie: %s\r\nContent-Type: application/json\r\n"
            b"Content-Length: 99999999999\r\n\r\n" % (client.port, client.cookie.encode())
        )
        assert b" 413 " in connection.recv(1000)


@pytest.mark.parametrize(
    "path",
    ["../app.py", "..%2fapp.py", "%2e%2e/guard.py", "..%5capp.py", "/etc/passwd", "%2fetc/passwd", "....//app.py",
     "a%00.js", "main.js%00.html", "nothing.js", "", ".", "..", "C:%5cWindows%5cwin.ini.json", "../words.zh.toml",
     "page", "a" * 5000 + ".js"],
)  # fmt: skip
def test_no_file_but_the_pages_own_is_answered(client, path):
    answer = client.ask("GET", f"/page/{path}")
    assert answer.status == 404
    assert b"root:" not in answer.body


def test_every_answer_has_the_headers_that_bind_the_browser(client):
    for path, cookie in (("/", True), ("/api/choices", True), ("/nothing", True), ("/", False)):
        headers = client.ask("GET", path, cookie=cookie).headers
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cache-control"] == "no-store"
        assert "server" not in headers


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "GLASS"])
def test_other_methods_are_refused(client, method):
    assert client.ask(method, "/api/runs").status == 405


def test_a_password_lets_in_where_other_machines_can_connect(serving, monkeypatch):
    from glassnet.studio import app

    monkeypatch.setattr(app, "WRONG_PASSWORD", 0.01)
    client = serving(password="a long password")
    for path in ("/", "/?token=a+token+of+the+tests"):  # the token alone is not enough
        answer = client.ask("GET", path, cookie=False)
        assert answer.status == 403
        assert b'type="password"' in answer.body
    form = {"Content_Type": "application/x-www-form-urlencoded", "cookie": False}
    for wrong in (b"password=", b"password=wrong", b"", b"password=a+long", b"\xff=%ff"):
        assert client.ask("POST", "/open", wrong, **form).status == 403
    assert client.ask("POST", "/open", b"password=a+long+password", Origin="http://evil.com", **form).status == 403
    answer = client.ask("POST", "/open", b"password=a+long+password", **form)
    assert answer.status == 303
    assert answer.headers["set-cookie"].split(";")[0] == client.cookie
