"""Why a run is not what one hoped: a closed vocabulary, each word with its advice."""

from __future__ import annotations

from enum import StrEnum


class RunReason(StrEnum):
    """Why a run is in any state but `ok`."""

    PAGES_FAILED = "pages_failed"
    LISTING_FAILED = "listing_failed"
    NOTHING_FOUND = "nothing_found"
    BOOKS_OFF = "books_off"
    QUARANTINED = "quarantined"
    PAGE_CAP = "page_cap"
    BYTE_CAP = "byte_cap"
    ITEM_CAP = "item_cap"
    LINK_CAP = "link_cap"
    LISTING_CAP = "listing_cap"
    DEPTH_CAP = "depth_cap"
    TRAP = "trap"
    RUN_DEADLINE = "run_deadline"
    HOST_PARKED = "host_parked"
    INTERRUPTED = "interrupted"
    CANCELLED = "cancelled"
    OVERLAP = "overlap"
    DOWNTIME = "downtime"
    SOURCE_REMOVED = "source_removed"
    BAD_CONFIG = "bad_config"
    HEARTBEAT_LOST = "heartbeat_lost"
    START_ERROR = "start_error"
    LOGIN_FAILED = "login_failed"
    DISK_FULL = "disk_full"
    OOM = "oom"
    CRASH = "crash"
    HANG = "hang"
    INTERNAL_ERROR = "internal_error"


RUN_EXPLAINED: dict[RunReason, tuple[str, str]] = {
    RunReason.PAGES_FAILED: ("some pages failed", "`khabar runs ID` groups them by reason"),
    RunReason.LISTING_FAILED: (
        "a feed, sitemap or listing could not be read",
        "`khabar runs ID` names it and says why",
    ),
    RunReason.NOTHING_FOUND: (
        "every listing was read and none had a link",
        "check `discover` and `[links]` with `khabar try`",
    ),
    RunReason.BOOKS_OFF: (
        "links and outcomes do not add up: a fault of khabar itself",
        "please report it with `khabar runs ID --json`",
    ),
    RunReason.QUARANTINED: (
        "its pages look like one false page under many addresses: none of them counts as news",
        "`khabar quarantine show ID`, then `khabar quarantine release ID` if they are real",
    ),
    RunReason.PAGE_CAP: (
        "more new links than the page budget",
        "the rest comes first in the next run; raise `[fetch] max_pages` to go faster",
    ),
    RunReason.BYTE_CAP: (
        "more bytes than the run's budget",
        "the rest comes first in the next run; raise `[fetch] max_run_bytes`",
    ),
    RunReason.ITEM_CAP: ("too many links in one listing", "raise `[links] max_items`"),
    RunReason.LINK_CAP: (
        "more links than are taken in one run",
        "the rest comes with the next reading; raise `[links] max_links`",
    ),
    RunReason.LISTING_CAP: ("too many listings in one run", "raise `[fetch] max_listings`"),
    RunReason.DEPTH_CAP: ("listings too many steps away", "raise `[fetch] max_depth`"),
    RunReason.TRAP: (
        "the site invents endless addresses",
        "`khabar runs ID` says of which kind; narrow `[links] allow` or `deny` them",
    ),
    RunReason.RUN_DEADLINE: (
        "the run's time was over (`[fetch] max_seconds`)",
        "the rest comes first in the next run",
    ),
    RunReason.HOST_PARKED: (
        "a host asks to wait or does not answer, so it is left alone for a while",
        "`khabar hosts list` says until when; the rest comes in the run after that",
    ),
    RunReason.INTERRUPTED: ("stopped by a signal", "the rest comes in the next run"),
    RunReason.CANCELLED: ("cancelled by a person", "start it again with `khabar crawl ID`"),
    RunReason.OVERLAP: ("the source was still being crawled", "schedule it less often"),
    RunReason.DOWNTIME: ("khabar was not running when it was due", "one catch-up run follows"),
    RunReason.SOURCE_REMOVED: ("the source file is gone", "put it back to go on"),
    RunReason.BAD_CONFIG: ("the source file is wrong", "`khabar check` says where"),
    RunReason.HEARTBEAT_LOST: ("its worker died or hung", "tried once more by itself"),
    RunReason.START_ERROR: ("the spider could not start", "`khabar logs --run ID` says why"),
    RunReason.LOGIN_FAILED: (
        "the site did not let us in, so nothing was fetched",
        "`khabar runs ID` says what came after the form; `[login]` of the source file",
    ),
    RunReason.DISK_FULL: ("no space left", "free some space"),
    RunReason.OOM: ("the worker used up its memory", "report the source"),
    RunReason.CRASH: ("the worker died twice with it", "`khabar logs --run ID`"),
    RunReason.HANG: ("the worker hung twice with it", "`khabar logs --run ID`"),
    RunReason.INTERNAL_ERROR: ("a fault of khabar itself", "please report the traceback"),
}
"""Each reason of a run: what happened, and what a person can do."""
