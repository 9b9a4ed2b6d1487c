"""Where a listing stands, and how its links are to be taken."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.discover.links import Gathered
from pipeline.model import ListingKind, Via


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """What every reader of a listing needs to know beside its text."""

    kind: ListingKind
    found_on: str
    """The URL under which the source lists it."""
    base: str
    """The URL that answered: relative links start here."""
    zone: str
    max_items: int

    def gathered(self, via: Via) -> Gathered:
        """Return an empty collection for this listing's links."""
        return Gathered(via=via, found_on=self.found_on, max_items=self.max_items)
