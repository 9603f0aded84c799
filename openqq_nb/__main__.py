"""`python -m openqq_nb` is the command line."""

from openqq_nb.cli import main

main()
