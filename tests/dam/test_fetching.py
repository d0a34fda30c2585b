"""Fetching by URL from a server on loopback that misbehaves in each way."""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from dam import addresses
from dam.addresses import read_networks
from dam.connections import Deadline, RequestFailed
from dam.fetching import fetch
from tests.dam.misbehaving import MisbehavingServer, answer, redirect, write_certificate

PICTURE = b"not really a picture" * 10


@pytest.fixture(autouse=True)
def _loopback_may_be_asked(settings):
    settings.DAM_FETCH_NETWORKS = read_networks(["127.0.0.1"])
    settings.DAM_FETCH_SECONDS = 1
    settings.DAM_MAX_UPLOAD_BYTES = 100_000


@pytest.fixture
def server() -> Iterator[MisbehavingServer]:
    server = MisbehavingServer()
    server.answers["/a.jpg"] = answer(PICTURE)
    with server.running():
        yield server


def code_of(url: str) -> str:
    with pytest.raises(RequestFailed) as caught, fetch(url):
        pass
    return caught.value.code


def test_file_comes_with_its_name(server):
    server.answers["/albums/sea%20%C3%A9.jpg?size=2"] = answer(PICTURE)

    with fetch(server.url("/albums/sea%20%C3%A9.jpg?size=2#top")) as fetched:
        assert fetched.file.read() == PICTURE
        assert fetched.name == "sea é.jpg"


def test_letters_beyond_ascii_are_asked_for_in_percents(server):
    server.answers["/s%C3%A9a.jpg"] = answer(PICTURE)

    with fetch(server.url("/séa.jpg")) as fetched:
        assert fetched.file.read() == PICTURE


def test_address_without_a_path_is_the_root(server):
    server.answers["/"] = answer(PICTURE)

    with fetch(server.url("")) as fetched:
        assert fetched.name == ""


def test_chunked_file_is_put_together(server):
    chunked = b"5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n"
    headers = {"Content-Length": "", "Transfer-Encoding": "chunked"}
    server.answers["/chunked"] = answer(chunked, headers=headers)

    with fetch(server.url("/chunked")) as fetched:
        assert fetched.file.read() == b"hello world"


def test_request_has_neither_credentials_nor_compression(server):
    with fetch(server.url("/a.jpg")):
        pass

    names = {line.partition(":")[0].lower() for line in server.requests[0].splitlines()[1:] if line}
    assert names == {"host", "user-agent", "accept", "accept-encoding"}
    assert "Accept-Encoding: identity" in server.requests[0]


@pytest.mark.parametrize(
    "url",
    [
        "",
        "a.jpg",
        "//example.org/a.jpg",
        "http://",
        "http:///a.jpg",
        "http://example.org:0/a.jpg",
        "http://example.org:99999/a.jpg",
        "http://[::1/a.jpg",
        "http://exa mple.org/",
        "http://example.org/a\r\nHost: other",
        "http://example.org/" + "a" * 4000,
        "file:///etc/passwd",
        "ftp://example.org/a.jpg",
        "gopher://example.org/",
        "data:image/png;base64,AAAA",
        "http://name:password@example.org/",
        "http://public.example@127.0.0.1/",
    ],
)
def test_address_that_is_no_plain_web_address_is_refused(url):
    assert code_of(url) == "invalid_url"


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "127.1", "2130706433", "0x7f.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "0"],
)
def test_this_machine_is_refused_in_all_spellings(server, settings, host):
    settings.DAM_FETCH_NETWORKS = ()

    assert code_of(server.url("/a.jpg", host=host)) == "address_refused"
    assert server.requests == []


@pytest.mark.parametrize("host", ["169.254.169.254", "10.0.0.1", "192.168.0.1", "[fe80::1]"])
def test_private_and_link_local_addresses_are_refused(host):
    assert code_of(f"http://{host}/latest/meta-data/") == "address_refused"


def test_redirect_is_followed(server):
    server.answers["/moved"] = redirect("/a.jpg")

    with fetch(server.url("/moved")) as fetched:
        assert fetched.file.read() == PICTURE


def test_redirect_to_a_private_address_is_refused(server):
    server.answers["/moved"] = redirect("http://169.254.169.254/latest/meta-data/")

    assert code_of(server.url("/moved")) == "address_refused"


def test_redirect_to_another_port_of_a_refused_host_is_refused(server):
    server.answers["/moved"] = redirect(f"http://127.0.0.2:{server.port}/a.jpg")

    assert code_of(server.url("/moved")) == "address_refused"
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    "target", ["file:///etc/passwd", "gopher://example.org/", "http://[", "http://a:b@c/"]
)
def test_redirect_to_what_is_no_web_address_is_refused(server, target):
    server.answers["/moved"] = redirect(target)

    assert code_of(server.url("/moved")) == "invalid_url"


