"""The spiders: one serves every declared source."""
