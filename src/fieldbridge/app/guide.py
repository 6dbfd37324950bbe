"""The client's own page: what to do in Xero, the certificate to copy, and where to return two values."""

from dataclasses import dataclass

from jinja2 import Environment, PackageLoader, StrictUndefined

from fieldbridge.app.certificate import ensure
from fieldbridge.app.installation import Installation


@dataclass(frozen=True)
class Guide:
    """What the page names. return_to says in words where the two values go; applications_url is Xero's page."""

    app_name: str
    return_to: str
    applications_url: str
    issued_to: str


def render(installation: Installation, guide: Guide) -> str:
    """The page as HTML, complete in itself: it may be sent by e-mail or put on a web site."""
    pages = Environment(loader=PackageLoader("fieldbridge.app"), autoescape=True, undefined=StrictUndefined)
    certificate = ensure(installation, guide.issued_to)
    return pages.get_template("guide.html").render(guide=guide, certificate=certificate)
