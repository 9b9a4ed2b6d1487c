"""x."""


def available(path: str = "") -> str | None:
    """x."""
    return None
