"""The application: crawling, time, commands."""

VERSION = "0.1.0"
