"""`python -m hostile_crawl` is `python -m scraper`, with more runs at once, and a prelude."""

import os

if __name__ == "__main__":  # reading processes import this as well
    exec(os.environ["HOSTILE_PRELUDE"], {})  # noqa: S102 # the tests' own code
    import scraper.foreground  # after the prelude, which may change what it imports
    from scraper.cli import main

    scraper.foreground.AT_ONCE = int(os.environ["HOSTILE_AT_ONCE"])
    main()
