"""What a transaction may carry and cannot be posted yet: refused whole, so that nothing of it is lost unseen."""

from fieldbridge.core.errors import RefusedError
from fieldbridge.core.records.field import Order


def refuse_what_is_not_posted(order: Order) -> None:
    """Errors: RefusedError order.payment_unsupported or order.part_unsupported."""
    if order.tenders:
        paid = sum(one.amount for one in order.tenders)
        raise RefusedError(
            "order.payment_unsupported",
            f"Order {order.order_no} carries a payment of {paid}, and payments are not handled by this version.",
            remedy="Enter the order and its payment by hand.",
        )
    parts = {"a new customer": order.new_customer, "freight": order.freight, "files to attach": order.files}
    if found := [name for name, part in parts.items() if part]:
        raise RefusedError(
            "order.part_unsupported",
            f"Order {order.order_no} carries {' and '.join(found)}, which this version does not handle.",
            remedy="Enter the order by hand.",
        )
