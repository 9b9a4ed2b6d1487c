"""Bytes of a feed, sitemap or listing page in, links out."""
