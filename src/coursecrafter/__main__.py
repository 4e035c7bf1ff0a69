"""`python -m coursecrafter` is the `coursecrafter` command."""

from coursecrafter.cli import main

main()
