"""What is run for minutes, by a command; the tests beside it run a short piece of the same."""
