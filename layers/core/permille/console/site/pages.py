"""Responses that are pages, files, stylesheets and redirects, with their own headers beside those of headers.py."""

from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.shared.cookies import Cookie

from permille.domain.words import wording
from permille.rendering.templates import Brand, rendered

STYLES = ("style", "style-report", "style-desk")  # of all pages, of the report, of the desk
_MEDIA_TYPES = {"csv": "text/csv; charset=utf-8", "json": "application/json; charset=utf-8"}
_CONTENT_POLICY = "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'"


@dataclass(frozen=True)
class Pages:
    """Renders pages.

    brand: the platform's
    frame_origins: the origins that may show owners' pages in a frame, separated by blanks
    """

    brand: Brand
    frame_origins: str = ""

    def page(self, template: str, status: int = 200, *, framed: bool = False, **values: Any) -> Response[str]:
        """A rendered template of pages/console. `framed`: the frame origins may show it in a frame; `values`: the
        variables of the template, all of which it needs."""
        body = rendered(
            f"console/{template}.html.j2",
            brand=self.brand,
            stylesheets=self.stylesheets,
            plain=wording.plain,
            **values,
        )
        ancestors = f"'self' {self.frame_origins}".rstrip() if framed else "'none'"
        policy = {"Content-Security-Policy": f"{_CONTENT_POLICY}; frame-ancestors {ancestors}"}
        return Response(status, "text/html; charset=utf-8", body, policy)

    def guide_text(self) -> Response[str]:
        """The guide as plain text."""
        return Response(200, "text/plain; charset=utf-8", rendered("console/guide.txt.j2", brand=self.brand))

    def file(self, name: str, content: str) -> Response[str]:
        """A download. `name`: of letters, digits, dots and hyphens; its extension is csv or json."""
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return Response(200, _MEDIA_TYPES[name.rpartition(".")[2]], content, headers)

    def stylesheet(self, name: str) -> Response[str]:
        """One of STYLES. Browsers may cache it for good, since its address changes with its content."""
        headers = {"Cache-Control": "public, max-age=31536000, immutable"}
        return Response(200, "text/css; charset=utf-8", self._styles[name], headers)

    @cached_property
    def stylesheets(self) -> dict[str, str]:
        """The addresses of the stylesheets, by name."""
        return {
            name: f"/{name}.css?v={sha256(style.encode()).hexdigest()[:12]}" for name, style in self._styles.items()
        }

    @cached_property
    def _styles(self) -> dict[str, str]:
        return {name: rendered(f"console/{name}.css.j2", brand=self.brand) for name in STYLES}


def redirect(path: str, *cookies: Cookie) -> Response[str]:
    """Makes the browser get a page of ours (303)."""
    # Without frame-ancestors: browsers may apply them to a redirect too, and it may lead to a page in a frame.
    headers = {"Location": path, "Content-Security-Policy": "default-src 'none'"}
    return Response(303, "text/plain", "", headers, list(cookies))
