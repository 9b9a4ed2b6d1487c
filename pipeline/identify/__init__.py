"""Whether it is the same page, the same text, or something new."""

from pipeline.identify.decide import decide
from pipeline.identify.fingerprints import document_fingerprint, fingerprint
from pipeline.identify.hosts import host_of
from pipeline.identify.urls import article_key, own_key, url_key

__all__ = [
    "article_key",
    "decide",
    "document_fingerprint",
    "fingerprint",
    "host_of",
    "own_key",
    "url_key",
]
