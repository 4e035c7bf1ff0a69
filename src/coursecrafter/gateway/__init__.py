"""The one door to AI: ports, ledger and providers. The only code that knows that a model exists."""
