"""What every question to the store needs: the store, opened and closed, and a URL's normal form."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from pipeline.errors import UsageError

if TYPE_CHECKING:
    from storage.store import Store


@contextmanager
def asking(ctx: click.Context) -> Iterator[Store]:
    """Open the store that the configuration names, to read from it."""
    from scraper.cli.opening import open_config, open_store

    store = open_store(open_config(ctx.obj))
    try:
        yield store
    finally:
        store.close()


def key_of(url: str) -> tuple[str, str]:
    """Return a URL's normal form and its host; UsageError if it is no web address."""
    from pipeline.identify import host_of, url_key

    try:
        return url_key(url), host_of(url)
    except ValueError as error:
        raise UsageError(f"{url}: {error}", hint="give the whole URL, with https://") from None
