"""Which network addresses may be connected to: the public ones, and the exceptions declared."""

from __future__ import annotations

import socket
import unicodedata
from collections.abc import Iterable
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)
from urllib.parse import unquote

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

_NEVER: tuple[Network, ...] = tuple(
    map(
        ip_network,
        (
            # What one Python or another counts as public, or did.
            "100.64.0.0/10",  # carrier-grade NAT
            "192.0.0.0/24",
            "192.88.99.0/24",  # 6to4 relays
            "198.18.0.0/15",
            "64:ff9b:1::/48",  # NAT64 of one's own network
            "2001::/23",
            "2001:db8::/32",
            "3fff::/20",
            "5f00::/16",
            "fec0::/10",  # site-local
        ),
    )
)
_INSIDE: tuple[tuple[IPv6Network, int], ...] = (
    (IPv6Network("::ffff:0:0/96"), 0),  # mapped
    (IPv6Network("::ffff:0:0:0/96"), 0),  # translated
    (IPv6Network("64:ff9b::/96"), 0),  # NAT64
    (IPv6Network("2002::/16"), 80),  # 6to4
    (IPv6Network("::/96"), 0),  # v4-compatible; of `::` and `::1` too, as 0.0.0.0 and 0.0.0.1
)
"""IPv6 networks that carry an IPv4 address, and how many bits stand behind it."""


def network(text: str) -> Network:
    """Return a network in CIDR notation, or of a single address; ValueError if it is neither.

    The whole Internet is none: what is meant by it is to have no guard.
    """
    try:
        found = ip_network(text)
    except ValueError as error:
        raise ValueError(
            f'{text!r} is no network: write an address or a network like "10.1.0.0/16" ({error})'
        ) from error
    if found.prefixlen == 0:
        raise ValueError(f"{text!r} is every address: name your own networks, there is no off")
    return found


def allowed(address: Address, exceptions: Iterable[Network] = ()) -> bool:
    """Say whether an address is public or one of the exceptions.

    An IPv4 address inside an IPv6 one is judged in its place.
    """
    exceptions = tuple(exceptions)
    if any(address in one for one in exceptions):
        return True
    if isinstance(address, IPv6Address):
        inner = _inner(address)
        if inner is not None:
            return allowed(inner, exceptions)
        if address.teredo:
            return all(allowed(one, exceptions) for one in address.teredo)
    return (
        address.is_global
        and not (address.is_multicast or address.is_reserved or address.is_unspecified)
        and not any(address in one for one in _NEVER)
    )


def _inner(address: IPv6Address) -> IPv4Address | None:
    for outer, behind in _INSIDE:
        if address in outer:
            return IPv4Address(int(address) >> behind & 0xFFFFFFFF)
    return None


def literal(host: str) -> Address | None:
    """Return the address that a URL's host spells, in any of its ways; None of a name.

    Decimal, octal, hexadecimal and short forms count, as do digits of other widths, percent signs
    and a final dot: `2130706433`, `0x7f.1`, `127。0.0.1` and `%31%32%37.0.0.1` are all 127.0.0.1.
    """
    plain = unicodedata.normalize("NFKC", unquote(host)).replace("。", ".").strip("[]").rstrip(".")
    bare = plain.partition("%")[0]
    try:
        return ip_address(bare)
    except ValueError:
        pass
    try:
        return IPv4Address(socket.inet_aton(bare)) if bare[:1].isdigit() else None
    except (OSError, ValueError):
        return None
