import pytest

from pipeline.suspect.landing import astray

SITE = "https://monitor.example"


@pytest.mark.parametrize(
    ("asked", "target", "word"),
    [
        ("/2026/ferry-returns-again", "/", "front page"),
        ("/2026/ferry-returns-again", "", "front page"),
        ("/2026/ferry-returns-again", "/index.html", "front page"),
        ("/en/ferry-returns-again", "/en/", "front page"),
        ("/ferry-returns-again", "/pt-br/home", "front page"),
        ("/news/ferry-returns-again", "/news/", "section"),
        ("/news/local/12345678", "/news/local", "section"),
        ("/2026/11/ferry-returns-again.html", "/2026/11/", "section"),
        ("/ferry-returns-again", "/all-the-news", "listing"),
    ],
)
def test_a_redirect_away_from_the_article_is_told(asked, target, word):
    assert word in astray(SITE + asked, SITE + target, {f"{SITE}/all-the-news"})


@pytest.mark.parametrize(
    ("asked", "target"),
    [
        ("/ferry-returns-again", "/2026/ferry-returns-again"),
        ("/ferry-returns-again/amp", "/ferry-returns-again"),
        ("/2026/ferry-returns-again/print", "/2026/ferry-returns-again/"),
        ("/news/ferry-returns-again-12345678", "/news/ferry-returns-for-good-12345678"),
        ("/go?to=7", "/?p=7"),
        ("/story/12345678/2", "/story/12345678"),
        ("/", "/en/"),
        ("/a/b", "/a"),
    ],
)
def test_a_redirect_to_the_article_is_followed(asked, target):
    assert astray(SITE + asked, SITE + target) == ""
