"""What the server does beside its answers: renders, parses and long calls, each in a child process."""
