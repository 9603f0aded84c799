"""Which names stand for this machine only."""

import ipaddress


def is_loopback(host: str) -> bool:
    """Tell whether a host name or address, without port and brackets, never leaves this machine."""
    name = host.casefold()
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False
