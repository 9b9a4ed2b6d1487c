"""The layouts of made-up monitoring sites: six families, each in many designs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from site_chrome import BIO, COMMENT, MENU, META, PROMO, RELATED, TICKER
from site_markup import View, block, body, broken, footer, menu, titles

TITLE, ECHO = "title", "chrome:echo"


def _flash(view: View, tag: str = "span") -> str:
    items = " ".join(f"<{tag}>{view.sheet(item, TICKER)}</{tag}>" for item in view.around.ticker)
    return f"{view.sheet(view.around.flash, TICKER)} : {items}" if view.around.flash else items


def _between(view: View, tag: str = "p") -> Callable[[int], str]:
    """Return what stands between the paragraphs: a link to another article, the desk's promo."""
    around = view.around

    def put(at: int) -> str:
        html = ""
        if at == 2 and around.also:
            link = view.sheet.link(around.also, RELATED, f"{view.chrome.labels.also}: ")
            html += f"<{tag}{view.look('text')}><strong>{link}</strong></{tag}>\n"
        if at == 3 and around.promo:
            name = "text" if view.look.flag("promo as text") else "promo"
            html += block(view, name, around.promo, PROMO, tag)
        return html

    return put


def _meta(view: View, sign: str = " | ") -> str:
    if view.listed:
        return ""
    labels, html = view.chrome.labels, ""
    html += block(view, "date", f"{labels.published}{sign}{view.published}", META)
    html += block(view, "by", f"{labels.by}{sign}{view.story.author}", META)
    return html


def _comments(view: View) -> str:
    around = view.around
    told = "".join(
        f'<li class="comment"><cite>{view.sheet(name, COMMENT)}</cite>'
        f"<p>{view.sheet(text, COMMENT)}</p></li>"
        for name, text in around.comments
    )
    items = f'<ol class="comment-list">{told}</ol>' if told else ""
    if not items and not around.login:
        return ""
    login = block(view, "login", around.login, META, "p")
    return f'<div id="comments" class="comments-area">{items}{login}</div>\n'


def monitor(view: View) -> str:
    """The seed's layout: anonymous boxes, a ticker, the title twice, everything in one column."""
    sheet, look, around, labels = view.sheet, view.look, view.around, view.chrome.labels
    flat = look.flag("flat")
    top = block(view, "today", around.today, META) + block(view, "logo", "Logo", MENU)
    element = "p" if look.flag("ticker as text") else "div"
    ticker = f"<{element}{look('flash')}>{_flash(view)}</{element}>\n" if around.ticker else ""
    head = f"<h1>{sheet(view.story.title, TITLE)}</h1>\n"
    glued = f"{view.story.title}image"
    echo = f"<div{look('lead')}><img src='/lead.jpg' alt=''><div>{sheet(glued, ECHO)}</div></div>\n"
    echo = "" if view.listed else echo
    promo = block(view, "promo", around.promo, PROMO, "p")
    inner = body(view, tag="div" if flat and element == "div" else "p")
    tail = block(view, "views", around.views, META) + block(
        view, "mail", around.newsletter, PROMO, "p"
    )
    boxes = titles(view, "latest", around.latest, labels.menu[0], RELATED)
    boxes += titles(view, "popular", around.popular, labels.menu[1], RELATED)
    if flat:
        story = f"<div>{top}{ticker}{head}{_meta(view)}{echo}{inner}{promo}{tail}</div>"
        return f"{menu(view, 'menu')}{story}<div>{boxes}</div>{footer(view)}"
    inner = f"{inner}{promo}" if look.flag("promo inside") else f"{inner}</div><div>{promo}"
    story = f"<div>{ticker}{head}{_meta(view)}{echo}<div>{inner}</div>{tail}</div>"
    return f"{top}{menu(view, 'menu')}<div>{story}{boxes}</div>{footer(view)}"


