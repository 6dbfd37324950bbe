"""People at a customer: whatever is edited where and in whatever order, both sides end with the last edits."""

from datetime import timedelta
from itertools import permutations

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as some

from fieldbridge.core.records.books import Person
from fieldbridge.core.records.people import LONG_AGO, Edit, More
from fieldbridge.flows.people import IN_XERO_MAX, edited, key_of, merged

NAMES = [("Mere", "Kahu"), ("Tom", "Ash"), ("TOM", "ash"), ("Jo", ""), ("", "Reid"), ("A", "B"), ("C", "D"), ("E", "F")]


def at(minute):
    return LONG_AGO + timedelta(days=20_000, minutes=minute)


edits = some.builds(
    lambda name, email, is_active, in_emails, phone, minute: Edit(
        customer="KER014", first_name=name[0], last_name=name[1], email=email, is_active=is_active,
        in_emails=in_emails, more=More(phone=phone), at=at(minute),
    ),
    some.sampled_from(NAMES), some.sampled_from(["", "a@x.example", "b@x.example"]), some.booleans(),
    some.sampled_from([None, True, False]), some.sampled_from(["", "1", "2"]), some.integers(0, 9),
)  # fmt: skip
lists = some.lists(edits, max_size=8)
persons = some.lists(
    some.builds(
        lambda name, email, mails: Person(first_name=name[0], last_name=name[1], email=email, in_emails=mails),
        some.sampled_from([*NAMES, ("", "")]), some.sampled_from(["", "a@x.example", "c@x.example"]), some.booleans(),
    ),
    max_size=IN_XERO_MAX,
    unique_by=lambda one: key_of(one.first_name, one.last_name),
)  # fmt: skip
quick = settings(max_examples=150, deadline=None)


@quick
@given(lists, some.randoms())
def test_edits_come_out_the_same_in_any_order_and_however_often(made, random):
    shuffled = [*made, *made]
    random.shuffle(shuffled)
    assert edited(edited({}, made[:3]), made[3:]) == edited({}, made) == edited({}, shuffled)


@quick
@given(lists)
def test_the_last_edit_wins(made):
    people = edited({}, made)
    for key, held in people.items():
        mine = [one for one in made if key_of(one.first_name, one.last_name) == key]
        last = max(one.at for one in mine)
        assert held.edited_at == held.more_at == last
        assert (held.email, held.is_active) in {(one.email, one.is_active) for one in mine if one.at == last}
        assert held.more in {one.more for one in mine if one.at == last}


@quick
@given(lists, persons, lists, persons, some.integers(0, 9))
def test_what_was_agreed_stays_agreed_and_nobody_is_ever_lost(first, shown, later, edited_there, minute):
    people: dict = {}
    for began, made, there in ((0, first, shown), (10, later, edited_there)):
        found = merged(edited(people, made), there, at(began + minute))
        assert people.keys() <= found.people.keys()
        assert found.for_xero is not None
        assert len(found.for_xero) <= IN_XERO_MAX
        unnamed = [one for one in there if not key_of(one.first_name, one.last_name)]
        assert [one for one in found.for_xero if one in unnamed] == unnamed
        # Xero takes the list, and says so at the next look: nothing more is to be done.
        people = merged(found.people, found.for_xero, at(began + 10)).people
        again = merged(people, found.for_xero, at(began + 10))
        assert (again.people, again.for_xero) == (people, found.for_xero)
        active = {key: one for key, one in people.items() if one.is_active}
        in_xero = {key_of(one.first_name, one.last_name): one for one in found.for_xero} | {"": None}
        assert in_xero.keys() - {""} <= active.keys()
        assert len(active) - len(in_xero) + 1 == len(found.left_out)
        assert all(in_xero[key] == one.person for key, one in active.items() if key in in_xero)


@quick
@given(lists, persons)
def test_a_look_at_xero_with_its_answer_lost_counts_for_nothing(made, shown):
    """What we wrote ourselves is no edit of Xero's, though its moment is later than an edit that comes in late."""
    people = merged(edited({}, []), shown, at(0)).people
    sent = merged(edited(people, made), shown, at(0))
    late = [msgspec.structs.replace(one, at=at(20), email="late@x.example") for one in made[:1]]
    echoed = merged(sent.people, sent.for_xero, at(30)).people
    for one in late:
        assert edited(echoed, [one])[key_of(one.first_name, one.last_name)].email == "late@x.example"


def test_an_edit_here_and_another_there_the_later_one_counts():
    tom = Person(first_name="Tom", last_name="Ash", email="old@x.example")
    people = merged({}, [tom], at(0)).people
    there = msgspec.structs.replace(tom, email="office@x.example")
    for rep_at, wanted in ((4, "office@x.example"), (6, "rep@x.example")):
        rep = Edit(customer="K", first_name="Tom", last_name="Ash", email="rep@x.example", at=at(rep_at))
        found = merged(edited(people, [rep]), [there], at(5))
        assert [one.email for one in found.for_xero] == [wanted]


def test_who_is_taken_off_in_xero_is_no_longer_active_and_who_is_deactivated_leaves_xero():
    tom = Person(first_name="Tom", last_name="Ash")
    people = merged({}, [tom], at(0)).people
    assert not merged(people, [], at(5)).people["tom ash"].is_active
    gone = Edit(customer="K", first_name="tom", last_name="ASH", is_active=False, at=at(5))
    found = merged(edited(people, [gone]), [tom], at(0))
    assert found.for_xero == ()
    back = msgspec.structs.replace(gone, is_active=True, at=at(6))
    assert len(merged(edited(found.people, [back]), [], at(0)).for_xero) == 1


def test_two_of_one_name_in_xero_are_left_as_they_are():
    twins = [Person(first_name="Tom", last_name="Ash", email=f"{one}@x.example") for one in "ab"]
    people = edited({}, [Edit(customer="K", first_name="Tom", last_name="Ash", email="c@x.example", at=at(5))])
    found = merged(people, twins, at(9))
    assert (found.for_xero, found.twice, found.people) == (None, ("tom ash",), people)


def test_a_sixth_person_waits_here_and_the_primary_one_goes_first():
    there = [Person(first_name=name, last_name="X") for name in "ABCD"]
    new = [
        Edit(customer="K", first_name=name, last_name="X", more=More(is_primary=primary), at=at(1))
        for name, primary in (("E", False), ("F", True))
    ]
    for order in permutations(new):
        found = merged(edited({}, order), there, at(0))
        assert [one.first_name for one in found.for_xero] == ["A", "B", "C", "D", "F"]
        assert found.left_out == ("E X",)


def test_what_was_read_before_a_later_look_may_be_stored_after_it_and_counts_for_nothing():
    tom = Person(first_name="Tom", last_name="Ash")
    people = merged({}, [tom], at(5)).people
    assert merged(people, [], at(4)).people == people
