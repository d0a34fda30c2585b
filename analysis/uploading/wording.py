"""What a person may do about a file or an address that failed."""

from __future__ import annotations

_DAMAGED = "Copy it from its source again, then choose it again."
_SIGN_IN = "Open the address in a browser: it may need signing in, or lead to a page."
_NETWORK = "Ask an administrator: the settings say which servers may be asked."
_LATER = "Try again later."

NEXT_STEPS = {
    "too_large": "Save a smaller copy and choose that.",
    "too_many_pixels": "Save a smaller copy and choose that.",
    "too_small": "Look for a larger copy.",
    "not_an_image": "Leave it out, or save it as a JPEG.",
    "unsupported_type": "Save it as one of these and choose that.",
    "truncated": _DAMAGED,
    "empty_file": _DAMAGED,
    "unreadable_file": _DAMAGED,
    "bad_answer": _SIGN_IN,
    "too_many_redirects": _SIGN_IN,
    "bad_tls": _SIGN_IN,
    "host_refused": _NETWORK,
    "address_refused": _NETWORK,
    "unreachable": "See whether the address is right, and try again.",
    "timed_out": _LATER,
    "storage_unavailable": _LATER,
    "gave_up": "Ask an administrator what the log says.",
}
# Of these an address has to be opened and looked at; a file is chosen anew.
_BYTES_OF_ADDRESS = {"not_an_image", "truncated", "empty_file", "unsupported_type"}


def next_step(code: str, *, is_address: bool) -> str:
    """Return what to do about an error, "" where that is not known."""
    return _SIGN_IN if is_address and code in _BYTES_OF_ADDRESS else NEXT_STEPS.get(code, "")
