"""What a transaction may carry and cannot be posted yet: refused whole, so that nothing of it is lost unseen."""

from fieldbridge.core.errors import RefusedError
from fieldbridge.core.records.field import Order


def refuse_what_is_not_posted(order: Order) -> None:
    """Errors: RefusedError order.part_unsupported."""
    if order.freight:
        raise RefusedError(
            "order.part_unsupported",
            f"Order {order.order_no} carries freight, which this version does not handle.",
            remedy="Enter the order by hand.",
        )
