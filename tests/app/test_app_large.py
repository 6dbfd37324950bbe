"""Large: ten thousand orders in one file, and more contacts than fit one page."""

from app.scene import lay, left, order, posted, puts, raw

MANY = 10_000


def test_ten_thousand_orders_of_one_file_are_posted_exactly_once_in_two_hundred_calls(sqlite_site):
    site = sqlite_site
    lay(site, "orders.txt", raw(*(order(number) for number in range(MANY))))
    run = site.sync()
    assert (run.exit_code, run.error) == (0, None)
    assert (run.counts["taken"], run.counts["posted"]) == (MANY, MANY)
    assert posted(site).keys() == {f"SO-BV{number}" for number in range(MANY)}
    assert len(puts(site.xero)) == MANY // 50
    assert left(site) == []
