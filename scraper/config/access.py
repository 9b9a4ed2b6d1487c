"""`[fetch]` and `[login]`: how to fetch, and how to be let in; secrets only by reference."""

from __future__ import annotations

import re
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, field_validator, model_validator

from scraper.config.checks import WebAddress
from scraper.config.secrets import (
    check_cookie,
    check_field,
    check_header,
    check_reference,
    is_reference,
    resolve,
)
from scraper.config.sections import Flag, Politeness, Section
from scraper.config.selectors import link_selector
from scraper.config.units import seconds_of
from storage.masking import keep_secret


def proxy_or_reference(text: str) -> str:
    """Return the address of a proxy, or a reference to one; ValueError if it is neither."""
    if is_reference(text):
        return check_reference(text, "proxy")
    parts = urlsplit(text)
    if parts.username or parts.password:
        raise ValueError(
            'a login must not stand in the file: write proxy = "env:NAME" or "file:/path", '
            "where the whole address is kept"
        )
    return proxy_address(text)


def proxy_address(text: str) -> str:
    """Return the address of a proxy that can be used, with its login if it has one."""
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        raise ValueError(f"the proxy's address is no URL: {error}") from error
    if parts.scheme.startswith("socks"):
        raise ValueError(
            f"a {parts.scheme} proxy cannot be used: put an HTTP proxy in front of it, "
            "such as privoxy, and name that"
        )
    if parts.scheme != "http" or not host or parts.path.strip("/") or parts.query:
        raise ValueError('a proxy is written "http://host:port"')
    return text


