"""The pages that say how Precedent is used and how well it can be used by everybody."""

from flask import Blueprint, render_template

from service.engine import Engine
from service.web.exchange import nothing_asked


def help_pages_blueprint(_engine: Engine) -> Blueprint:
    """The routes of these pages."""
    pages = Blueprint("help_pages", __name__)

    @pages.get("/help")
    def help_page() -> str:
        nothing_asked()
        return render_template("help.html")

    @pages.get("/accessibility")
    def accessibility_page() -> str:
        nothing_asked()
        return render_template("accessibility.html")

    return pages
