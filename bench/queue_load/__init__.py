"""What the benchmarks of the queue share: a server, organisations, workers in processes of their own, and figures."""
