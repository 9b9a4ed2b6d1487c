"""The files that `khabar init` writes."""
