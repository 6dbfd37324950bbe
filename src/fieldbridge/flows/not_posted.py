"""What a transaction may carry and cannot be posted yet: refused whole, so that nothing of it is lost unseen."""

from fieldbridge.core.errors import RefusedError
from fieldbridge.core.records.field import Order


def refuse_what_is_not_posted(order: Order) -> None:
    """Errors: RefusedError order.part_unsupported."""
    parts = {"a new customer": order.new_customer, "freight": order.freight, "files to attach": order.files}
    if found := [name for name, part in parts.items() if part]:
        raise RefusedError(
            "order.part_unsupported",
            f"Order {order.order_no} carries {' and '.join(found)}, which this version does not handle.",
            remedy="Enter the order by hand.",
        )
