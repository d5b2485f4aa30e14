"""Serves function URLs on this host, and passes the requested address to the function."""

# ruff: noqa: SLF001 - ministack offers no other way to its stores

from typing import Any

from permille_cli.local.emulator.access_filter import BY_PATH


def serve_function_urls_on_this_host(port: int) -> None:
    """ministack names function URLs as AWS does (on.aws), which do not resolve, and passes that name to functions."""
    from ministack.services import lambda_svc  # type: ignore[import-not-found]
    from ministack.services.cloudformation import provisioners  # type: ignore[import-not-found]

    event_of, attributes_of = lambda_svc._build_function_url_event, provisioners._lambda_url_attributes

    def event(url_id: str, account: str, region: str, method: str, path: str, headers: dict[str, str],
              *rest: Any, **more: Any) -> Any:  # fmt: skip
        built = event_of(url_id, account, region, method, path, headers, *rest, **more)
        host = next((value for name, value in headers.items() if name.lower() == "host"), "")
        built["requestContext"]["domainName"] = host
        built["headers"] |= {"host": host, "x-forwarded-proto": "http", "x-forwarded-port": str(port)}
        return built

    def attributes(config: dict[str, Any]) -> Any:
        url = config["FunctionUrl"].removeprefix("https://")
        if config["AuthType"] == "AWS_IAM":  # no browser asks it, and not every program finds names under .localhost
            here = f"http://127.0.0.1:{port}{BY_PATH}{url.partition('.')[0]}/"
        else:
            here = "http://" + url.replace(".on.aws/", f".localhost:{port}/")
        return attributes_of({**config, "FunctionUrl": here})

    lambda_svc._build_function_url_event = event
    provisioners._lambda_url_attributes = attributes