def test_redirects_end_after_some(server, settings):
    settings.DAM_FETCH_REDIRECTS = 2
    server.answers["/around"] = redirect("/around")

    assert code_of(server.url("/around")) == "too_many_redirects"
    assert len(server.requests) == 3


def test_redirect_that_leads_nowhere_is_no_file(server):
    server.answers["/moved"] = answer(status="302 Found")

    assert code_of(server.url("/moved")) == "bad_answer"


def test_name_that_changes_its_address_after_the_check_changes_nothing(server, monkeypatch):
    asked = []

    def rebinding(host, port, **_):
        asked.append(host)
        address = "127.0.0.1" if len(asked) == 1 else "127.0.0.2"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    monkeypatch.setattr(addresses.socket, "getaddrinfo", rebinding)

    with fetch(server.url("/a.jpg", host="rebinding.example")) as fetched:
        assert fetched.file.read() == PICTURE
    assert asked == ["rebinding.example"]


def test_name_that_changes_its_address_before_a_redirect_is_refused(server, monkeypatch):
    asked = []

    def rebinding(host, port, **_):
        asked.append(host)
        address = "127.0.0.1" if len(asked) == 1 else "127.0.0.2"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    monkeypatch.setattr(addresses.socket, "getaddrinfo", rebinding)
    server.answers["/moved"] = redirect("/a.jpg")

    assert code_of(server.url("/moved", host="rebinding.example")) == "address_refused"


def test_name_with_one_private_address_among_others_is_refused(server, monkeypatch):
    def both(host, port, **_):
        places = [("127.0.0.1", port), ("10.0.0.1", port)]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", place) for place in places]

    monkeypatch.setattr(addresses.socket, "getaddrinfo", both)

    assert code_of(server.url("/a.jpg", host="both.example")) == "address_refused"


def test_resolver_that_hangs_is_left(server, monkeypatch):
    monkeypatch.setattr(addresses.socket, "getaddrinfo", lambda *_, **__: server.wait(30) or [])

    assert code_of("http://slow.example/") == "timed_out"


def test_next_address_is_tried_where_one_is_closed(server, monkeypatch, settings):
    settings.DAM_FETCH_NETWORKS = read_networks(["127.0.0.0/8"])

    def both(host, port, **_):
        places = [("127.0.0.9", port), ("127.0.0.1", port)]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", place) for place in places]

    monkeypatch.setattr(addresses.socket, "getaddrinfo", both)

    with fetch(server.url("/a.jpg", host="both.example")) as fetched:
        assert fetched.file.read() == PICTURE


def test_only_hosts_of_the_list_are_asked_where_there_is_one(server, settings):
    settings.DAM_FETCH_HOSTS = ["photos.example.org"]

    assert code_of(server.url("/a.jpg")) == "host_refused"
    assert server.requests == []


def test_host_of_the_list_is_asked(server, settings):
    settings.DAM_FETCH_HOSTS = ["127.0.0.1"]

    with fetch(server.url("/a.jpg")) as fetched:
        assert fetched.file.read() == PICTURE


def test_redirect_off_the_list_is_refused(server, settings):
    settings.DAM_FETCH_HOSTS = ["127.0.0.1"]
    server.answers["/moved"] = redirect(server.url("/a.jpg", host="localhost"))

    assert code_of(server.url("/moved")) == "host_refused"


def test_file_that_says_it_is_too_large_is_not_read(server):
    server.answers["/large"] = answer(headers={"Content-Length": "100001"})

    assert code_of(server.url("/large")) == "too_large"


