"""Widgets for those who would rather click: thin views over plain classes whose every action is a method."""

from openqq_nb.errors import NotSupported

try:
    import anywidget  # noqa: F401 - only to see whether it is there
except ModuleNotFoundError as error:
    raise NotSupported(
        f"Widgets cannot be shown here. Found: {error}. Install what they need: pip install 'openqq-nb[lab]'."
    ) from error
