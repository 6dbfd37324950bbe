"""A task for Windows' Task Scheduler: started with the machine, started again when it ends.

Source: Task Scheduler schema 1.2; S4U runs without a stored password, and so cannot reach network shares.
"""

from subprocess import list2cmdline
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from fieldbridge.app.service.wish import Wish

NAMESPACE = "http://schemas.microsoft.com/windows/2004/02/mit/task"
SETTINGS = {
    "MultipleInstancesPolicy": "IgnoreNew",
    "DisallowStartIfOnBatteries": "false",
    "StopIfGoingOnBatteries": "false",
    "StartWhenAvailable": "true",
    "ExecutionTimeLimit": "PT0S",
}


def task(wish: Wish, account: str) -> str:
    """The task as XML. Shape: account is the domain and the user, with a backslash between."""
    root = Element("Task", version="1.2", xmlns=NAMESPACE)
    _within(root, "RegistrationInfo", {"Description": "fieldbridge: Xero and the field-sales cloud"})
    _within(SubElement(root, "Triggers"), "BootTrigger", {"Enabled": "true"})
    principal = _within(
        SubElement(root, "Principals"),
        "Principal",
        {"UserId": account, "LogonType": "S4U", "RunLevel": "LeastPrivilege"},
    )
    principal.set("id", "Author")
    settings = _within(root, "Settings", SETTINGS)
    _within(settings, "RestartOnFailure", {"Interval": "PT1M", "Count": "999"})
    actions = SubElement(root, "Actions", Context="Author")
    _within(actions, "Exec", {"Command": str(wish.program), "Arguments": list2cmdline(wish.arguments)})
    indent(root)
    return '<?xml version="1.0" encoding="UTF-16"?>\n' + tostring(root, encoding="unicode") + "\n"


def _within(parent: Element, name: str, texts: dict[str, str]) -> Element:
    made = SubElement(parent, name)
    for each, text in texts.items():
        SubElement(made, each).text = text
    return made
