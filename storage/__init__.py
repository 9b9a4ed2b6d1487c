"""The database and the archive of raw pages: what happened, kept."""
