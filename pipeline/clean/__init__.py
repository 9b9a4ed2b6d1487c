"""Which blocks of a page are not the article, and why."""
