"""Looking at a site that nobody has declared yet: how it publishes, and what to write down."""
