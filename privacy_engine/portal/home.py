"""The first page: what a person can do, in plain verbs."""

from dataclasses import dataclass

from flask import Blueprint, Response, render_template, url_for


@dataclass(frozen=True)
class Verb:
    """One thing to do."""

    words: str
    why: str
    url: str


# Documents and forms may be found; what belongs to one person is not to be looked for.
_ROBOTS = """User-agent: *
Disallow: /requests/
Disallow: /preferences
Disallow: /unsubscribe
Disallow: /parent/
Disallow: /console/
"""
_RIGHTS = (
    ("know:specific", "See what you know about me", "A copy of the information itself"),
    (
        "know:categories",
        "See what kinds of information you have",
        "What kinds, where from, what for, and who got it",
    ),
    ("delete", "Delete my information", "We delete it everywhere and search again"),
    ("correct", "Correct something about me", "Tell us what is wrong and what is right"),
    ("opt_out", "Do not sell or share my information", "Takes effect at once"),
    ("limit", "Use my sensitive information only where needed", "Takes effect at once"),
)
FORMS = frozenset(right for right, _, _ in _RIGHTS)
"""The rights that have a form; a yes is given on the page of choices instead."""


def titles() -> dict[str, str]:
    """Return the plain words for every right."""
    extra = {"opt_in": "Allow again what I had stopped", "withdraw_consent": "Take a yes back"}
    return {right: words for right, words, _ in _RIGHTS} | extra


def add(pages: Blueprint) -> None:
    """Add the first page."""

    @pages.get("/")
    def home() -> str:
        verbs = [
            Verb(words, why, url_for("portal.request_form", right=right))
            for right, words, why in _RIGHTS
        ]
        more = [
            Verb(
                "See how my request stands",
                "With the link from our letter, or ask for it again",
                url_for("portal.find", purpose="status"),
            ),
            Verb(
                "My child gave you information",
                "For parents of a child under 13",
                url_for("portal.parent"),
            ),
            Verb(
                "Change what you may do with my information",
                "Newsletters, analytics and more",
                url_for("portal.find", purpose="preferences"),
            ),
            Verb(
                "Check a report that you signed",
                "For anybody who was given one of our PDFs",
                url_for("portal.check_report"),
            ),
        ]
        return render_template("portal/home.html", verbs=verbs, more=more)

    @pages.get("/robots.txt")
    def robots() -> Response:
        return Response(_ROBOTS, mimetype="text/plain")
