"""What a site shows in place of an article: walls, portals, "not found" with 200; poisoned runs."""

from pipeline.suspect.page import answer, suspect
from pipeline.suspect.sight import Sight, sight

__all__ = ["Sight", "answer", "sight", "suspect"]
