"""Notices that ask for consent to cookies, or stand in place of content that waits for it."""

from __future__ import annotations

from pipeline.words import bare, fold

_LONGEST = 400
"""Characters: a paragraph about such notices is longer, or its headline speaks of them too."""

_ABOUT = (
    "cookie", "çerez", "کوکی", "کوکیز", "ملفات تعریف الارتباط", "עוגיות", "कुकी", "쿠키",
    "คุกกี้", "куки", "externer inhalt", "externe inhalte", "external content",
    "contenu externe", "contenido externo", "contenuto esterno",
)  # fmt: skip
_ASKING = (
    "accept all", "accept cookie", "accept the cookie", "accept our", "we use cookie",
    "uses cookie", "use of cookie", "using cookie", "cookie settings", "cookie preferences",
    "cookie policy", "consent to", "your consent", "enable cookie", "allow cookie",
    "privacy settings", "ihrer zustimmung", "deine zustimmung", "ihre zustimmung", "akzeptieren",
    "einverstanden", "datenschutzeinstellungen", "angezeigt werden", "acceptez", "accepter",
    "votre consentement", "aceptar", "su consentimiento", "accettare", "tuo consenso",
    "aceitar", "accepteren", "toestemming", "kabul et", "принять", "согласие",
    "прийняти", "بپذیرید", "قبول", "ومنئ", "αποδεχθείτε", "αποδέχεστε", "αποδοχή", "לאשר",
    "אישור", "स्वीकार", "허용", "동의", "ยอมรับ", "接受", "同意", "許可",
)  # fmt: skip
_SUBJECTS = tuple(fold(word) for word in _ABOUT)
_WORDS = tuple(fold(word) for word in _ASKING)


def asks_consent(text: str, title: str) -> str:
    """Return the words by which a text asks for consent; '' if it does not, or `title` is of it.

    `title` as `bare` writes it: an article about cookies keeps its text.
    """
    if len(text) > _LONGEST:
        return ""
    folded = fold(text)
    about = next((word for word in _SUBJECTS if word in folded), "")
    if not about or bare(about) in title:
        return ""
    return next((word for word in _WORDS if word in folded), "")
