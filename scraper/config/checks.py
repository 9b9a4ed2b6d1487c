"""What a single value must be, beyond its type: a zone, a regex, a selector, a URL."""

from __future__ import annotations

import os
import re
from typing import Annotated, Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, BeforeValidator, Field

from scraper import addresses
from scraper.config.suggest import nearest

ID = re.compile(r"[a-z0-9-]{1,40}")
"""What a source's id, its file's name, may be."""
LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
"""The form of a language tag."""
PYTHON = re.compile(r"([^:]+\.py):[A-Za-z_]\w*")
"""A file and a name in it."""


def zone(text: str) -> str:
    """Return the name of a time zone; ValueError with the nearest name if there is none."""
    try:
        ZoneInfo(text)
    except (ValueError, OSError) as error:  # ZoneInfoNotFoundError is a KeyError
        raise ValueError(_no_zone(text)) from error
    except KeyError as error:
        raise ValueError(_no_zone(text)) from error
    return text


def _no_zone(text: str) -> str:
    zones = {name.rsplit("/", 1)[-1]: name for name in sorted(available_timezones())}
    guess = nearest(text, available_timezones()) or zones.get(nearest(text, zones) or "")
    advice = f"did you mean {guess}?" if guess else 'write a name like "Asia/Kabul" or "UTC"'
    return f"{text!r} is no time zone, {advice}"


def regex(text: str) -> str:
    """Return a regular expression that compiles and ends; ValueError with the cause if not."""
    from pipeline.patterns import compiled

    compiled(text)
    return text


def web_address(text: str) -> str:
    """Return an absolute http or https URL that holds no password; ValueError if it is not."""
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        raise ValueError(f"is no URL: {error}") from error
    if parts.scheme not in {"http", "https"} or not host:
        raise ValueError(f'{text!r} is no web address: it must start with "https://" or "http://"')
    if parts.username or parts.password:
        raise ValueError(
            "a login must not stand in a URL: "
            'write `[fetch] auth = { user = "…", password = "env:NAME" }`'
        )
    if re.search(r"\s", text):
        raise ValueError(f"{text!r} holds a blank")
    return text


def host(text: str) -> str:
    """Return a host name in lower case, with a port only if one is given; ValueError if none."""
    if not re.fullmatch(r"[^\s/?#@]+", text):
        raise ValueError(f'{text!r} is no host: write only the name, like "www.example.org"')
    return text.lower()


def network(text: str) -> str:
    """Return a network or an address as it is written; ValueError if it is none, or is all."""
    addresses.network(text)
    return text


def python_name(text: str) -> str:
    """Return `path.py:name`, relative to the configuration's folder; ValueError if it is not."""
    found = PYTHON.fullmatch(text)
    if found is None:
        raise ValueError(
            f'{text!r} must be a file and a name in it, like "pages/mysite.py:article"'
        )
    if os.path.normpath(found[1]).startswith(".."):
        raise ValueError(
            f"{text!r} leads out of the configuration's folder: move the file into it, "
            "or write the whole path"
        )
    return text


def language(text: str) -> str:
    """Return a BCP 47 language tag; ValueError if it has not the form of one."""
    if not LANGUAGE.fullmatch(text):
        raise ValueError(f'{text!r} is no language tag: write one like "en", "ps" or "fa-AF"')
    return text


def source_id(text: str) -> str:
    """Return a source's id; ValueError if it is none."""
    if not ID.fullmatch(text):
        raise ValueError(f"{text!r} is no source id: up to 40 of a-z, 0-9 and -")
    return text


def listed(value: Any) -> Any:
    """Return one value as a list of one: where several may stand, one may stand alone."""
    return [value] if isinstance(value, (str, int)) else value


def _form(pattern: re.Pattern[str]) -> Any:
    """Put a pattern into the JSON Schema only: our own check has the better words."""
    return Field(json_schema_extra={"pattern": f"^{pattern.pattern}$"})


Zone = Annotated[str, AfterValidator(zone)]
Regex = Annotated[str, AfterValidator(regex), Field(json_schema_extra={"format": "regex"})]
WebAddress = Annotated[str, AfterValidator(web_address), Field(json_schema_extra={"format": "uri"})]
Host = Annotated[str, AfterValidator(host)]
Language = Annotated[
    str, AfterValidator(language), Field(json_schema_extra={"pattern": f"^{LANGUAGE.pattern}$"})
]
PythonName = Annotated[str, AfterValidator(python_name), _form(PYTHON)]
SourceId = Annotated[
    str, AfterValidator(source_id), Field(json_schema_extra={"pattern": f"^{ID.pattern}$"})
]
Networks = Annotated[
    tuple[Annotated[str, AfterValidator(network)], ...],
    BeforeValidator(listed, json_schema_input_type=str | list[str]),
]
"""Networks in CIDR notation, or addresses; one may stand alone."""
Regexes = Annotated[
    tuple[Regex, ...], BeforeValidator(listed, json_schema_input_type=str | list[str])
]
"""Regular expressions; one may stand alone."""
Texts = Annotated[tuple[str, ...], BeforeValidator(listed, json_schema_input_type=str | list[str])]
"""Texts; one may stand alone."""
Hosts = Annotated[tuple[Host, ...], BeforeValidator(listed, json_schema_input_type=str | list[str])]
"""Host names; one may stand alone."""
SourceIds = Annotated[
    tuple[SourceId, ...], BeforeValidator(listed, json_schema_input_type=str | list[str])
]
"""Source ids; one may stand alone."""
