"""The HTML of the demo site: the layout every page shares, an article, a listing, plain pages."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from html import escape
from importlib.resources import files
from string import Template

from scraper.demosite.instants import ZONE
from scraper.demosite.stories import Story

RTL = frozenset({"ar", "fa", "ps", "ur"})
"""Languages of the site that are written from right to left."""

SOURCE_WORD = {
    "en": "Source",
    "fa": "منبع",
    "ps": "سرچینه",
    "ur": "ماخذ",
    "ar": "المصدر",
}
"""What opens the credit line, by language."""

ALSO_READ = {
    "en": "Also read",
    "fa": "بیشتر بخوانید",
    "ps": "همدا راز ولولئ",
    "ur": "یہ بھی پڑھیں",
    "ar": "اقرأ أيضا",
}
"""What opens a promotion of another article, by language."""

ALL_REPORTS = {
    "en": "All monitoring reports",
    "fa": "همهٔ گزارش‌ها",
    "ps": "ټول راپورونه",
    "ur": "تمام رپورٹیں",
    "ar": "جميع التقارير",
}
"""What is promoted where there is no older article, by language."""

TAGS = {"fa": "fa-AF"}
"""Language tags of pages, where they say more than the language."""

PROMO_AFTER = 2
"""Long articles carry their promotion after this many paragraphs as well."""

LONG = 5
"""Articles of this many paragraphs are long."""


class Frame:
    """What all pages of one tick share: date header, ticker, most-read list.

    `heard` is a second ticker, which looks like the first paragraph of each article.
    """

    def __init__(
        self,
        now: datetime,
        flashes: Sequence[str],
        most_read: Sequence[Story],
        heard: str = "",
    ) -> None:
        self._heard = heard
        items = "".join(f"<span>{text(item)}</span> " for item in flashes)
        links = "\n".join(f"<li>{link(story)}</li>" for story in most_read)
        self._shell = Template(
            _template("shell.html").safe_substitute(
                today=f"{now.astimezone(ZONE):%B} {now.astimezone(ZONE).day}, {now.year}",
                # What is substituted twice must not be read as a placeholder.
                flash=items.replace("$", "$$"),
                most_read=links.replace("$", "$$"),
            )
        )

    def page(self, head: str, main: str, language: str = "en") -> bytes:
        """Return a whole page around its main part."""
        return self._shell.substitute(
            lang=TAGS.get(language, language),
            dir=direction(language),
            head=text(head),
            main=main,
        ).encode()

    def article(self, story: Story, promoted: Story | None) -> bytes:
        """Return the page of an article, which promotes another one."""
        promo = f"{ALSO_READ[story.language]}: {_promotion(promoted, story.language)}"
        paragraphs = [_paragraph(words, n) for n, words in enumerate(story.paragraphs)]
        if len(paragraphs) >= LONG:
            paragraphs.insert(PROMO_AFTER, f"<p><b>{promo}</b></p>")
        if self._heard:
            paragraphs.insert(0, f'<p dir="ltr">{text(self._heard)}</p>')
        main = _template("article.html").substitute(
            lang=TAGS.get(story.language, story.language),
            dir=direction(story.language),
            title=escape(story.title),
            published=stamp(story.published),
            authors=text(", ".join(story.authors)),
            body="\n".join(paragraphs),
            credit=text(f"{SOURCE_WORD[story.language]}: {story.credit}"),
            promo=promo,
        )
        return self.page(story.title, main, story.language)

    def listing(self, stories: Sequence[Story], number: int, last: int) -> bytes:
        """Return page `number` of `last` of the paged listing."""
        pager = []
        if number > 1:
            pager.append(f'<a href="{listing_path(number - 1)}">Newer</a>')
        if number < last:
            pager.append(f'<a href="{listing_path(number + 1)}">Older</a>')
        main = f'{_items("Monitoring", stories)}\n<div class="pager">{" ".join(pager)}</div>'
        return self.page(f"Monitoring, page {number} of {last}", main)

    def front(self, stories: Sequence[Story]) -> bytes:
        """Return the front page."""
        return self.page("Home", _items("Latest", stories))

    def note(self, head: str, *paragraphs: str) -> bytes:
        """Return a plain page that is no article."""
        body = "\n".join(f"<p>{text(words)}</p>" for words in paragraphs)
        return self.page(head, f"<h2>{text(head)}</h2>\n{body}")


def listing_path(number: int) -> str:
    """Return the path of a page of the listing, counted from 1."""
    return "/monitoring/" if number == 1 else f"/monitoring/page/{number}/"


def stamp(instant: datetime) -> str:
    """Write a day as the site prints it: `May 29,2024`."""
    day = instant.astimezone(ZONE)
    return f"{day:%b} {day.day},{day.year}"


def direction(language: str) -> str:
    """Return the direction of a language's script, as HTML names it."""
    return "rtl" if language in RTL else "ltr"


def text(words: str) -> str:
    """Escape text for the inside of an element."""
    return escape(words, quote=False)


def link(story: Story) -> str:
    """Return a link to a story with its title."""
    return f'<a href="{story.path}">{text(story.title)}</a>'


def _items(head: str, stories: Sequence[Story]) -> str:
    return "\n".join([f"<h2>{head}</h2>", *map(_item, stories)])


def _item(story: Story) -> str:
    return (
        f'<div class="item"><h3>{link(story)}</h3><div>Published | {stamp(story.published)}</div>'
        f'<p dir="{direction(story.language)}">{text(story.paragraphs[0])}</p></div>'
    )


def _promotion(promoted: Story | None, language: str) -> str:
    if promoted is None:
        return f'<a href="/monitoring/">{ALL_REPORTS[language]}</a>'
    return link(promoted)


def _paragraph(words: str, number: int) -> str:
    # Every other one ends in a blank or a no-break space, as text pasted into such sites does.
    return f"<p>{text(words)}{('', ' ', '', '&nbsp;')[number % 4]}</p>"


@cache
def _template(name: str) -> Template:
    return Template(files("scraper.demosite").joinpath(name).read_text("utf-8"))
