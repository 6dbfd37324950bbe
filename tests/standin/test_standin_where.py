"""The `where` language on its own."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import pytest

from fieldbridge.standin.wire.comparing import QueryInvalidError
from fieldbridge.standin.wire.where import parsed

FIELDS = ("Name", "Email", "Status", "Date", "Total", "IsSold", "Contact.ContactID", "UpdatedDateUTC")
RECORD = {
    "Name": "Ōtaki Dairy",
    "Status": "AUTHORISED",
    "Date": date(2026, 7, 14),
    "Total": Decimal("105.57"),
    "IsSold": True,
    "Contact.ContactID": "0f3c0000-0000-0000-0000-000000000001",
    "UpdatedDateUTC": datetime(2026, 7, 14, 10),
}


@pytest.mark.parametrize(
    ("text", "matches"),
    [
        ('Name=="Ōtaki Dairy"', True),
        ('name == "otaki dairy"', True),
        ('Name="OTAKI DAIRY"', True),
        ('Name!="Ōtaki Dairy"', False),
        ('Name.Contains("TAKI")', True),
        ('Name.StartsWith("ota") AND Name.EndsWith("iry")', True),
        ('Name.ToLower()=="ōtaki dairy"', True),
        ('Name.ToLower().Contains("OTAKI".ToLower())', True),
        ("Email==null", True),
        ('Email!=null AND Email.Contains("x")', False),
        ('Email.Contains("x")', False),
        ("IsSold==true", True),
        ("IsSold", True),
        ("Total>=105.57 && Total<106", True),
        ("Total>105.57", False),
        ("Date>=DateTime(2026, 7, 14) AND Date<DateTime(2026,07,15)", True),
        ("Date==DateTime(2026,7,15)", False),
        ("UpdatedDateUTC>=DateTime(2026,7,14,9,30,0)", True),
        ('Contact.ContactID==guid("0F3C0000-0000-0000-0000-000000000001")', True),
        ('Contact.ContactID==Guid("0f3c0000-0000-0000-0000-000000000002")', False),
        ('Status=="DRAFT" OR Status=="AUTHORISED"', True),
        ('Status=="DRAFT" || (Status=="AUTHORISED" and Total==1)', False),
        ('Status=="AUTHORISED" OR Status=="DRAFT" AND Total==1', True),
    ],
)
def test_predicate_matches(text, matches):
    assert parsed(text, FIELDS)(RECORD.get) is matches


@pytest.mark.parametrize(
    "text",
    ["Nothing==1", "Name==", 'Name=="open', "Name ~ 1", "(Name==null", "Name==null)", 'Name.Shouts("x")', "Date>5",
     "Date==DateTime(2026,13,1)", 'Name.Contains()'],
)  # fmt: skip
def test_unreadable_text_is_refused(text):
    with pytest.raises(QueryInvalidError):
        parsed(text, FIELDS)(RECORD.get)
