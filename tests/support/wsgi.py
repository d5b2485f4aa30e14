"""A JSON API as a WSGI application, which converts requests as a function URL does."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any
from urllib.parse import parse_qsl

from tests.support.function_url import url_event

Start = Callable[[str, list[tuple[str, str]]], object]


def serving(answer: Callable[[dict[str, Any]], Mapping[str, Any]]) -> Callable[..., Iterable[bytes]]:
    """`answer`: the response to the event of a function URL."""

    def application(environ: Mapping[str, Any], start: Start) -> Iterable[bytes]:
        answered = answer(_event(environ))
        start(f"{answered['statusCode']} .", [(name, str(value)) for name, value in answered["headers"].items()])
        return [answered["body"].encode()]

    return application


def _event(environ: Mapping[str, Any]) -> dict[str, Any]:
    """AWS decodes the path, joins the values of a query parameter, and encodes a binary body in Base64."""
    query: dict[str, str] = {}
    for name, value in parse_qsl(environ.get("QUERY_STRING", ""), keep_blank_values=True):
        query[name] = f"{query[name]},{value}" if name in query else value
    headers = {name[5:].lower().replace("_", "-"): value for name, value in environ.items() if name.startswith("HTTP_")}
    if environ.get("CONTENT_TYPE"):
        headers["content-type"] = environ["CONTENT_TYPE"]
    path = environ["PATH_INFO"].encode("latin-1").decode("utf-8", "replace")
    body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    return url_event(environ["REQUEST_METHOD"], path, headers, body, query=query)
