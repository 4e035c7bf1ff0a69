"""What the benchmark of the gateway is made of: a stand-in for a provider, our door and plain httpx, and processes."""
