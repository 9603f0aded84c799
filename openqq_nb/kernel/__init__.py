"""Waiting inside a Jupyter cell while widgets stay alive, and running coroutines from such a cell."""
