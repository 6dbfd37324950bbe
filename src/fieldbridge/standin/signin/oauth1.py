"""The signature base string and the Authorization header, from RFC 5849. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import parse_qsl, quote, unquote, urlsplit

_PARAMETER = re.compile(r'\s*([\w.~%-]+)="([^"]*)"\s*')
_DEFAULT_PORTS = {"http": 80, "https": 443}
_LEFT_OUT = ("realm", "oauth_signature")


def encoded(text: str) -> str:
    """Percent-encoding in which only letters, digits and `-._~` stay. Source: RFC 5849 3.6."""
    return quote(text, safe="-._~")


def base_string_uri(url: str) -> str:
    """Lower-case scheme and host, no default port, no query, no fragment. Source: RFC 5849 3.4.1.2."""
    parts = urlsplit(url)
    host = (parts.hostname or "").lower()
    port = "" if parts.port in (None, _DEFAULT_PORTS.get(parts.scheme)) else f":{parts.port}"
    return f"{parts.scheme.lower()}://{host}{port}{parts.path or '/'}"


def normalised_parameters(parameters: Iterable[tuple[str, str]]) -> str:
    """Encode, sort by name then value, join. Source: RFC 5849 3.4.1.3.2."""
    pairs = sorted((encoded(name), encoded(value)) for name, value in parameters if name not in _LEFT_OUT)
    return "&".join(f"{name}={value}" for name, value in pairs)


def signature_base_string(method: str, url: str, oauth_parameters: Iterable[tuple[str, str]]) -> str:
    """What is signed: method, base URI and every parameter of query and header. Source: RFC 5849 3.4.1.1.

    `oauth_parameters` are the decoded pairs of the header; parameters of a form body may be added to them.
    """
    query = parse_qsl(urlsplit(url).query, keep_blank_values=True)
    parameters = normalised_parameters([*query, *oauth_parameters])
    return "&".join(encoded(part) for part in (method.upper(), base_string_uri(url), parameters))


def header_parameters(authorization: str) -> dict[str, str] | None:
    """The decoded parameters of `OAuth name="value", ...`; None when the header is something else.

    Source: RFC 5849 3.5.1.
    """
    scheme, _, rest = authorization.partition(" ")
    if scheme.lower() != "oauth":
        return None
    found = {}
    for part in rest.split(","):
        if match := _PARAMETER.fullmatch(part):
            found[unquote(match[1])] = unquote(match[2])
    return found