def test_file_that_is_larger_than_it_says_nothing_of_is_left(server):
    def pour(client, _):
        client.sendall(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")
        while not server.has_ended:
            client.sendall(b"x" * 10_000)

    server.answers["/endless"] = pour

    assert code_of(server.url("/endless")) == "too_large"


def test_chunks_that_never_end_are_left(server):
    def pour(client, _):
        client.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        while not server.has_ended:
            client.sendall(b"1000\r\n" + b"x" * 4096 + b"\r\n")

    server.answers["/endless"] = pour

    assert code_of(server.url("/endless")) == "too_large"


def test_compressed_file_is_refused(server):
    server.answers["/gzip"] = answer(b"\x1f\x8b", headers={"Content-Encoding": "gzip"})

    assert code_of(server.url("/gzip")) == "bad_answer"


def test_file_that_ends_too_early_is_refused(server):
    server.answers["/short"] = answer(b"half", headers={"Content-Length": "8"})

    assert code_of(server.url("/short")) == "bad_answer"


def test_chunks_that_end_too_early_are_refused(server):
    headers = {"Content-Length": "", "Transfer-Encoding": "chunked"}
    server.answers["/short"] = answer(b"ff\r\nhalf", headers=headers)

    assert code_of(server.url("/short")) == "bad_answer"


@pytest.mark.parametrize("status", ["404 Not Found", "500 Oops", "206 Partial", "204 No Content"])
def test_other_status_is_no_file(server, status):
    server.answers["/a"] = answer(PICTURE, status=status)

    assert code_of(server.url("/a")) == "bad_answer"


def test_message_tells_nothing_of_the_answer(server):
    server.answers["/a"] = answer(b"secret", status="403 Secret", headers={"X-Secret": "secret"})

    with pytest.raises(RequestFailed) as caught, fetch(server.url("/a")):
        pass

    assert "ecret" not in caught.value.message


@pytest.mark.parametrize(
    "raw",
    [
        b"SSH-2.0-OpenSSH_9.2\r\n\r\n",
        b"HTTP/1.1 abc\r\n\r\n",
        b"",
        b"HTTP/1.1 200 OK\r\n" + b"X-A: b\r\n" * 200 + b"\r\n",
        b"HTTP/1.1 200 OK\r\nX-A: " + b"a" * 70_000 + b"\r\n\r\n",
    ],
)
def test_answer_that_is_not_http_is_refused(server, raw):
    server.answers["/raw"] = lambda client, _: client.sendall(raw)

    assert code_of(server.url("/raw")) in {"bad_answer", "unreachable"}


def test_closed_port_is_unreachable():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]

    assert code_of(f"http://127.0.0.1:{port}/") == "unreachable"


def test_name_that_is_unknown_is_unreachable(monkeypatch):
    def unknown(*_, **__):
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(addresses.socket, "getaddrinfo", unknown)

    assert code_of("http://nowhere.example/") == "unreachable"


def test_silent_server_is_left(server):
    server.answers["/silent"] = lambda client, _: server.wait(30)
    started = time.monotonic()

    assert code_of(server.url("/silent")) == "timed_out"
    assert time.monotonic() - started < 5


@pytest.mark.parametrize(
    "start",
    [
        b"",
        b"HTTP/1.1 200 OK\r\nX-Slow: ",
        b"HTTP/1.1 200 OK\r\nContent-Length: 90000\r\n\r\n",
    ],
    ids=["status", "header", "body"],
)
def test_server_that_drips_is_left(server, start):
    """Each byte comes in time, all of them never."""

    def drip(client, _):
        client.sendall(start)
        while not server.has_ended:
            client.sendall(b"1")
            server.wait(0.1)

    server.answers["/drip"] = drip
    started = time.monotonic()

    assert code_of(server.url("/drip")) == "timed_out"
    assert time.monotonic() - started < 5


def test_server_that_always_says_continue_is_left(server):
    def go_on(client, _):
        while not server.has_ended:
            client.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
            server.wait(0.02)

    server.answers["/continue"] = go_on

    assert code_of(server.url("/continue")) == "timed_out"


def test_redirects_share_the_time(server, settings):
    settings.DAM_FETCH_REDIRECTS = 20

    def slow(client, request):
        server.wait(0.3)
        redirect("/around")(client, request)

    server.answers["/around"] = slow

    assert code_of(server.url("/around")) == "timed_out"


def test_files_of_a_list_share_the_time(server):
    with pytest.raises(RequestFailed) as caught, fetch(server.url("/a.jpg"), within=Deadline(0)):
        pass

    assert caught.value.code == "timed_out"


@pytest.fixture
def https_server(tmp_path: Path) -> Iterator[MisbehavingServer]:
    """A server whose certificate is for 127.0.0.1; SSL_CERT_FILE makes it a trusted one."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(write_certificate(tmp_path / "server.pem"))
    server = MisbehavingServer(context)
    server.answers["/a.jpg"] = answer(PICTURE)
    with server.running():
        yield server


def test_file_comes_by_https(https_server, tmp_path, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "server.pem"))

    with fetch(https_server.url("/a.jpg")) as fetched:
        assert fetched.file.read() == PICTURE


def test_certificate_that_nobody_vouches_for_is_refused(https_server):
    assert code_of(https_server.url("/a.jpg")) == "bad_tls"


def test_certificate_of_another_name_is_refused(https_server, tmp_path, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "server.pem"))
    place = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", https_server.port))]
    monkeypatch.setattr(addresses.socket, "getaddrinfo", lambda *_, **__: place)

    assert code_of(https_server.url("/a.jpg", host="other.example")) == "bad_tls"


def test_https_where_only_http_is_spoken_is_refused(server):
    url = server.url("/a.jpg").replace("http:", "https:")

    assert code_of(url) in {"bad_tls", "timed_out", "unreachable"}
