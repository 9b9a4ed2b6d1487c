"""The source file by which khabar collects the demo site."""

from __future__ import annotations


def source_toml(base: str, *, schedule: str) -> str:
    """Return a source file for the site at `base`; `schedule` is cron or "every 20m"."""
    when = (
        f'every    = "{schedule.removeprefix("every ").strip()}"'
        if schedule.startswith("every ")
        else f'schedule = "{schedule}"'
    )
    return f"""\
name     = "The Nilvan Ledger (demo)"
{when}
timezone = "Asia/Kabul"
discover = [
  "{base}/feed.xml",
  "{base}/sitemap.xml",
  {{ url = "{base}/monitoring/", kind = "listing", select = "div.item h3 a" }},
]

[fetch]
delay       = 0.0
concurrency = 4
"""
