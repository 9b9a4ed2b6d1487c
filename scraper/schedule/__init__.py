"""When a source is due, and who crawls it."""
