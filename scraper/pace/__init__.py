"""Pace: when a host may be asked, by what it has answered and how it has failed."""
