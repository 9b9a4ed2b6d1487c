"""Pure functions over pages: bytes in, links, readings and verdicts out."""
