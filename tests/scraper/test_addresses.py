"""Which addresses are public, however they are written; no packet is sent here."""

import inspect
from ipaddress import ip_address

import pytest
from config_world import Folder
from hypothesis import given
from hypothesis import strategies as st
from twisted.internet import endpoints

from pipeline.errors import ConfigError
from scraper.addresses import allowed, literal, network
from scraper.guard import AddressRefusedError, Guard

OFF_LIMITS = [
    "0.0.0.0",  # noqa: S104
    "0.1.2.3",
    "10.0.0.1",
    "100.64.0.1",
    "127.0.0.1",
    "127.255.255.254",
    "169.254.0.1",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.8",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.1.1",
    "198.18.0.1",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "239.255.255.250",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::7f00:1",
    "::ffff:127.0.0.1",
    "::ffff:a00:1",
    "::ffff:0:7f00:1",
    "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::1",
    "100::1",
    "2001::1",
    "2001:0:7f00:1::f5ff:fffe",
    "2001:db8::1",
    "2002:7f00:1::",
    "2002:a00:1::1",
    "3fff::1",
    "5f00::1",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fec0::1",
    "ff02::1",
]
PUBLIC = [
    "1.1.1.1",
    "8.8.8.8",
    "172.15.0.1",
    "172.32.0.1",
    "100.128.0.1",
    "223.255.255.254",
    "2606:4700::1111",
    "::ffff:8.8.8.8",
    "64:ff9b::808:808",
    "2002:808:808::1",
]


@pytest.mark.parametrize("text", OFF_LIMITS)
def test_an_address_that_is_not_public_is_refused(text):
    assert not allowed(ip_address(text))


@pytest.mark.parametrize("text", PUBLIC)
def test_a_public_address_is_allowed(text):
    assert allowed(ip_address(text))


@pytest.mark.parametrize(
    ("text", "exception", "expected"),
    [
        ("10.1.2.3", "10.1.0.0/16", True),
        ("10.2.2.3", "10.1.0.0/16", False),
        ("::ffff:10.1.2.3", "10.1.0.0/16", True),
        ("64:ff9b::a01:203", "10.1.0.0/16", True),
        ("fd00::1", "fd00::/8", True),
        ("127.0.0.1", "127.0.0.1", True),
        ("127.0.0.2", "127.0.0.1", False),
    ],
)
def test_an_exception_wins_and_opens_nothing_beside_it(text, exception, expected):
    assert allowed(ip_address(text), [network(exception)]) is expected


@given(st.ip_addresses(v=4), st.sampled_from(["::ffff:{}", "64:ff9b::{}", "::{}"]))
def test_an_address_inside_another_is_judged_as_itself(address, wrapping):
    assert allowed(ip_address(wrapping.format(address))) == allowed(address)


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "127.0.0.1.",
        "2130706433",
        "0x7f000001",
        "017700000001",
        "0x7f.0.0.1",
        "0177.0.0.01",
        "127.1",
        "127.0.1",
        "１２７．０．０．１",
        "127。0。0。1",
        "①②⑦.0.0.1",
    ],
)
def test_every_spelling_of_an_address_is_understood(host):
    assert literal(host) == ip_address("127.0.0.1")


@pytest.mark.parametrize("host", ["example.org", "1and1.example", "", "127.0.0.1.example", "dead"])
def test_a_name_is_no_address(host):
    assert literal(host) is None


class Reactor:
    """Notes what it is asked to connect to."""

    def __init__(self):
        self.asked = []

    def connectTCP(self, host, port):  # noqa: N802 # Twisted's name
        self.asked.append((host, port))


def test_the_guard_lets_nothing_but_allowed_addresses_through_and_stands_once():
    reactor, guard = Reactor(), Guard()
    guard.stand(reactor, [])
    first = reactor.connectTCP
    guard.stand(reactor, [network("10.1.0.0/16")])
    assert reactor.connectTCP is first
    for host in [*OFF_LIMITS, "fe80::1%eth0", "localhost", "2130706433", ""]:
        with pytest.raises(AddressRefusedError):
            reactor.connectTCP(host, 80)
    assert reactor.asked == []
    reactor.connectTCP("10.1.2.3", 80)
    reactor.connectTCP("8.8.8.8", 80)
    assert [host for host, _ in reactor.asked] == ["10.1.2.3", "8.8.8.8"]


def test_twisted_still_connects_by_the_method_that_is_wrapped():
    for endpoint in (endpoints.TCP4ClientEndpoint, endpoints.TCP6ClientEndpoint):
        assert "self._reactor.connectTCP(" in inspect.getsource(endpoint)
    assert "ClientEndpoint(" in inspect.getsource(endpoints.HostnameEndpoint)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ('["0.0.0.0/0"]', "there is no off"),
        ('["::/0"]', "there is no off"),
        ('["10.1.0.1/16"]', "host bits set"),
        ('["intranet.example"]', "is no network"),
    ],
)
def test_an_exception_that_is_no_network_or_all_of_them_is_a_configuration_error(
    tmp_path, value, words
):
    folder = Folder(tmp_path / "config").app(f"[network]\nallow = {value}\n")
    with pytest.raises(ConfigError, match=words):
        folder.load()


def test_the_environment_can_name_an_exception_where_there_is_no_file(tmp_path):
    config = Folder(tmp_path / "config").load(KHABAR__NETWORK__ALLOW="127.0.0.1")
    assert config.app.network.allow == ("127.0.0.1",)
