"""The live inbox: frames, handlers, waiting."""

from openqq_nb.inbox.inbox import Inbox
from openqq_nb.inbox.links import Links
from openqq_nb.inbox.login_code import LoginCode
from openqq_nb.inbox.message import Message
from openqq_nb.inbox.setup import Setup
from openqq_nb.inbox.stats import Stats

__all__ = ["Inbox", "Links", "LoginCode", "Message", "Setup", "Stats"]
