"""What the official SDKs make of a refusal, as far as their sources say."""

from __future__ import annotations

from tui.session.sdk_errors import Wire, seen_by_sdks

WHOLE = Wire(
    400,
    "invalid_grant",
    "Invalid username or password.",
    (("Auth.InvalidUsernameOrPassword", "Invalid username or password."),),
    url="https://api.example/oauth/token",
)


def test_javascript_shows_the_entry_of_errors_and_dotnet_the_pair_of_oauth() -> None:
    javascript, dotnet = seen_by_sdks(WHOLE)
    assert javascript.shown == (
        "OrderCloudError: Invalid username or password. · status 400 · errorCode Auth.InvalidUsernameOrPassword"
    )
    assert dotnet.shown == "OrderCloudException: invalid_grant: Invalid username or password."
    assert dotnet.lost == "it drops ErrorCode Auth.InvalidUsernameOrPassword"


def test_without_errors_both_lose_what_the_server_said() -> None:
    javascript, dotnet = seen_by_sdks(Wire(400, "invalid_client", "invalid client secret", url=WHOLE.url))
    assert javascript.shown == "OrderCloudError: Bad Request"
    assert "invalid client secret" in javascript.lost
    assert dotnet.shown == f"Call failed with status code 400 (Bad Request): POST {WHOLE.url}"
    assert "invalid client secret" in dotnet.lost


def test_a_refusal_of_the_resource_api_keeps_its_code_in_both() -> None:
    wire = Wire(403, errors=(("Auth.InsufficientRoles", "No role."),), at_token=False)
    javascript, dotnet = seen_by_sdks(wire)
    assert "errorCode Auth.InsufficientRoles" in javascript.shown
    assert dotnet.shown == "OrderCloudException: Auth.InsufficientRoles: No role."
    assert dotnet.lost == javascript.lost == ""
