from __future__ import annotations

import pytest

from tui.sandbox.router import Router


@pytest.fixture
def router() -> Router[str]:
    router: Router[str] = Router()
    router.add("GET", "things/{id}", "one")
    router.add("GET", "things/special", "special")
    router.add("GET", "things/{id}/parts/{part}", "part")
    return router


@pytest.mark.parametrize(
    ("path", "handler", "values"),
    [
        ("/things/a", "one", ("a",)),
        ("/THINGS/Special/", "special", ()),
        ("/things/special/parts/2", "part", ("special", "2")),
        ("/things/a%2Fb/parts/%20", "part", ("a/b", " ")),
    ],
)
def test_paths_lead_to_handlers(router: Router[str], path: str, handler: str, values: tuple[str, ...]) -> None:
    match = router.match(path)
    assert match is not None
    assert (match.methods["GET"][0], match.values) == (handler, values)


@pytest.mark.parametrize("path", ["", "/", "/things", "/things//parts/1", "/things/a/parts", "/things/a/b/c/d"])
def test_other_paths_lead_nowhere(router: Router[str], path: str) -> None:
    assert router.match(path) is None


def test_a_route_is_added_once(router: Router[str]) -> None:
    with pytest.raises(ValueError, match="two handlers"):
        router.add("GET", "THINGS/{other}", "again")
