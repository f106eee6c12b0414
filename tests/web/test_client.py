"""Who asks, and under which name."""

import socket

import pytest
from starlette.requests import Request

from telewatt.config.model import WebConfig
from telewatt.web.client import Clients, is_loopback

PROXY, STRANGER = "172.30.32.2", "192.168.1.7"


def request(peer=STRANGER, **headers):
    pairs = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return Request({"type": "http", "headers": pairs, "client": (peer, 1), "path": "/"})


def clients(**web):
    return Clients(WebConfig(**web))


@pytest.mark.parametrize(
    "host",
    [
        *("localhost", "127.0.0.1:8321", "[::1]:8321", "192.168.1.20", "LOCALHOST."),
        *(socket.gethostname(), "house.example.org:443"),
    ],
)
def test_an_address_and_our_names_may_be_called(host):
    known = clients(allowed_hosts=["house.example.org"])
    assert known.may_call(known.of(request(host=host)))


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "", "127.0.0.1.nip.io"])
def test_a_name_that_an_attacker_leads_here_may_not(host):
    known = clients()
    assert not known.may_call(known.of(request(host=host)))


def test_a_proxy_is_believed_only_if_it_is_trusted():
    headers = {
        "host": "127.0.0.1",
        "x_forwarded_for": "203.0.113.9, 192.168.1.8",
        "x_forwarded_proto": "https",
        "x_ingress_path": "/api/hassio_ingress/abc",
    }
    known = clients(trusted_proxies=["172.30.32.0/23", "192.168.1.8"])
    told = known.of(request(PROXY, **headers))
    assert told == ("203.0.113.9", True, True, True, "/api/hassio_ingress/abc", "127.0.0.1")
    stranger = known.of(request(STRANGER, **headers))
    assert stranger == (STRANGER, True, False, False, "", "127.0.0.1")


@pytest.mark.parametrize(
    ("given", "base"),
    [
        ("/a/../b;c", "/a/bc"),
        ("//evil.example/", "/evil.example"),
        ("a\r\nSet-Cookie: x", "/aSet-Cookiex"),
    ],
)
def test_a_path_of_a_proxy_is_plain(given, base):
    known = clients(trusted_proxies=[PROXY])
    assert known.of(request(PROXY, host="h", x_forwarded_prefix=given)).base == base


def test_our_own_path_is_taken_off_where_the_proxy_leaves_it():
    known = clients(path="/telewatt/")
    assert known.inner_path("/telewatt/api/v1/latest") == "/api/v1/latest"
    assert known.inner_path("/telewatt") == ""
    assert known.inner_path("/telewatter") == "/telewatter"
    assert known.of(request(host="localhost")).base == "/telewatt"


def test_a_proxy_that_is_no_address_is_refused():
    with pytest.raises(ValueError, match="house"):
        clients(trusted_proxies=["house"])


def test_loopback_is_recognised():
    answers = [is_loopback(a) for a in ("127.0.0.1", "::1", "0.0.0.0", "::", "192.168.1.1", "x")]
    assert answers == [True, True, False, False, False, False]