def wire(view: View) -> str:
    """A WordPress-like wire: bio, promo and links to other articles inside the text."""
    sheet, around, labels, number = view.sheet, view.around, view.chrome.labels, view.story.number
    tape = (
        f'<div class="wp-block-group is-layout-flow">{_flash(view, "p")}</div>\n'
        if around.ticker
        else ""
    )
    inner = body(view, _between(view))
    bio = (
        f'<div class="wp-block-group abx-{number % 7}"><p>{sheet(around.bio, BIO)}</p></div>\n'
        if around.bio
        else ""
    )
    more = "".join(
        f'<p class="has-small-font-size">{sheet.link(story, RELATED)}</p>'
        for story in around.related
    )
    mail = block(view, "wp-block-group", around.newsletter, PROMO, "p")
    tape_in = tape if view.look.flag("tape inside") else ""
    classes = f"post-{number} post type-post hentry category-{view.story.desk}"
    article = (
        f'<article id="post-{number}" class="{classes}"><header class="entry-header">'
        f'<h1 class="entry-title">{sheet(view.story.title, TITLE)}</h1>'
        f'<div class="entry-meta">{_meta(view, ": ")}</div></header>'
        f'<div class="entry-content">{tape_in}{inner}{bio}{more}{mail}</div></article>\n'
    )
    side = titles(view, "widget", around.latest, labels.menu[0], RELATED)
    side += titles(view, "widget", around.popular, labels.menu[1], RELATED)
    return (
        f'<header class="site-header">{"" if tape_in else tape}'
        f"{menu(view, 'main-navigation', 'nav')}</header>"
        f'<main id="main" class="site-main">{article}{_comments(view)}</main>'
        f'<aside class="widget-area">{side}</aside>{footer(view, "footer")}'
        f"{block(view, 'cookie-notice', around.consent, META)}"
    )


def hugo(view: View) -> str:
    """A static site with opaque names, whose ticker and boxes are rebuilt into every page."""
    sheet, look, around = view.sheet, view.look, view.around
    items = "".join(f"<p{look('flash-item')}>{sheet(item, TICKER)}</p>" for item in around.ticker)
    ticker = f"<div{look('flash')}>{items}</div>\n" if around.ticker else ""
    popular = "".join(
        f"<p{look('box-item')}>{sheet.link(story, RELATED)}</p>" for story in around.popular
    )
    bio = f"<div{look('card')}><p>{sheet(around.bio, BIO)}</p></div>\n" if around.bio else ""
    mail = block(view, "mail", around.newsletter, PROMO, "p")
    first, last = (ticker, "") if look.flag("ticker first") else ("", ticker)
    return (
        f"<div{look('page')}><div{look('bar')}>{sheet(around.today, META)}</div>"
        f"{menu(view, 'bar-menu')}"
        f"<div{look('main')}>{first}<h1{look('title')}>{sheet(view.story.title, TITLE)}</h1>"
        f"<div{look('meta')}>{_meta(view, ' · ')}</div>{body(view, _between(view))}{last}"
        f"{bio}<div{look('box')}>{popular}</div>{mail}{block(view, 'views', around.views, META)}"
        f"</div>{footer(view)}</div>"
    )


def table(view: View) -> str:
    """Tables in tables, bold and fonts, a moving line above the text; no class anywhere."""
    sheet, look, around, labels = view.sheet, view.look, view.around, view.chrome.labels
    line = f"<tr><td colspan=3><b>{_flash(view, 'font')}</b></td></tr>" if around.ticker else ""
    left = "".join(
        f"<a href='/s/{at}'>{sheet(t, MENU)}</a><br>" for at, t in enumerate(labels.menu)
    )
    if look.flag("breaks"):
        text = f"<div>{broken(view, _broken_promo(view))}</div>"
    else:
        text = body(view, _between(view))
    inner = f"<p>{_flash(view, 'b')}</p>" if look.flag("line inside") else ""
    line = "" if inner else line
    right = "".join(f"<p>{sheet.link(story, RELATED)}</p>" for story in around.popular)
    below = "".join(f"<p>{sheet.link(story, RELATED)}</p>" for story in around.latest)
    bio = f"<p><i>{sheet(around.bio, BIO)}</i></p>" if around.bio else ""
    mail = f"<p>{sheet(around.newsletter, PROMO)}</p>" if around.newsletter else ""
    small = f"<font size=2>{sheet(f'{labels.published}: {view.published}', META)}</font><br>"
    small += f"<font size=2>{sheet(f'{labels.by}: {view.story.author}', META)}</font>\n"
    return (
        f"<table width=100%><tr><td colspan=3{look('top')}>{sheet(around.today, META)}</td></tr>"
        f"{line}<tr><td valign=top{look('left')}>{left}</td>"
        f"<td valign=top{look('middle')}>{inner}<h1>{sheet(view.story.title, TITLE)}</h1>"
        f"{'' if view.listed else small}{text}{bio}{mail}{below}</td>"
        f"<td valign=top{look('right')}>{right}</td></tr></table>{footer(view)}"
    )


