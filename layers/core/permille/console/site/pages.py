"""Pages: templates under pages/console, and what their answers say beside headers.py."""

from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.shared.cookies import Cookie

from permille.domain.words import wording
from permille.rendering.templates import Brand, rendered

_TYPES = {"csv": "text/csv; charset=utf-8", "json": "application/json; charset=utf-8"}
STYLES = ("style", "style-report", "style-desk")  # of all pages, and of some
_CONTENT = "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'"


@dataclass(frozen=True)
class Pages:
    """`frame_origins`: who may frame owners' pages, besides themselves."""

    brand: Brand
    frame_origins: str = ""

    def page(self, template: str, status: int = 200, *, framed: bool = False, **shown: Any) -> Response[str]:
        """A template under pages/console. `framed`: it may be, by the host platform."""
        body = rendered(
            f"console/{template}.html.j2",
            brand=self.brand,
            stylesheets=self.stylesheets,
            plain=wording.plain,
            **shown,
        )
        ancestors = f"'self' {self.frame_origins}".rstrip() if framed else "'none'"
        policy = {"Content-Security-Policy": f"{_CONTENT}; frame-ancestors {ancestors}"}
        return Response(status, "text/html; charset=utf-8", body, policy)

    def guide_text(self) -> Response[str]:
        return Response(200, "text/plain; charset=utf-8", rendered("console/guide.txt.j2", brand=self.brand))

    def file(self, name: str, content: str) -> Response[str]:
        """To be saved under that name, which is made of letters, digits, dots and hyphens."""
        kept = {"Content-Disposition": f'attachment; filename="{name}"'}
        return Response(200, _TYPES[name.rpartition(".")[2]], content, kept)

    def stylesheet(self, name: str) -> Response[str]:
        """Its address changes with it, so it may be kept."""
        kept = {"Cache-Control": "public, max-age=31536000, immutable"}
        return Response(200, "text/css; charset=utf-8", self._styles[name], kept)

    @cached_property
    def stylesheets(self) -> dict[str, str]:
        """Their addresses, by name."""
        return {
            name: f"/{name}.css?v={sha256(style.encode()).hexdigest()[:12]}" for name, style in self._styles.items()
        }

    @cached_property
    def _styles(self) -> dict[str, str]:
        return {name: rendered(f"console/{name}.css.j2", brand=self.brand) for name in STYLES}


def redirect(address: str, *cookies: Cookie) -> Response[str]:
    """To a page of ours, by GET."""
    # No frame-ancestors: browsers may look at those of a redirect too, and it may lead to a page in a frame.
    headers = {"Location": address, "Content-Security-Policy": "default-src 'none'"}
    return Response(303, "text/plain", "", headers, list(cookies))
