"""The event loop of a crawling process: Twisted's asyncio reactor, our own signal handling."""

from __future__ import annotations

import asyncio
import logging
import signal
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

T = TypeVar("T")
REACTOR = "twisted.internet.asyncioreactor.AsyncioSelectorReactor"


def run_in_reactor(main: Callable[[], Awaitable[T]]) -> T:
    """Run a coroutine to its end in the reactor; once per process (a reactor cannot restart)."""
    from scrapy.utils.reactor import install_reactor

    install_reactor(REACTOR)
    from twisted.internet import reactor as module

    _log_twisted()
    reactor: Any = module  # the module stands in for the reactor, which its types do not know
    outcome: list[T] = []
    failure: list[BaseException] = []

    async def guarded() -> None:
        try:
            outcome.append(await main())
        except BaseException as error:  # noqa: BLE001 # raised again below, outside of the reactor
            failure.append(error)
        finally:
            reactor.stop()

    def start() -> None:
        task.append(asyncio.ensure_future(guarded()))

    task: list[asyncio.Future[None]] = []
    reactor.callWhenRunning(start)
    reactor.suggestThreadPoolSize(20)  # name look-ups
    # Twisted's own handler would stop the reactor under the crawls.
    reactor.run(installSignalHandlers=False)
    if failure:
        raise failure[0]
    return outcome[0]


def _log_twisted() -> None:
    """Send Twisted's own words to the log: else it prints a trace for a certificate it dislikes."""
    from twisted.logger import STDLibLogObserver, globalLogBeginner

    logging.getLogger("twisted").addHandler(logging.NullHandler())
    observers: Any = [STDLibLogObserver("twisted")]
    globalLogBeginner.beginLoggingTo(observers, discardBuffer=True, redirectStandardIO=False)


def on_signals(stop: Callable[[], None]) -> None:
    """Call `stop` at the first SIGINT or SIGTERM; the second one ends the process at once."""
    loop = asyncio.get_running_loop()

    def first() -> None:
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(number)
            signal.signal(number, signal.SIG_DFL)
        stop()

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, first)
