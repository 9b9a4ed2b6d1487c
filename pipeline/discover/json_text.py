"""A listing that is JSON: its bytes as plain values within bounds, and what it is."""

from __future__ import annotations

import json
import re
from typing import Any, Literal

from pipeline.discover.document import Document
from pipeline.discover.rules import ListingError
from pipeline.discover.titles import plain
from pipeline.reasons import Reason

MAX_BYTES = 10 * 1024 * 1024
"""Unpacked bytes: unlike XML, JSON has to be held whole."""
MAX_VALUES = 500_000
"""Objects and lists; each costs some hundred bytes of memory."""

_VERSION = re.compile(r"https?://(?:www\.)?jsonfeed\.org/version/")
_WORDS = 200


def read_json(document: Document) -> Any:
    """Return the value that a document holds.

    Raises ListingError: too_large beyond MAX_BYTES or MAX_VALUES, feed_invalid for what is no
    JSON or is nested too deeply.
    """
    body = document.whole(MAX_BYTES)
    if body is None:
        raise ListingError(Reason.TOO_LARGE, f"JSON of more than {MAX_BYTES >> 20} MiB")
    if body.count(b"{") + body.count(b"[") > MAX_VALUES:
        raise ListingError(Reason.TOO_LARGE, f"JSON of more than {MAX_VALUES} objects and lists")
    try:
        return json.loads(body)
    except RecursionError:
        raise ListingError(Reason.FEED_INVALID, "JSON that is nested too deeply") from None
    except ValueError as error:  # also a number of more digits than can be counted with
        raise ListingError(Reason.FEED_INVALID, f"malformed JSON: {str(error)[:_WORDS]}") from None


def kind_of(value: Any, *, empty_is_rest: bool) -> Literal["json_feed", "wp_rest"]:
    """Say what a JSON value is; `empty_is_rest` if an empty list means that there are no posts.

    Raises ListingError feed_invalid for all else, which says what came instead.
    """
    if isinstance(value, dict):
        if isinstance(value.get("items"), list) and _is_feed(value):
            return "json_feed"
        raise ListingError(Reason.FEED_INVALID, _other(value))
    if isinstance(value, list):
        if any(_is_post(each) for each in value) or (not value and empty_is_rest):
            return "wp_rest"
        raise ListingError(
            Reason.FEED_INVALID, "it is JSON, a list of other things than WordPress posts"
        )
    raise ListingError(Reason.FEED_INVALID, "it is JSON, but neither an object nor a list")


def text_at(value: Any, *keys: str) -> str | None:
    """Return the text at a path of keys, a number as text, or None for anything else."""
    for key in keys:
        if not isinstance(value, dict):
            return None
        value = value.get(key)
    if isinstance(value, float | int) and not isinstance(value, bool):
        try:
            value = str(value)
        except ValueError:  # more digits than Python writes out
            return None
    return value if isinstance(value, str) else None


def _is_feed(value: dict[str, Any]) -> bool:
    if _VERSION.match(text_at(value, "version") or ""):
        return True
    # Many forget the version; then the items must look like it.
    return any(
        isinstance(item, dict)
        and "id" in item
        and bool(item.keys() & {"url", "external_url", "content_html", "content_text"})
        for item in value["items"]
    )


def _is_post(value: Any) -> bool:
    return (
        isinstance(value, dict)
        and "link" in value
        and (bool(value.keys() & {"title", "date_gmt", "date", "modified_gmt", "guid"}))
    )


def _other(value: dict[str, Any]) -> str:
    code, message = text_at(value, "code"), plain(text_at(value, "message"))
    if code and message:
        return f"the API answered with an error: {message[:_WORDS]} ({code[:80]})"
    if isinstance(value.get("routes"), dict):
        root = (text_at(value, "url") or "").rstrip("/")
        return f"it is the root of a WordPress API; its posts are at {root}/wp-json/wp/v2/posts"
    return "it is JSON, but neither a JSON Feed nor WordPress posts"
