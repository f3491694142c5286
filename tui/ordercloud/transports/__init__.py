"""What stands between a request and the network, each an httpx transport around another one.

    RenewingTransport( RetryTransport( RecordingTransport( the network, or an app in process )))

They speak to each other through `Request.extensions`: `repeat` (a Repeat), `attempt` (int), `token` (True when the
client's own token is wanted), and through `Response.extensions`: `exchange`, and `maybe_done` (an earlier attempt
may have worked).
"""
