"""TrackingCategories with their options, archived ones too, so that an old line still makes sense."""

import msgspec

from fieldbridge.core.records.reference import TrackingCategory, TrackingOption
from fieldbridge.xero.codec import Wire
from fieldbridge.xero.collection import Collection


class OptionWire(Wire, frozen=True, kw_only=True):
    """One choice."""

    option_id: str = msgspec.field(name="TrackingOptionID")
    name: str = ""
    status: str = "ACTIVE"

    def record(self) -> TrackingOption:
        """The choice."""
        return TrackingOption(option_id=self.option_id, name=self.name, status=self.status)


class CategoryWire(Wire, frozen=True, kw_only=True):
    """One element of the answer."""

    category_id: str = msgspec.field(name="TrackingCategoryID")
    name: str = ""
    status: str = "ACTIVE"
    options: list[OptionWire] = []


def _record(one: CategoryWire) -> TrackingCategory:
    options = tuple(option.record() for option in one.options)
    return TrackingCategory(category_id=one.category_id, name=one.name, status=one.status, options=options)


TRACKING_CATEGORIES = Collection(
    "TrackingCategories", CategoryWire, _record, sees_changes=False, list_query={"includeArchived": "true"}
)
pages = TRACKING_CATEGORIES.pages
