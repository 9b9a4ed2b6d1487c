"""`khabar try`: one page through the real path, every field with its evidence, nothing stored."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from scraper.cli.options import config_option, json_option

if TYPE_CHECKING:
    from pipeline.model import Reading
    from scraper.config import Config
    from scraper.trial import Trial


@click.command("try")
@click.argument("target", metavar="URL|FILE")
@click.option("--source", metavar="ID", help="Read it as a page of this source, with its memory.")
@json_option
@config_option
@click.pass_obj
def command(given: str | None, target: str, source: str | None, as_json: bool) -> int:
    """Read one page and show what would be stored, and why. Stores nothing.

    Exit code 0 when it is an article, 3 when it would be rejected, 1 when it cannot be had.
    """
    from scraper.trial import try_page

    trial = try_page(_config(given, needed=source is not None), target, source)
    if as_json:
        _json(trial)
    else:
        _show(trial)
    return 3 if trial.reading.rejected else 0


def _config(given: str | None, *, needed: bool) -> Config | None:
    from pipeline.errors import ConfigError
    from scraper.config import find, load

    try:
        folder = find(given)
    except ConfigError:
        if needed or given:
            raise
        return None  # a page can be tried without any configuration
    return load(folder)


def _json(trial: Trial) -> None:
    from scraper.cli.extract import as_row
    from scraper.cli.screen import emit
    from scraper.trial import fields
    from storage.rows import agreement_row

    reading, verdict = trial.reading, trial.verdict
    emit(
        {
            **as_row(reading),
            "source": trial.source,
            "memory": {"version": trial.memory.version, "pages": trial.memory.pages},
            "origins": {name: origin for name, (_, origin, _) in fields(reading).items()},
            "agreement": {
                name: agreement_row(agreement) for name, agreement in reading.agreement.items()
            },
            "removed": [
                {
                    "text": gone.block.text,
                    "label": gone.block.label,
                    "rule": gone.rule,
                    "reason": gone.reason,
                }
                for gone in reading.removals
            ],
            "verdict": {
                "kind": verdict.kind,
                "of": verdict.of,
                "reason": verdict.reason or reading.rejected,
                "evidence": dict(verdict.evidence) or reading.evidence,
            },
        }
    )


def _show(trial: Trial) -> None:
    from scraper.cli.screen import safe, say, table
    from scraper.trial import fields

    reading = trial.reading
    say(safe(trial.snapshot.final_url))
    say(f"read as: {_as(trial)}")
    if trial.spider:
        say(f"without what {safe(trial.spider)} itself would say of it")
    say()
    rows = [
        (name, _text(value), origin, _evidence(reading, name))
        for name, (value, origin, _) in fields(reading).items()
    ]
    table(("field", "value", "read from", "evidence"), rows)
    say()
    for line in reading.body.splitlines():
        say(safe(line))
    if reading.removals:
        say()
        table(
            ("stripped", "rule", "because"),
            [(_short(gone.block.text), gone.rule, gone.reason) for gone in reading.removals],
        )
    say()
    if reading.flags:
        say(f"flags: {', '.join(sorted(reading.flags))}")
    say(_verdict(trial), style="yellow" if reading.rejected else "green")


def _as(trial: Trial) -> str:
    from scraper.cli.wording import count

    if trial.source is None:
        return "any page (no source declares this host)"
    if not trial.memory.pages:
        return f"{trial.source}, whose pages have taught nothing yet"
    pages = count(trial.memory.pages, "page")
    return f"{trial.source}, with what its {pages} have taught (version {trial.memory.version})"


def _evidence(reading: Reading, name: str) -> str:
    from scraper.cli.wording import weighed
    from storage.rows import agreement_row

    if (agreement := reading.agreement.get(name)) is None:
        return ""
    row = agreement_row(agreement)
    return weighed(row["agreement"], row["backing"], row["rivals"])


def _verdict(trial: Trial) -> str:
    from pipeline.reasons import EXPLAINED
    from scraper.cli.screen import safe

    verdict = trial.verdict
    reason = verdict.reason or trial.reading.rejected
    text = f"verdict: {verdict.kind}"
    if verdict.of is not None:
        text += f" (article {verdict.of})"
    if verdict.kind == "unchanged":
        text += ": stored with this very text"
    elif reason is not None:
        text += f" ({reason}): {EXPLAINED[reason][0]}"
    if trial.reading.evidence:
        text += f" – {safe(trial.reading.evidence)}"
    return text


def _text(value: Any) -> str:
    return ", ".join(value) if isinstance(value, list) else str(value)


def _short(text: str, limit: int = 60) -> str:
    return text if len(text) <= limit else f"{text[: limit - 1]}…"
