"""Each connection has its own layout of order files: files in, invoices at the local Xero out."""

import pytest

from app.scene import TODAY, TOTAL, codes, lay, posted, processed, settle_for

CSV = (
    "order_no,type,captured_at,customer,total_ex,total_tax,product,qty,unit_price_ex,line_total_ex\r\n"
    f"7,O,{TODAY},KER014,51.00,7.65,APL-1L,12,4.25,51.00\r\n"
    f"8,O,{TODAY},KER014,51.00,7.65,APL-1L,a dozen,4.25,51.00\r\n"
)
KFI = (
    f"KER014,7,{TODAY:%d/%m/%Y},PO 1,STESMI,\r\nAPL-1L,Apple juice 1L,12,4.25,0\r\n<F9>\r\n"
    f"KER014,8,{TODAY:%d/%m/%Y},PO 1,STESMI,\r\nAPL-1L,Apple juice 1L,a dozen,4.25,0\r\n<F9>\r\n"
)


@pytest.mark.parametrize(("layout", "text"), [("csv", CSV), ("kfi", KFI)])
def test_a_file_of_another_layout_is_posted_and_its_faulty_order_set_aside_with_its_bytes_kept(
    sqlite_site, layout, text
):
    site = sqlite_site
    settle_for(site, f'\n[profile]\norder_layout = "{layout}"\n')
    lay(site, "orders.txt", text.encode())
    assert site.sync().exit_code == 1
    made = posted(site)
    assert {number: one["Total"] for number, one in made.items()} == {"SO-7": TOTAL}
    assert codes(site) == [("8", "order.number")]
    (problem,) = site.problems()
    assert problem.message.startswith("orders.txt: Line ")
    assert "qty says 'a dozen'" in problem.message
    assert processed(site) == {"orders.txt": text.encode()}
