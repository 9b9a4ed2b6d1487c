"""Secrets by reference: `env:NAME` and `file:/path` are read at use, and never shown."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path

from pipeline.errors import ConfigError
from storage.masking import MASK, concealed, keep_secret

__all__ = ["MASK"]

_SECRET_HEADER = re.compile(
    r"auth|cookie|token|secret|passw|api-?key|session|signature", re.IGNORECASE
)
_SECRET_COOKIE = re.compile(
    r"auth|token|secret|passw|api-?_?key|sess|(^|[-_.])sid$|jwt|login|remember|ticket",
    re.IGNORECASE,
)
_SECRET_FIELD = re.compile(r"pass|pwd|secret|token|(^|[-_.])pin$|(^|[-_.])otp$", re.IGNORECASE)
_RANDOM = re.compile(r"(?=.*\d)(?=.*[A-Za-z])[\w+/=.%-]{20,}")
"""A value that looks drawn at random: a session's, in all likelihood."""
_COOKIE_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_COOKIE_VALUE = re.compile(r"[\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]*")
_LOGIN = re.compile(r"(://[^:/@?#]*:).*@", re.DOTALL)


def is_reference(text: str) -> bool:
    """Say whether a text stands for a secret kept elsewhere."""
    return text.startswith(("env:", "file:"))


def is_secret_header(name: str) -> bool:
    """Say whether a header by its name carries a secret: logins, cookies, tokens, keys."""
    return bool(_SECRET_HEADER.search(name))


def masked(text: str) -> str:
    """Return a URL of a configuration with its login and what looks like a secret as `***`.

    Its password may hold what ends the host in any other URL: a slash, even an `@`.
    """
    return concealed(_LOGIN.sub(rf"\1{MASK}@", text))


def resolve(text: str, *, key: str, environ: Mapping[str, str] | None = None) -> str:
    """Return what a text stands for: itself, or the secret it refers to.

    ConfigError names the reference, never the secret.
    """
    kind, _, name = text.partition(":")
    if kind == "env":
        value = (os.environ if environ is None else environ).get(name)
        if not value:
            raise ConfigError(
                f"the environment variable {name} is not set", key=key, hint=f"export {name}=…"
            )
        keep_secret(value)
        return value
    if kind == "file":
        try:
            value = Path(name).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            cause = error.strerror if isinstance(error, OSError) else "not UTF-8 text"
            raise ConfigError(f"cannot read the secret in {name}: {cause}", key=key) from error
        keep_secret(value)
        return value
    return text


def check_header(name: str, text: str) -> None:
    """Raise ValueError when a header cannot be sent, or is a secret in plain text."""
    if not name.isascii() or not name.replace("-", "").replace("_", "").isalnum():
        raise ValueError(f"{name!r} is no header name")
    if name.casefold() in {"host", "content-length", "transfer-encoding", "connection"}:
        raise ValueError(f"{name} is set by khabar itself")
    if any(ord(char) < 0x20 or ord(char) == 0x7F for char in text):  # noqa: PLR2004 # controls
        raise ValueError(f"the value of {name} holds a line break or control character")
    if is_reference(text):
        check_reference(text, name)
    elif is_secret_header(name) and name.casefold() != "cookie":
        # A cookie may be a mere consent, so it may stand here; it is masked all the same.
        raise ValueError(_not_here(name))


def check_reference(text: str, name: str) -> str:
    """Return a reference to a secret; ValueError when it is malformed, or the secret itself."""
    kind, _, rest = text.partition(":")
    if not is_reference(text):
        raise ValueError(_not_here(name))
    if kind == "env" and not rest.replace("_", "a").isalnum():
        raise ValueError(f'the value of {name} must be "env:NAME", a variable\'s name')
    if kind == "file" and not rest.startswith("/"):
        raise ValueError(f'the value of {name} must be "file:/path", an absolute path')
    return text


def check_cookie(name: str, text: str) -> None:
    """Raise ValueError when a cookie cannot be sent, or is a secret in plain text."""
    if not _COOKIE_NAME.fullmatch(name):
        raise ValueError(f"{name!r} is no cookie name")
    if is_reference(text):
        check_reference(text, name)
    elif not is_cookie_value(text):
        raise ValueError(f"the value of cookie {name} holds a character that no cookie can hold")
    elif _SECRET_COOKIE.search(name) or _RANDOM.fullmatch(text):
        raise ValueError(_not_here(name))


def is_cookie_value(text: str) -> bool:
    """Say whether a cookie can hold this text."""
    return bool(_COOKIE_VALUE.fullmatch(text))


def check_field(name: str, text: str) -> None:
    """Raise ValueError when a form's field is a secret in plain text."""
    if is_reference(text):
        check_reference(text, name)
    elif _SECRET_FIELD.search(name):
        raise ValueError(_not_here(name))


def _not_here(name: str) -> str:
    return f'a secret must not stand in the file: write {name} = "env:NAME" or "file:/path"'
