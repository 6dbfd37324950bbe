"""Where Xero and its published descriptions are known to differ, or say too little, each with the reason."""

# Members of answers that the description has nothing of the kind for: around every answer, on every record, and
# dates a second time as text. Source: recorded answers.
UNDESCRIBED_MEMBERS = {
    *("Id", "Status", "ProviderName", "DateTimeUTC", "SummarizeErrors"),
    *("HasErrors", "HasValidationErrors", "ID", "AllocationID"),
    *("DateString", "DueDateString", "DateUTCString"),
}
# The description lists a few members of refused elements; the element as it was sent comes back whole.
OPEN_SCHEMAS = {"Element"}

# The same endpoint under the name pyxero calls it by.
PATH_ALIASES = {"/Organisations": "/Organisation"}
# What the description calls the header that names the type of the file wanted.
HEADER_NAMES = {"contentType": "accept"}

_FORM = "application/x-www-form-urlencoded"
_TEXT = {"type": "string"}


def _grant(kind: str, required: list[str], *optional: str) -> dict:
    names = ("client_id", "client_secret", *required, *optional)
    return {
        "properties": {"grant_type": {"enum": [kind]}, **dict.fromkeys(names, _TEXT)},
        "required": ["grant_type", *required],
        "additionalProperties": False,
    }


_GRANTS = [
    # RFC 6749 6, 4.1.3 with RFC 7636 4.5, and 4.4.2
    _grant("refresh_token", ["refresh_token"], "scope"),
    _grant("authorization_code", ["code", "redirect_uri"], "code_verifier"),
    _grant("client_credentials", [], "scope"),
]
# RFC 6749 5.2
_ERRORS = ("invalid_request", "invalid_client", "invalid_grant", "unauthorized_client", "unsupported_grant_type",
           "invalid_scope")  # fmt: skip
_REFUSED = {
    "properties": {"error": {"enum": list(_ERRORS)}, "error_description": _TEXT},
    "required": ["error"],
    "additionalProperties": False,
}
# The identity description has no path for the token endpoint, only the schemas AccessToken and, for one grant of
# three, RefreshToken.
TOKEN_ENDPOINT = {
    "post": {
        "operationId": "token",
        "requestBody": {"content": {_FORM: {"schema": {"oneOf": _GRANTS}}}},
        "responses": {
            "200": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/AccessToken"}}}},
            "400": {"content": {"application/json": {"schema": _REFUSED}}},
        },
    }
}
# RFC 6749 5.1
TOKEN_SCOPE = {"scope": _TEXT}
# Described nowhere.
UNDESCRIBED_PATHS = {"/identity/connect/authorize": "page of consent", "/connect/revocation": "RFC 7009",
                     "/.well-known/openid-configuration": "OpenID Connect Discovery",
                     "/.well-known/openid-configuration/jwks": "RFC 7517"}  # fmt: skip

# Announced on 2026-08-14 and 2026-09-03, later than the description.
LATER_CATEGORIES = {"PREPAYMENT", "OVERPAYMENT"}

# Statuses of Xero's page of response codes that the description lists for no operation.
GENERAL_STATUSES = {
    304: "nothing modified",
    401: "not signed in",
    403: "organisation not connected",
    404: "no such record",
    405: "no such method",
    406: "no such format",
    409: "the first call of this key still runs",
    413: "too large",
    414: "address too long",
    415: "no such format",
    429: "limit reached",
    501: "not supported",
    503: "not available",
}

# What a request or an event may have that the description does not know. Shape: the reason, and whether our connector
# may too.
EXCUSES = {
    "tenant": ("no xero-tenant-id: a private app and a custom connection have one organisation", True),
    "bare": ("elements without the list around them: Xero, requests and responses", False),
    "case": ("names and values in another case, as Xero's own SDK writes booleans", False),
    "key": ("a number, code or name in the path in place of the id: Xero, invoices, items", True),
    "change": ("a change of one record has only the members it changes: Xero, requests and responses", False),
    "ignored": ("a query parameter the endpoint does not have, or cannot read, is ignored", False),
    "since": ("If-Modified-Since as in HTTP; one that cannot be read counts for nothing: RFC 9110 13.1.3", False),
    "intent": ("the intent to receive has no events, and 0 for their sequence: Xero, webhooks", False),
    "category": ("a category of events later than the description", False),
    "xml": ("XML, which the description does not have: Xero, requests and responses", False),
    "read-only": ("members that only Xero writes are ignored", False),
}
