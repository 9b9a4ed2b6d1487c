"""Whether it is the same page, the same text, or something new."""
