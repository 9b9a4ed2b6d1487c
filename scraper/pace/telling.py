"""Telling: the incident of a host that is parked, opened once and closed when it answers again."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from pipeline.reasons import Reason
from storage import incidents
from storage.fencing import Run
from storage.hosts import Host

PUT_OFF = "put_off"
"""The word in an incident's detail under which the requests it has cost are counted."""
_CODES = ("host.parked", "host.down")


def clock(instant: datetime, now: datetime) -> str:
    """Return an instant as people say it: of today the time alone."""
    return f"{instant:%H:%M:%SZ}" if instant.date() == now.date() else f"{instant:%Y-%m-%d %H:%MZ}"


def parked(host: Host, now: datetime) -> str:
    """Return in words until when a host is parked, and why."""
    until = host.parked_until
    return f"{host.host} is parked until {clock(until, now) if until else '–'}: {host.parked_why}"


def code_of(host: Host) -> str:
    """Return the code of the incident that a parked host is: it told us to wait, or it fails."""
    return _CODES[host.reason is not Reason.RATE_LIMITED]


def tell(conn: Connection, was: Host, became: Host, *, now: datetime, run: Run | None) -> None:
    """Open, touch or close the incident of a host whose pace has changed."""
    if became.parked_until != was.parked_until and became.is_parked(now):
        words = f"{parked(became, now)}; `khabar hosts release {became.host}` ends that"
        code, reason = code_of(became), became.reason
        incidents.note(conn, code, became.host, words, now=now, reason=reason, run=run)
    elif was.parkings and not became.parkings:
        settle(conn, became.host, f"{became.host} answers again", now=now, run=run)


def settle(conn: Connection, host: str, words: str, *, now: datetime, run: Run | None) -> None:
    """Close what incidents there are of a host."""
    for code in _CODES:
        incidents.close(conn, code, host, words, now=now, run=run)


def word(host: Host, now: datetime) -> str:
    """Return the one word for a host of which something is noted."""
    if host.is_parked(now):
        return "parked"
    if host.parkings:
        return "on trial"  # the next request shows whether it answers again
    return "failing" if host.failures else "ok"
