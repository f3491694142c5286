"""The fifteen hosts, and what else a URL may name."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.ordercloud import ENVIRONMENTS, Kind, environment_of


def test_five_regions_times_three_environments() -> None:
    assert len({each.url for each in ENVIRONMENTS}) == 15
    assert Counter(each.kind for each in ENVIRONMENTS) == {Kind.PRODUCTION: 5, Kind.STAGING: 5, Kind.HOSTED_SANDBOX: 5}
    assert len({each.name for each in ENVIRONMENTS}) == 15
    assert {each.region for each in ENVIRONMENTS} == {
        "US West",
        "US East",
        "Australia East",
        "Europe West",
        "Japan East",
    }


@pytest.mark.parametrize("environment", ENVIRONMENTS, ids=lambda each: each.name)
@pytest.mark.parametrize("shape", ["{}", "{}/", "{}/v1", " {}/v1/apiclients?page=2", "{}:443", "{}."])
def test_each_is_known_by_its_url(environment: object, shape: str) -> None:
    assert hasattr(environment, "url")
    assert environment_of(shape.format(environment.url)) is environment
    assert environment_of(shape.format(environment.url).upper()) is environment


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://api.ordercloud.io", "US West production"),
        ("https://stagingapi.ordercloud.io", "US West staging"),
        ("https://sandboxapi.ordercloud.io", "US West hosted sandbox"),
        ("https://auth.ordercloud.io", "US West production"),
        ("https://stagingauth.ordercloud.io", "US West staging"),
        ("https://sandboxauth.ordercloud.io", "US West hosted sandbox"),
        ("japaneast-sandbox.ordercloud.io", "Japan East hosted sandbox"),
        ("https://westeurope-production.ordercloud.io", "Europe West production"),
        ("http://sandbox.ocgate", "sandbox"),
        ("http://127.0.0.1:8731/", "127.0.0.1:8731"),
        ("http://[::1]:80", "[::1]:80"),
        ("https://api.ordercloud.io:8443", "api.ordercloud.io:8443"),
        ("https://api.ordercloud.io@evil.example", "evil.example"),
        ("https://api.ordercloud.io.evil.example", "api.ordercloud.io.evil.example"),
        ("https://useast.ordercloud.io", "useast.ordercloud.io"),
        ("https://[broken", "[broken"),
        ("https://host:port", "host:port"),
        ("", ""),
    ],
)
def test_names(url: str, name: str) -> None:
    assert environment_of(url).name == name


def test_kinds_of_strangers() -> None:
    assert environment_of("http://sandbox.ocgate").kind is Kind.SANDBOX
    assert environment_of("http://127.0.0.1:8731").kind is Kind.CUSTOM
    assert environment_of("https://api.ordercloud.io@evil.example").kind is Kind.CUSTOM


@given(st.text())
def test_any_text_is_somewhere(text: str) -> None:
    assert environment_of(text).kind in Kind
