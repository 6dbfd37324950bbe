"""Ways into Xero: the legacy private app, and OAuth 2.0 as a PKCE app, a web app or a custom connection."""

from typing import Literal

Kind = Literal["pkce", "web-app", "custom-connection"]
PKCE: Kind = "pkce"
WEB_APP: Kind = "web-app"
CUSTOM_CONNECTION: Kind = "custom-connection"
PRIVATE_APP = "private-app"
