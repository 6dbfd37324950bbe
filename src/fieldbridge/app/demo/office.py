"""The client's office: what a person clicks at the local Xero, done by filling in the very same pages."""

import re
from datetime import date

import httpx2

from fieldbridge.app.sign_in.private_app import PrivateApp
from fieldbridge.core.errors import SurpriseError

APPLICATIONS = "/my-applications"


class Office:
    """Somebody at the office, with a browser."""

    def __init__(self, xero_url: str) -> None:
        self._browser = httpx2.Client(base_url=xero_url, follow_redirects=True, timeout=30)

    def close(self) -> None:
        """Close the browser."""
        self._browser.close()

    def add_private_app(self, name: str, certificate: str) -> PrivateApp:
        """Add Application: private, named, for the first organisation, certificate pasted, Save; then open it."""
        form = self._browser.get(f"{APPLICATIONS}/add").text
        organisation = _first(r'<option value="([0-9a-f-]{36})"', form)
        filled = {"kind": "private", "name": name, "organisation": organisation, "certificate": certificate}
        saved = self._browser.post(f"{APPLICATIONS}/add", data=filled).text
        page = self._browser.get(_first(rf'href="({APPLICATIONS}/[^"/]+)"[^>]*>\s*{re.escape(name)}', saved)).text
        return PrivateApp(
            _first(r'id="consumer-key"[^>]*>([^<]+)', page), _first(r'id="consumer-secret"[^>]*>([^<]+)', page)
        )

    def archive_customer(self, account_number: str) -> None:
        """Archive a contact, as happens while reps are on the road."""
        contact = next(one for one in self.books()["contacts"] if one.get("AccountNumber") == account_number)
        self._control("POST", f"contacts/{contact['ContactID']}", {"ContactStatus": "ARCHIVED"})

    def lock_until(self, day: date) -> None:
        """Lock the books up to a day."""
        self._control("POST", "organisation", {"PeriodLockDate": day.isoformat()})

    def lose_one_answer(self) -> None:
        """Arrange for Xero to carry out the next batch of invoices and then fall silent."""
        fault = {"method": "PUT", "path": "/api.xro/2.0/Invoices", "kind": "lost_after", "times": 1}
        self._control("POST", "faults", fault)

    def books(self) -> dict[str, list[dict[str, object]]]:
        """What is in the books now, past any connection."""
        found: dict[str, list[dict[str, object]]] = self._control("GET", "books", None)["organisations"][0]
        return found

    def _control(
        self, method: str, path: str, body: dict[str, object] | None
    ) -> dict[str, list[dict[str, list[dict[str, object]]]]]:
        answer = self._browser.request(method, f"/standin/{path}", json=body)
        answer.raise_for_status()
        found: dict[str, list[dict[str, list[dict[str, object]]]]] = answer.json()
        return found


def _first(pattern: str, page: str) -> str:
    found = re.search(pattern, page)
    if not found:
        raise SurpriseError("demo.page", f"A page of the local Xero does not show what it should ({pattern}).")
    return found[1].strip()
