from __future__ import annotations

import os
import socket

import pytest

from dam.embedded.ports import CANDIDATES, free_port, is_free, listen_error


def test_free_port_is_outside_the_kernels_range() -> None:
    port = free_port()

    assert port in CANDIDATES
    assert is_free(port)


def test_port_with_a_listener_is_taken() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        assert not is_free(server.getsockname()[1])


def test_port_with_a_sharing_listener_is_taken() -> None:
    with socket.create_server(("127.0.0.1", 0), reuse_port=True) as server:
        assert not is_free(server.getsockname()[1])


def test_port_of_a_closed_connection_is_free() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with socket.create_connection(("127.0.0.1", port)):
            # The side that closes first keeps the port in TIME_WAIT.
            server.accept()[0].close()

    assert is_free(port)


def test_reason_is_given() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        assert listen_error(server.getsockname()[1]) == "Address already in use"


def test_address_of_another_machine_is_refused() -> None:
    assert listen_error(8000, host="192.0.2.1") == "Cannot assign requested address"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may use every port")
def test_port_that_is_not_allowed_is_told() -> None:
    assert listen_error(80) == "Permission denied"


def test_every_address_can_be_asked_for() -> None:
    assert listen_error(free_port(), host="0.0.0.0") == ""
