"""A unit for systemd, closed to everything a bridge does not need.

The shared folders may lie anywhere and are added later, so the file system stays writable where the user may write;
of the system itself nothing is.
"""

from fieldbridge.app.service.wish import Wish

MADE_BY = "# Made by `fieldbridge service`, which makes it anew: changes belong into a drop-in (systemctl edit)."
# Good for any service manager; those of a user have no right to more.
EVERYWHERE = (
    "NoNewPrivileges=yes",
    "LockPersonality=yes",
    "RestrictRealtime=yes",
    "RestrictSUIDSGID=yes",
    "RestrictNamespaces=yes",
    "RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX AF_NETLINK",
    "SystemCallArchitectures=native",
    "SystemCallFilter=@system-service",
    "SystemCallErrorNumber=EPERM",
)
SYSTEM_ONLY = (
    "ProtectSystem=full",
    "PrivateTmp=yes",
    "PrivateDevices=yes",
    "ProtectClock=yes",
    "ProtectControlGroups=yes",
    "ProtectHostname=yes",
    "ProtectKernelLogs=yes",
    "ProtectKernelModules=yes",
    "ProtectKernelTunables=yes",
    "ProtectProc=invisible",
    "RemoveIPC=yes",
    "CapabilityBoundingSet=",
    "AmbientCapabilities=",
)


def unit(wish: Wish) -> str:
    """The text of the unit: for the system when the wish names a user, else for the user's own manager."""
    network = ("Wants=network-online.target", "After=network-online.target") if wish.user else ()
    described = (
        "Description=fieldbridge: Xero and the field-sales cloud",
        *network,
        f"RequiresMountsFor={_quoted(str(wish.home))}",
        "# However often it ends, it is started again.",
        "StartLimitIntervalSec=0",
    )
    command = " ".join(_argument(part) for part in (str(wish.program), *wish.arguments))
    service = (
        "Type=exec",
        f"ExecStart={command}",
        "# More settings, such as FIELDBRIDGE_DATABASE_URL; this file must be readable by its owner alone.",
        f"EnvironmentFile=-{_specifiers(str(wish.environment_file))}",
        *((f"User={wish.user}",) if wish.user else ()),
        "Restart=always",
        "RestartSec=5",
        "# Runs come to a good place before they end; cut short, they go on at the next start.",
        "KillMode=mixed",
        "TimeoutStopSec=60",
        *EVERYWHERE,
        *(SYSTEM_ONLY if wish.user else ()),
    )
    wanted = "multi-user.target" if wish.user else "default.target"
    sections = {"Unit": described, "Service": service, "Install": (f"WantedBy={wanted}",)}
    blocks = ["\n".join((f"[{name}]", *lines)) for name, lines in sections.items()]
    return f"{MADE_BY}\n" + "\n\n".join(blocks) + "\n"


def _specifiers(text: str) -> str:
    return text.replace("%", "%%")


def _quoted(text: str) -> str:
    """Text as one word, whatever is in it."""
    escaped = _specifiers(text).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _argument(text: str) -> str:
    """One word of a command: a dollar sign would begin a variable."""
    return _quoted(text.replace("$", "$$"))
