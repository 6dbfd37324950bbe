"""The client's page, and Xero's own: what they hold, and in a real browser what a person can do with them.

Tests that need Chromium do not exist where it is missing, unless FIELDBRIDGE_TEST_REQUIRES asks for it.
"""

import pytest
from bs4 import BeautifulSoup

from fieldbridge.app import certificate, connect, guide
from fieldbridge.app.sign_in.private_app import PrivateApp
from support.browser import WIDTH, has_browser

NAUGHTY = '<script>alert("x")</script> & "Co"'


def page_of(site, name="Opmetrix"):
    told = guide.Guide(name, "help@desk.example", f"{site.xero.url}/my-applications", "Test service desk")
    return guide.render(site.installation, told)


def test_the_guide_holds_the_certificate_and_the_steps_and_no_name_becomes_markup(sqlite_site):
    text = page_of(sqlite_site, NAUGHTY)
    assert "<script>alert" not in text
    page = BeautifulSoup(text, "html.parser")
    assert NAUGHTY in page.h1.text
    pem = certificate.certificate(sqlite_site.installation)
    assert page.select_one("textarea").text.strip() == pem.strip()
    assert "PRIVATE KEY" not in text
    assert "help@desk.example" in page.select_one("#return-to").text
    assert page.select_one("label[for=certificate]")
    assert page.html["lang"] == "en"
    assert "Consumer Key" in text


if has_browser:

    @pytest.fixture
    def guided(chromium, sqlite_site, tmp_path):
        """The guide, opened from a file as a client would."""
        file = tmp_path / "guide.html"
        file.write_text(page_of(sqlite_site), encoding="utf-8")
        page = chromium.new_page(viewport={"width": WIDTH, "height": 1000})
        page.goto(file.as_uri())
        yield page
        page.close()

    def focused(page):
        return page.evaluate("document.activeElement.id")

    def test_the_certificate_is_copied_by_keyboard_and_the_focus_can_be_seen(guided):
        for _ in range(10):
            if focused(guided) == "copy":
                break
            guided.keyboard.press("Tab")
        assert focused(guided) == "copy"
        assert guided.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
        guided.keyboard.press("Enter")
        guided.wait_for_selector("#copied:has-text('Copied')")
        chosen = guided.evaluate("(box => box.value.slice(box.selectionStart, box.selectionEnd))(certificate)")
        assert chosen.startswith("-----BEGIN CERTIFICATE-----")
        assert chosen.strip().endswith("-----END CERTIFICATE-----")

    def test_a_narrow_window_needs_no_sideways_scrolling(guided):
        for width in (WIDTH, 360):
            guided.set_viewport_size({"width": width, "height": 900})
            assert guided.evaluate("document.documentElement.scrollWidth") <= width

    def colours(page):
        return page.evaluate("(style => [style.color, style.backgroundColor])(getComputedStyle(document.body))")

    def test_the_dark_scheme_has_colours_of_its_own(guided):
        guided.emulate_media(color_scheme="light")
        light = colours(guided)
        guided.emulate_media(color_scheme="dark")
        assert colours(guided)[0] != light[0]
        assert colours(guided)[1] != light[1]

    def test_a_person_adds_the_private_app_in_a_browser_and_the_product_connects_with_its_key(chromium, sqlite_site):
        site = sqlite_site
        page = chromium.new_page(viewport={"width": WIDTH, "height": 1000})
        page.goto(f"{site.xero.url}/my-applications")
        page.get_by_role("link", name="Add Application").click()
        page.get_by_label("Private").check()
        page.get_by_label("Application name").fill("Opmetrix")
        page.get_by_label("Organisation", exact=True).select_option(label="Kauri Wholesale Limited")
        page.get_by_label("X509 Public Key Certificate").fill(certificate.certificate(site.installation))
        assert page.evaluate("document.documentElement.scrollWidth") <= WIDTH
        page.get_by_role("button", name="Save").click()
        page.get_by_role("link", name="Opmetrix").click()
        app = PrivateApp(page.inner_text("#consumer-key"), page.inner_text("#consumer-secret"))
        page.close()
        made = connect.connect(
            site.installation, connect.Request("browser", connect.hosts_at(site.xero.url), site.folder), app
        )
        assert made.organisation_name == "Kauri Wholesale Limited"

    def test_xeros_form_says_what_is_wrong_and_keeps_what_was_typed(chromium, sqlite_site):
        page = chromium.new_page()
        page.goto(f"{sqlite_site.xero.url}/my-applications/add")
        page.get_by_label("Application name").fill("Opmetrix")
        page.get_by_role("button", name="Save").click()
        assert page.get_by_role("alert").is_visible()
        assert page.get_by_label("Application name").input_value() == "Opmetrix"
        assert page.get_by_label("X509 Public Key Certificate").get_attribute("aria-invalid") == "true"
        page.close()
