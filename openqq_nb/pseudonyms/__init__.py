"""A log that can be shown to others: people, groups and numbers under invented names."""

from openqq_nb.pseudonyms.sharing import pseudonymise

__all__ = ["pseudonymise"]
