"""Exports of the message manager of PC QQ (before 9.9): plain text and MHT."""
