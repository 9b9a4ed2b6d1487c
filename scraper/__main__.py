"""`python -m scraper` is `khabar`."""

from scraper.cli import main

if __name__ == "__main__":
    main()
