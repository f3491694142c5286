from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tests.access.advice_world import World
from tests.access.world import Client, Secret
from tui.access.advice import Assign, DeleteSecrets, Patch, Unassign
from tui.access.advice.silence import check_reason, check_silenced, silenced_in, split, with_silenced
from tui.access.advice.telling import mend_in_words, size
from tui.access.facts import Party, PartyKind
from tui.access.xp import JSON

ADVICE = tuple(World(Client(active=False, app_name="test")).advice().values())
KEPT = {"inactive": "Closed for the winter."}


def test_what_is_silenced_is_still_listed_with_its_reason() -> None:
    given_, silenced = split(ADVICE, KEPT, {"inactive": "Mine.", "nobody-gets-in": "Not open yet."})
    assert [each.id for each in given_] == ["name-says-nothing"]
    told = {each.advice.id: (each.reason, each.shared) for each in silenced}
    assert told == {"inactive": ("Closed for the winter.", True), "nobody-gets-in": ("Not open yet.", False)}
    assert split(ADVICE, {}, {}) == (ADVICE, ())


def test_a_silence_is_kept_in_xp_beside_what_is_there() -> None:
    xp: dict[str, JSON] = {"owner": "web", "ocgate": {"tags": ["a"], "silenced": {"old": "x"}}}
    kept = with_silenced(xp, KEPT)
    assert kept == {"owner": "web", "ocgate": {"tags": ["a"], "silenced": KEPT}}
    assert silenced_in(kept) == KEPT
    assert with_silenced(kept, {}) == {"owner": "web", "ocgate": {"tags": ["a"]}}
    assert with_silenced({"ocgate": {"silenced": KEPT}}, {}) == {}
    assert with_silenced(None, KEPT) == {"ocgate": {"silenced": KEPT}}
    assert xp["ocgate"] == {"tags": ["a"], "silenced": {"old": "x"}}


def test_whatever_is_in_xp_is_read_with_care() -> None:
    nobodys: tuple[JSON, ...] = (
        {},
        None,
        [],
        "x",
        {"ocgate": 1},
        {"ocgate": {"silenced": []}},
        {"ocgate": {"silenced": {"inactive": 3}}},
    )
    for xp in nobodys:
        assert silenced_in(xp) == {}
    # A PATCH leaves a null where a member was.
    assert silenced_in({"ocgate": {"silenced": {"inactive": None, "name-taken": " ", "open-to-all": "ok"}}}) == {
        "open-to-all": "ok"
    }


@given(st.dictionaries(st.text(), st.text().filter(lambda text: bool(text.strip()))))
def test_what_is_written_is_read_again(silenced: dict[str, str]) -> None:
    assert silenced_in(with_silenced({"note": "n"}, silenced)) == silenced


def test_a_reason_is_needed_and_fits() -> None:
    assert check_reason("A pilot until May.") is None
    assert "why" in str(check_reason("  "))
    assert "at most 300" in str(check_reason("x" * 301))
    assert check_silenced({}, KEPT) is None
    assert check_silenced({"note": "n" * 7990}, KEPT) is not None


def test_a_fix_is_told_as_an_instruction() -> None:
    parties = tuple(Party(PartyKind.BUYER, f"b{number}", f"Buyer {number}") for number in range(5))
    secrets = (Secret("old", "Export 2025"),)
    assert mend_in_words(Patch({"RefreshTokenDuration": 0})) == "set RefreshTokenDuration to 0"
    assert mend_in_words(Patch({"ClientSecret": None})) == "set ClientSecret to nothing"
    assert mend_in_words(Patch({"MaximumGrantedRoles": ("Shopper",)})) == 'set MaximumGrantedRoles to ["Shopper"]'
    assert mend_in_words(Assign(parties[:1])) == "assign Buyer 0"
    assert mend_in_words(Unassign(parties)) == "unassign Buyer 0, Buyer 1, Buyer 2 and 2 more"
    told = mend_in_words(DeleteSecrets(("old", "unknown"), legacy=True), secrets)
    assert told == "delete Export 2025, the legacy secret and unknown"
    assert [size(each) for each in (Patch({"Active": True}), Unassign(parties), DeleteSecrets((), legacy=True))] == [
        "1 field",
        "5 assignments",
        "1 secret",
    ]
