"""A local Xero: sign-in, books, limits and faults to develop and test against without the real one.

Imports nothing of the rest of fieldbridge and nothing of its sign-in libraries, so that mistakes are not shared.
What it imitates and what not is in README.md.
"""

from fieldbridge.standin.app import create_app
from fieldbridge.standin.arguments import parse_fault, parse_limits, parse_record, parse_switches
from fieldbridge.standin.options import Options
from fieldbridge.standin.server import running, serve
from fieldbridge.standin.signin.oauth1 import signature_base_string
from fieldbridge.standin.switches import Switches

__all__ = [
    "Options",
    "Switches",
    "create_app",
    "parse_fault",
    "parse_limits",
    "parse_record",
    "parse_switches",
    "running",
    "serve",
    "signature_base_string",
]
