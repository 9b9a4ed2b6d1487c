"""Guests: a user's own Scrapy spiders, whose pages take the same path and enter the same books."""
