"""The outbox over the control API: what a password reset would have sent, and no trace of its code in the log."""

from __future__ import annotations

from tests.sandbox.support import Http, named


async def test_a_reset_lands_in_the_outbox_and_its_code_in_no_log(http: Http) -> None:
    assert (await http.client.get("/sandbox/outbox")).json() == {"Items": []}
    wanted = {"ClientID": named("Buyer Storefront"), "Username": "shopper01", "URL": "https://shop.example"}
    assert (await http.client.post("/v1/password/reset", json=wanted)).status_code == 204
    (message,) = (await http.client.get("/sandbox/outbox")).json()["Items"]
    assert (message["Kind"], message["Username"]) == ("ForgottenPassword", "shopper01")
    assert message["AppName"] == "Buyer Storefront"
    new = {"ClientID": wanted["ClientID"], "Username": "shopper01", "Password": "Another-One-2"}
    answer = await http.client.put(f"/v1/password/reset/{message['Code']}", json=new)
    assert answer.status_code == 204, answer.text
    log = (await http.client.get("/sandbox/log")).text
    assert "/v1/password/reset/…" in log
    assert message["Code"] not in log
