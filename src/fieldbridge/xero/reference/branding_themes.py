"""BrandingThemes: how documents look."""

import msgspec

from fieldbridge.core.records.reference import BrandingTheme
from fieldbridge.xero.codec import Wire
from fieldbridge.xero.collection import Collection


class ThemeWire(Wire, frozen=True, kw_only=True):
    """One element of the answer."""

    theme_id: str = msgspec.field(name="BrandingThemeID")
    name: str = ""
    sort_order: int = 0


def _record(one: ThemeWire) -> BrandingTheme:
    return BrandingTheme(theme_id=one.theme_id, name=one.name, sort_order=one.sort_order)


BRANDING_THEMES = Collection("BrandingThemes", ThemeWire, _record, sees_changes=False)
pages = BRANDING_THEMES.pages