def _wait(value: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        raise ValueError('must be a selector or a time: "article", 2.0 or "2s"')  # noqa: TRY004
    if isinstance(value, str) and not re.match(r"\s*\d", value):
        return link_selector(value)
    seconds = seconds_of(value) if isinstance(value, str) else float(value)
    if not 0 <= seconds <= 60:  # noqa: PLR2004 # a minute a page is more than enough
        raise ValueError("must be at most a minute")
    return seconds


Reference = Annotated[str, AfterValidator(lambda text: check_reference(text, "password"))]
Waiting = Annotated[str | float, BeforeValidator(_wait, json_schema_input_type=str | float)]


class Auth(Section):
    """`auth`: the login of HTTP's own dialogue (Basic)."""

    user: str = Field(min_length=1, description="User name.", examples=["reader"])
    password: Reference = Field(
        description='Password: "env:NAME" or "file:/path".', examples=["env:EXAMPLE_PASSWORD"]
    )


class Fetch(Politeness):
    """`[fetch]`: politeness and limits, and what a site asks of its visitors."""

    headers: dict[str, str] = Field(
        default_factory=dict,
        description='Further request headers; secrets only as "env:NAME" or "file:/path".',
        examples=[{"Accept-Language": "fa", "X-Api-Key": "env:EXAMPLE_KEY"}],
    )
    cookies: dict[str, str] | None = Field(
        default=None,
        description="Cookies, and that those of the site are kept during a run (`{}`: only that);"
        ' secrets only as "env:NAME" or "file:/path".',
        examples=[{"consent": "yes", "session": "env:EXAMPLE_SESSION"}],
    )
    auth: Auth | None = Field(
        default=None,
        description="User and password (Basic) for the source's own hosts.",
        examples=[{"user": "reader", "password": "env:EXAMPLE_PASSWORD"}],
    )
    proxy: Annotated[str, AfterValidator(proxy_or_reference)] | None = Field(
        default=None,
        description="HTTP proxy for every request of the source; with a login only as"
        ' "env:NAME" or "file:/path" of the whole address.',
        examples=["http://proxy.example:3128"],
    )
    browser: Flag = Field(
        default=False,
        description="Whether HTML pages are read as a browser shows them, scripts run.",
        examples=[True],
    )
    wait: Waiting | None = Field(
        default=None,
        description="With `browser`: wait for this selector, or so many seconds; else until the"
        " network is quiet.",
        examples=["article, .teaser", 2.0],
    )

    @field_validator("headers")
    @classmethod
    def _headers_are_sendable(cls, value: dict[str, str]) -> dict[str, str]:
        for name, text in value.items():
            check_header(name, text)
        return value

    @field_validator("cookies")
    @classmethod
    def _cookies_are_sendable(cls, value: dict[str, str] | None) -> dict[str, str] | None:
        for name, text in (value or {}).items():
            check_cookie(name, text)
        return value

    @model_validator(mode="after")
    def _said_once(self) -> Fetch:
        names = {name.casefold() for name in self.headers}
        if self.auth and "authorization" in names:
            raise ValueError("there is headers.Authorization too: keep it or `auth`")
        if self.cookies is not None and "cookie" in names:
            raise ValueError("there is headers.Cookie too: move it into `cookies`")
        if self.wait is not None and not self.browser:
            raise ValueError("`wait` is for the browser: add browser = true")
        return self

    def request_headers(self) -> dict[str, str]:
        """Return the headers as they are sent, secrets read now; ConfigError if one is missing."""
        from w3lib.http import basic_auth_header

        sent = {
            name: resolve(text, key=f"fetch.headers.{name}") for name, text in self.headers.items()
        }
        if self.auth:
            user, password = self.credentials()
            sent["Authorization"] = basic_auth_header(user, password, "utf-8").decode()
            keep_secret(sent["Authorization"])
        return sent

    def credentials(self) -> tuple[str, str]:
        """Return user and password of `auth`, read now; both empty without it."""
        if self.auth is None:
            return "", ""
        user = resolve(self.auth.user, key="fetch.auth.user")
        return user, resolve(self.auth.password, key="fetch.auth.password")

    def request_cookies(self) -> dict[str, str]:
        """Return the cookies as they are sent, secrets read now; ConfigError if one is missing."""
        return {
            name: resolve(text, key=f"fetch.cookies.{name}")
            for name, text in (self.cookies or {}).items()
        }

    def proxy_address(self) -> str | None:
        """Return the proxy with its login, read now; ConfigError if it cannot be used."""
        from pipeline.errors import ConfigError

        if self.proxy is None:
            return None
        try:
            return proxy_address(resolve(self.proxy, key="fetch.proxy"))
        except ValueError as error:
            raise ConfigError(str(error), key="fetch.proxy") from error


class Login(Section):
    """`[login]`: a form to be filled in once a run, before anything else is fetched."""

    url: WebAddress = Field(
        description="The page with the form.", examples=["https://www.example.org/login"]
    )
    fields: dict[str, str] = Field(
        min_length=1,
        description="Fields to fill in, by their names; passwords only as"
        ' "env:NAME" or "file:/path". Hidden fields are taken from the page.',
        examples=[{"user": "reader", "password": "env:EXAMPLE_PASSWORD"}],
    )
    form: Annotated[str, AfterValidator(link_selector)] | None = Field(
        default=None,
        description="Selector of the form; else the first one that has all the fields.",
        examples=["form#login"],
    )
    check: Annotated[str, AfterValidator(link_selector)] | None = Field(
        default=None,
        description="Selector of something that only the page after the login has.",
        examples=["a.logout"],
    )
    check_text: str | None = Field(
        default=None,
        min_length=1,
        description="Text that only the page after the login has.",
        examples=["Sign out"],
    )
    fail_text: str | None = Field(
        default=None,
        min_length=1,
        description="Text of the page that refuses the login.",
        examples=["Wrong password"],
    )

    @field_validator("fields")
    @classmethod
    def _passwords_stand_elsewhere(cls, value: dict[str, str]) -> dict[str, str]:
        for name, text in value.items():
            check_field(name, text)
        return value

    def form_fields(self) -> dict[str, str]:
        """Return the fields as they are sent, secrets read now; ConfigError if one is missing."""
        return {
            name: resolve(text, key=f"login.fields.{name}") for name, text in self.fields.items()
        }
