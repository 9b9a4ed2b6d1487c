"""The address guard: no connection leaves this process for an address that is not allowed.

It stands in the connect step, where a host name has become the address to be connected to: no name
is looked up again behind it, so none can change its answer in between (DNS rebinding). Pages,
redirects, robots.txt, sitemaps, logins and proxies all pass here.
"""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from scrapy.exceptions import IgnoreRequest

from scraper.addresses import Network, allowed, literal


class AddressRefusedError(IgnoreRequest):
    """An address that must not be connected to. Retrying does not help, so nothing does."""

    def __init__(self, host: str, url: str = "", proxy: str = "") -> None:
        super().__init__(host)
        self.host, self.url, self.proxy = host, url, proxy

    def __str__(self) -> str:
        """Say which address was refused, for which URL, and how it can be allowed."""
        return (
            f"{self.proxy or self.url or 'it'} leads to {self.host}, which is not on the public"
            f" network: {how_to_allow(self.host)}"
        )


def how_to_allow(host: str) -> str:
    """Return what to write so that an address may be connected to."""
    return f'to allow it, write `[network] allow = ["{host}"]` in app.toml'


class Guard:
    """Wraps a reactor's `connectTCP`, by which Scrapy makes all its connections."""

    def __init__(self) -> None:
        self.exceptions: tuple[Network, ...] = ()
        """The same for all crawls of a process: they have one configuration."""

    def stand(self, reactor: Any, exceptions: Iterable[Network]) -> None:
        """Take the exceptions, and wrap the reactor unless it is wrapped already."""
        self.exceptions = tuple(exceptions)
        connect = reactor.connectTCP
        if getattr(connect, "guard", None) is self:
            return

        def connect_tcp(host: str, port: int, *args: Any, **kwargs: Any) -> Any:
            self.check(host)
            return connect(host, port, *args, **kwargs)

        connect_tcp.guard = self  # type: ignore[attr-defined]
        reactor.connectTCP = connect_tcp

    def check(self, host: str) -> None:
        """Raise AddressRefusedError for what is no allowed address; a name is none either."""
        try:
            fine = allowed(ip_address(host.partition("%")[0]), self.exceptions)
        except ValueError:
            fine = False
        if not fine:
            raise AddressRefusedError(host)

    def check_literal(self, url: str) -> None:
        """Raise AddressRefusedError for a URL whose host is itself an address, and not allowed."""
        address = literal(urlsplit(url).hostname or "")
        if address is not None and not allowed(address, self.exceptions):
            raise AddressRefusedError(str(address), url)


GUARD = Guard()
"""The guard of this process."""
