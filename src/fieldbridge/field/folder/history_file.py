"""From what was sold to the rows of Transactions.csv: one for each line, the document's own values repeated.

Source: field-sales facts §11.
"""

from collections.abc import Iterable, Iterator

from fieldbridge.core.money import to_cents
from fieldbridge.core.records.field import Sale
from fieldbridge.field.folder.master_files import Row, day, number
from fieldbridge.field.folder.profile import Profile


def history_rows(sales: Iterable[Sale], profile: Profile) -> Iterator[Row]:
    """Rows of Transactions.csv, those of one document together. Units: money to 2 dp."""
    for one in sales:
        head = _head(one, profile)
        for line in one.lines:
            yield Row(
                one.number,
                head
                | {
                    "ProductCode": line.product,
                    "ProductDescription": line.description,
                    "QuantitySold": number(line.quantity),
                    "UnitPrice": number(line.unit_price),
                    "DicountPercent": number(line.discount_percent),
                    "DiscountAmount": number(line.discount_amount),
                    "LineTotal": f"{to_cents(line.total):f}",
                    "LineTax": f"{to_cents(line.tax):f}",
                },
            )


def _head(one: Sale, profile: Profile) -> dict[str, str]:
    return {
        "ExternalTransactionID": one.number,
        "OpmetrixID": one.cloud_id,
        "TransactionType": one.kind,
        "DeliveryDate": day(one.issued_on, profile),
        "CustomerCode": one.customer,
        "CustomerName": one.customer_name,
        "StockLocation": one.location,
        "OurReference": one.number,
        "OrderNumber": one.order_number,
        "StaffCode": one.staff,
        "InvoiceTotal": f"{to_cents(one.total):f}",
        "TaxTotal": f"{to_cents(one.tax):f}",
        "DeliveryAddressCode": one.delivery_code,
        "CapturedDate": day(one.captured_on, profile),
    }
