"""Settings and fixtures for every test."""

from hypothesis import settings

# A busy machine makes no example wrong; pytest's own timeout ends what hangs.
settings.register_profile("unit", max_examples=50, deadline=None)
settings.register_profile("thorough", max_examples=200, deadline=None)
settings.load_profile("unit")
