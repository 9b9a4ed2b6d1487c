"""Pages that every site has and that are no articles: its front page, about, contact, terms."""

from __future__ import annotations

from urllib.parse import unquote, urlsplit

from pipeline.words import fold

_MOST_FOLDERS = 1
"""`/en/about` is one of the site's own pages; further down, `about` may be a story's name."""

_FRONT = frozenset({"", "index.html", "index.htm", "index.php"})
_ENDINGS = (".html", ".htm", ".php", ".aspx", ".jsp")
# English; German, Dutch and Scandinavian; French, Spanish, Portuguese and Italian; Slavic languages
# and Turkish; Arabic, Persian, Pashto and Urdu.
_NAMES = frozenset(fold(name) for name in (
    "about", "about-us", "aboutus", "about_us", "contact", "contact-us", "contactus",
    "contact_us", "contacts", "imprint", "privacy", "privacy-policy", "privacypolicy",
    "privacy-notice", "privacy-statement", "cookie-policy", "cookies-policy", "terms",
    "terms-of-use", "terms-of-service", "terms-and-conditions", "termsofuse",
    "conditions-of-use", "disclaimer", "accessibility-statement", "legal-notice",
    "impressum", "kontakt", "datenschutz", "datenschutzerklaerung", "ueber-uns", "agb",
    "nutzungsbedingungen", "over-ons", "colofon", "privacybeleid", "om-oss", "om-os",
    "kontakta-oss", "personvern",
    "a-propos", "qui-sommes-nous", "nous-contacter", "mentions-legales",
    "politique-de-confidentialite", "acerca-de", "quienes-somos", "contacto", "aviso-legal",
    "politica-de-privacidad", "quem-somos", "sobre-nos", "contato", "politica-de-privacidade",
    "chi-siamo", "contatti", "note-legali",
    "o-nas", "o-nama", "kontakty", "kontakti", "polityka-prywatnosci", "o-kompanii", "о-нас",
    "контакты", "hakkimizda", "iletisim", "gizlilik-politikasi", "kunye",
    "من-نحن", "اتصل-بنا", "سياسة-الخصوصية", "درباره-ما", "تماس-با-ما", "حریم-خصوصی",
    "زموږ-په-اړه", "ہمارے-بارے-میں",
))  # fmt: skip


def is_front(url: str) -> bool:
    """Return whether this is the address of a site's front page."""
    parts = urlsplit(url)
    return bool(parts.netloc) and not parts.query and parts.path.strip("/").lower() in _FRONT


def standing_name(url: str) -> str:
    """Return the name of a page that every site has (`about`, `impressum`), or ''."""
    *folders, last = unquote(urlsplit(url).path).strip("/").split("/")
    name = fold(last)
    for ending in _ENDINGS:
        name = name.removesuffix(ending)
    return name if len(folders) <= _MOST_FOLDERS and name in _NAMES else ""
