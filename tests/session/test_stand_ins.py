"""Stand-ins: where real values stand in a line, whole, cut or broken, and that the line stays as wide as it was."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime

import pytest
from rich.cells import cell_len

from tui.ordercloud import Exchange
from tui.ordercloud.body import Body
from tui.panes.veil import veiled
from tui.session.stand_ins import Kind, StandIns, edits
from tui.session.stand_ins.known import Known
from tui.session.stand_ins.learning import learn_exchange, learn_json

GUID = "5F0C9A1E-0000-4000-8000-00000000BEEF"
SECRET = "wJalrXUtnFEMIK7MDENGbPxRfiCYzzEXAMPLEKEY"


@pytest.fixture
def known() -> StandIns:
    stand_ins = StandIns()
    learn_json({"Items": [{"ID": "anchor-boats", "Name": "Anchor Boats"}]}, Kind.BUYER, stand_ins)
    learn_json(
        [{"ID": "hullworks", "Name": "Hullworks"}, {"ID": "b&b", "Name": 'Bits & "Bobs"'}], Kind.SUPPLIER, stand_ins
    )
    learn_json({"ID": GUID, "AppName": "Partner Portal"}, Kind.API_CLIENT, stand_ins)
    learn_json({"ID": "A2", "AppName": "Buyer Storefront"}, Kind.API_CLIENT, stand_ins)
    person = {"ID": "shopper01", "Username": "shopper01", "FirstName": "Ada", "LastName": "Ankers"}
    learn_json(person | {"Email": "ada@anchor.example"}, Kind.USER, stand_ins)
    stand_ins.secret(SECRET)
    return stand_ins


def shown(line: str, known: StandIns, above: str = "") -> str:
    made = "".join(text for text, _, _ in veiled(line, edits(line, known, above)))
    assert cell_len(made) == cell_len(line)
    return made.rstrip()


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("the buyer Anchor Boats may, ANCHOR BOATS.", "the buyer Buyer 1 may, Buyer 1."),
        ("│ Anchor Boats   active   Hullworks │", "│ Buyer 1        active   Supplie…1 │"),
        ("│ Hullworks      hullworks  x │", "│ Supplier 1     supplier-1 x │"),
        ("─ Partner Portal ─────── ● active ─", "─ API client 1 ───────── ● active ─"),
        (
            "/v1/buyers/anchor-boats/users?search=Anchor%20Boats&x=Anchor+Boats",
            "/v1/buyers/buyer-1/users?search=Buyer%201&x=Buyer+1",
        ),
        (r'"Name": "Bits & \"Bobs\"",', '"Name": "Supplier 2",'),
        ("Bits%20%26%20%22Bobs%22", "Supplier%202"),
        ("Ada Ankers <ada@anchor.example> shopper01", "User 1 <user1@example.com> user1"),
        ("someone@else.example wrote", "user2@example.com wrote"),
    ],
)
def test_whole_values_have_stand_ins_and_columns_keep_their_places(line: str, expected: str, known: StandIns) -> None:
    assert shown(line, known) == expected


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("│ Anchor Bo…  x │", "│ Buyer 1     x │"),
        ("│ Partner P…  x │", "│ API clie…1  x │"),
        ("│ Anch…  x │", "│ Buy…1  x │"),
        ("assigned to Anchor", "assigned to Buye…1"),
        ("Boats is assigned", "… is assigned"),
        ("Partner Por  next", "API clien…1  next"),
        ("mail ada@anch…", "mail user1@ex…"),
    ],
)
def test_cut_names_do_not_show_their_beginning(line: str, expected: str, known: StandIns) -> None:
    assert shown(line, known) == expected


def test_a_name_of_common_words_is_seen_over_the_end_of_a_line(known: StandIns) -> None:
    assert shown("Storefront is open", known) == "Storefront is open"
    assert shown("Storefront is open", known, above="  it may use Buyer") == "… is open"
    assert shown("  Storefront Portal ", known, above="  Buyer      Partner") == "  …          …"


def test_long_values_are_replaced_by_pieces_as_long(known: StandIns) -> None:
    whole, lower = shown(GUID, known), shown(GUID.lower(), known)
    assert whole.lower() == lower
    assert whole[8] == "-"
    assert whole != GUID
    assert shown(f"  {GUID[-3:]}", known, above=f"  {GUID[:-3]}") == f"  {whole[-3:]}"
    token = shown(SECRET, known)
    assert shown(SECRET[:20], known) == token[:20]
    assert shown(f"x {SECRET[5:30]} y", known) == f"x {token[5:30]} y"
    unknown = shown("eyJhbGciOiJSUzI1NiJ9.eyJ1c3IiOiJzaG9wcGVyMDEifQ.c2ln and", known)
    assert "eyJ" not in unknown


def test_a_token_tells_whom_it_names() -> None:
    def part(said: object) -> str:
        return base64.urlsafe_b64encode(json.dumps(said).encode()).decode().rstrip("=")

    token = f"{part({'kid': 'MyOwnKeyID'})}.{part({'usr': 'quentin', 'cid': 'ABCD-1'})}.c2lnbmF0dXJl"
    answer = Body(json.dumps({"access_token": token}).encode(), "application/json")
    stand_ins = StandIns()
    learn_exchange(Exchange(1, datetime.now(UTC), "POST", "https://x/oauth/token", response_body=answer), stand_ins)
    assert shown("quentin through abcd-1       ", stand_ins) == "user1 through api-client-1"
    assert "MyOwnKeyID" not in shown("kid MyOwnKeyID", stand_ins)


def test_words_of_the_console_stay(known: StandIns) -> None:
    known.name(Kind.BUYER, "Buyer")
    known.name(Kind.USER, "Guest")
    known.name(Kind.USER, "Dry", "x")
    for line in ("Buyer 12 of 40", "Guest token", "a dry run", "1234 orders"):
        assert shown(line, known) == line


def test_short_and_odd_values(known: StandIns) -> None:
    known.name(Kind.BUYER, "HP")
    known.id(Kind.BUYER, "1440")
    known.id(Kind.BUYER, "10023")
    known.name(Kind.SUPPLIER, "Ö\x07l 株式会社")
    known.name(Kind.USER, "Grant", "x")
    assert shown("HP or hp, 1440 min, 10023          ", known) == "Buyer 2 or hp, 1440 min, buyer-3"
    assert shown("Grant   Ö\u2407l 株式会社  x", known)[:18] == "Grant   Supplier 3"


def test_looking_stays_quick_among_many() -> None:
    """A line is looked up by its words, not by every value."""
    many = StandIns()
    for number in range(20_000):
        many.name(Kind.BUYER, f"Company {number} Ltd", f"c-{number}")
    assert shown("the buyer Company 777 Ltd is one", many) == "the buyer Buyer 778 is one"
    seen: list[int] = []
    at = many.at

    def counted(text: str) -> tuple[Known | None, Known | None, int]:
        seen.append(1)
        return at(text)

    many.at = counted  # type: ignore[method-assign]
    shown("the buyer Company 19999 Ltd is one", many)
    assert len(seen) <= 7
