"""The failure that every provider shares."""

from __future__ import annotations

from coursecrafter.errors import GatewayError


class CallFailed(GatewayError):
    """A call to a model or a local engine did not give an answer."""

    code = "CC-0302"
    retry = True
    remedy = "Run the same command again; if it fails again, the log names what the provider said."