def _broken_promo(view: View) -> Callable[[int], str]:
    def put(at: int) -> str:
        promo = view.around.promo if at == 3 else ""
        return f"{view.sheet(promo, PROMO)}<br><br>\n" if promo else ""

    return put


def app(view: View) -> str:
    """A single-page application rendered by its server: names of CSS modules, one text style."""
    sheet, look, around, labels = view.sheet, view.look, view.around, view.chrome.labels
    inside = look.flag("ticker in story")
    items = _flash(view, "p" if inside else "span")
    ticker = f"<div{look('strip-root')}>{items}</div>\n" if around.ticker else ""
    related = "".join(
        f"<div{look('card-row')}><p{look('text')}>{sheet.link(story, RELATED)}</p></div>"
        for story in around.related
    )
    bio = (
        f"<div{look('author-card')}><p{look('text')}>{sheet(around.bio, BIO)}</p></div>"
        if around.bio
        else ""
    )
    mail = block(view, "text", around.newsletter, PROMO, "p")
    latest = titles(view, "rail-latest", around.latest, labels.menu[0], RELATED)
    popular = titles(view, "rail-popular", around.popular, labels.menu[1], RELATED)
    return (
        f"<div id='__next'><div{look('layout-root')}>{menu(view, 'nav-bar', 'nav')}"
        f"{'' if inside else ticker}<div{look('layout-grid')}>"
        f"<section{look('story-root')}>{ticker if inside else ''}"
        f"<h1{look('story-title')}>{sheet(view.story.title, TITLE)}</h1>"
        f"<div{look('story-meta')}>{_meta(view, ' ')}</div>"
        f"<div{look('story-body')}>{body(view, _between(view))}{mail}</div>{bio}{related}</section>"
        f"<div{look('rail-root')}>{latest}{popular}</div></div>{footer(view)}"
        f"{block(view, 'consent-box', around.consent, META)}</div></div>"
    )


def clean(view: View) -> str:
    """A blog in plain HTML: nothing that a reader of one page would not take away by itself."""
    sheet, labels = view.sheet, view.chrome.labels
    by = f"{labels.by} {view.story.author}"
    small = (
        f"<p class='byline'><time datetime='{view.story.published:%Y-%m-%dT%H:%M:00Z}'>"
        f"{sheet(view.published, META)}</time> <span class='author'>{sheet(by, META)}</span></p>"
    )
    return (
        f"<header>{menu(view, 'menu', 'nav')}</header><main><article>"
        f"<header><h1>{sheet(view.story.title, TITLE)}</h1>"
        f"{'' if view.listed else small}</header>{body(view)}</article></main>"
        f"{footer(view, 'footer')}"
    )


@dataclass(frozen=True)
class Layout:
    page: Callable[[View], str]
    naming: str


LAYOUTS: dict[str, Layout] = {
    "monitor": Layout(monitor, "none"),
    "wire": Layout(wire, "plain"),
    "hugo": Layout(hugo, "hashed"),
    "table": Layout(table, "none"),
    "app": Layout(app, "modules"),
    "clean": Layout(clean, "plain"),
}
