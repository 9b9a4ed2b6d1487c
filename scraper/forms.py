"""Login forms: found on a page, filled in, and what came after them judged."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urljoin

from scrapy import Request
from scrapy.http import HtmlResponse, TextResponse
from scrapy.utils.response import get_base_url

from pipeline.errors import KhabarError
from scraper.config.secrets import is_reference

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scrapy.http import Response

    from scraper.config.access import Login

BAD = 400
_FIELDS = ".//input[@name] | .//select[@name] | .//textarea[@name]"
_BUTTONS = ".//input[@type='submit'][@name] | .//button[not(@type) or @type='submit'][@name]"


class LoginError(KhabarError):
    """The site did not let us in; says why, never with what."""

    code = "login"


def form_of(response: Response, login: Login) -> Any | None:
    """Return the form of a page that has all the fields of the login; None when there is none."""
    if not isinstance(response, HtmlResponse):
        return None
    if login.form:
        inner = _select(response, login.form)
        found = [one for box in inner for one in box.root.xpath("ancestor-or-self::form")[-1:]]
    else:
        found = response.selector.root.xpath("//form")
    return next((form for form in found if set(login.fields) <= _names(form)), None)


def fill_in(response: Response, login: Login, values: Mapping[str, str]) -> Request:
    """Return the request that sends the form of a page; LoginError when it cannot be sent."""
    form = form_of(response, login)
    if form is None or not isinstance(response, HtmlResponse):
        raise LoginError(_no_form(response, login))
    for name in form.xpath(".//input[@type='password']/@name"):
        if name in login.fields and not is_reference(login.fields[name]):
            raise LoginError(f'{name} is a password: write it as "env:NAME" or "file:/path"')
    if (form.get("method") or "get").casefold() != "post":
        raise LoginError("its form sends by GET, which would put the password into an address")
    pairs = [(name, value) for name, value in form.form_values() if name not in values]
    buttons = form.xpath(_BUTTONS)
    if buttons and buttons[0].get("name") not in values:
        pairs.append((buttons[0].get("name"), buttons[0].get("value") or ""))
    return Request(
        urljoin(get_base_url(response), (form.get("action") or response.url).strip()),
        method="POST",
        body=urlencode(
            [*pairs, *values.items()], encoding=response.encoding, errors="xmlcharrefreplace"
        ),
        headers={
            "Content-Type": "application/x-www-form-urlencoded",
            "Referer": response.url,  # some frameworks take a form only with it
        },
    )


def refusal(response: Response, login: Login) -> str:
    """Return why the page after the form is no login, in words; "" when it is one."""
    page = "the page after the form"
    if response.status >= BAD:
        return f"the site answered {response.status} to the form"
    text = response.text if isinstance(response, TextResponse) else ""
    if login.fail_text and login.fail_text in text:
        return f"{page} says “{login.fail_text}”"
    if login.check and not _select(response, login.check):
        return f"{page}, {response.url}, has nothing that matches check = {login.check!r}"
    if login.check_text and login.check_text not in text:
        return f"{page}, {response.url}, does not say “{login.check_text}”"
    if not (login.check or login.check_text) and _select(response, "input[type=password]"):
        return f"{page} still has a password field"
    return ""


def _select(response: Response, selector: str) -> Any:
    if not isinstance(response, HtmlResponse):
        return []
    path = selector.lstrip().startswith(("/", "("))
    return response.xpath(selector) if path else response.css(selector)


def _names(form: Any) -> set[str]:
    return {field.get("name") for field in form.xpath(_FIELDS)}


def _no_form(response: Response, login: Login) -> str:
    if response.status >= BAD:
        return f"the login page answered {response.status}"
    wanted = ", ".join(login.fields)
    where = f" that matches {login.form!r} and" if login.form else " that"
    words = f"the login page has no form{where} has the fields {wanted}"
    if isinstance(response, HtmlResponse):
        forms = [sorted(_names(form)) for form in response.selector.root.xpath("//form")]
        if seen := "; ".join(", ".join(names) or "none" for names in forms[:3]):
            words += f"; the fields of its forms are: {seen}"
    return words
