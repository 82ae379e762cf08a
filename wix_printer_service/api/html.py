"""The status listener's pages: templates beside this file, words from the catalogue."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.responses import HTMLResponse

from wix_printer_service.api.texts import spoken, texts

if TYPE_CHECKING:
    from wix_printer_service.settings import Settings


class Html:
    """Fills in templates. Everything is escaped: names and notes come from strangers."""

    def __init__(self, settings: Settings) -> None:
        restaurant = settings.restaurant
        self.style = (files(__package__) / "static" / "style.css").read_bytes()
        self._environment = Environment(
            loader=PackageLoader(__package__),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.globals.update(
            say=texts(restaurant.language),
            language=spoken(restaurant.language),
            restaurant=restaurant.name,
            refresh_s=max(1, round(settings.status.refresh_s)),
        )

    def page(self, name: str, code: int = 200, **facts: Any) -> HTMLResponse:
        """Return a page.

        Args:
            name: Of the template, without its ending.
            code: HTTP status.
            facts: What the template shows.
        """
        return HTMLResponse(self._environment.get_template(f"{name}.html").render(facts), code)
