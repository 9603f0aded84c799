"""Reads many rows of a journal into Arrow: those that are asked for, a piece at a time."""

from openqq_nb.scanning.pieces import PATIENCE_S, TEXT, Piece, pieces
from openqq_nb.scanning.query import Query

__all__ = ["PATIENCE_S", "TEXT", "Piece", "Query", "pieces"]
