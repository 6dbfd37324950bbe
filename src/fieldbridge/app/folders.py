"""Noticing order files: at once where the system tells of them, else when their flow is due."""

import time
from collections.abc import Callable, Collection, Iterable, Set
from concurrent.futures import Future, ThreadPoolExecutor, wait
from pathlib import Path

from fieldbridge.app.connection_settings import parse
from fieldbridge.app.installation import Installation
from fieldbridge.core.errors import FieldbridgeError
from fieldbridge.field.folder import inbox
from fieldbridge.field.folder.inbox import Ready, Sight
from fieldbridge.field.folder.watch import FolderWatch, local
from fieldbridge.flows import TRANSACTIONS
from fieldbridge.store.ledger import connections
from fieldbridge.store.ledger.connections import Connection

# The system may lose a message; so a watched folder is looked at now and then all the same.
LOOK_ANYWAY_S = 600.0
LOOKS_AT_ONCE = 200
# A share that hangs must not hold up the others: its look goes on alone, and what it finds is found later.
LOOKERS, LOOK_S = 16, 2.0
Sights = tuple[frozenset[Ready], dict[str, Sight]]


class Folders:
    """The shared folders of all connections, and what was last seen in each."""

    def __init__(self, installation: Installation, tell: Callable[[Path], None]) -> None:
        self._installation = installation
        self._watch = FolderWatch(tell)
        self._names: dict[Path, list[str]] = {}
        self._seen: dict[str, dict[str, Sight]] = {}
        self._ready: dict[str, frozenset[Ready]] = {}
        self._looked_at: dict[str, float] = {}
        self._under_way: dict[str, tuple[Future[Sights | None], bool]] = {}
        self._lookers = ThreadPoolExecutor(LOOKERS, thread_name_prefix="look")
        self._gone: set[str] = set()
        self.unsettled: set[str] = set()

    def renew(self) -> set[str]:
        """Watch the folders of the connections there are now. Shape: connections to look at, as nobody has yet."""
        with self._installation.database.read() as tx:
            found = connections.folders(tx, TRANSACTIONS)
        self._names = {}
        for name, folder, _ in found:
            self._names.setdefault(Path(folder), []).append(name)
        fresh = self._watch.watch(local({Path(folder) for _, folder, polls in found if not polls}))
        return self.at(fresh)

    def at(self, folders: Iterable[Path]) -> set[str]:
        """The connections of some folders."""
        return {name for folder in folders for name in self._names.get(folder, [])}

    def unwatched(self, names: Collection[str]) -> set[str]:
        """Those of some connections whose folder nobody tells us about, or could not be reached at the last look."""
        return (set(names) - self.at(self._watch.watched)) | (set(names) & self._gone)

    def lying(self, names: Collection[str]) -> set[str]:
        """Those of some connections in whose folder something was ready at the last look, and still is."""
        return {name for name in names if self._ready.get(name)}

    def overdue(self) -> set[str]:
        """Some watched connections that were not looked at for long."""
        before = time.monotonic() - LOOK_ANYWAY_S
        watched = self.at(self._watch.watched)
        return set([name for name in watched if self._looked_at.get(name, 0.0) < before][:LOOKS_AT_ONCE])

    def look(self, heard_of: Set[str] = frozenset(), due: Set[str] = frozenset()) -> set[str]:
        """Look at the folders of some connections. Shape: those that have something to take.

        Of one that was heard of, only what has become ready since the last look counts; of one that is due, also
        what was refused before. A look that was not over in time is answered by a later call.
        """
        started = []
        for one in self._of((heard_of | due) - self._under_way.keys()):
            look = self._lookers.submit(_look, one, self._seen.get(one.id, {}))
            self._under_way[one.id] = look, one.id in due
            started.append(look)
        wait(started, LOOK_S)
        over = [(name, is_due) for name, (look, is_due) in self._under_way.items() if look.done()]
        return {name for name, is_due in over if self._note(name, is_due)}

    def close(self) -> None:
        """Hear of nothing more."""
        self._watch.close()
        self._lookers.shutdown(wait=False, cancel_futures=True)

    def _of(self, names: Collection[str]) -> list[Connection]:
        if not names:
            return []
        with self._installation.database.read() as tx:
            return connections.some(tx, names)

    def _note(self, name: str, is_due: bool) -> bool:
        """Take in what a look has found. Shape: whether something is to be taken."""
        look, _ = self._under_way.pop(name)
        found = look.result()
        (self._gone.discard if found else self._gone.add)(name)
        ready, seen = found or (frozenset(), {})
        new = ready - self._ready.get(name, frozenset())
        self._ready[name], self._seen[name], self._looked_at[name] = ready, seen, time.monotonic()
        if seen.keys() - {one.name for one in ready}:
            self.unsettled.add(name)
        else:
            self.unsettled.discard(name)
        return bool(ready if is_due else new)


def _look(one: Connection, seen: dict[str, Sight]) -> Sights | None:
    """Shape: None for a folder that cannot be reached; a run will say so."""
    try:
        ready, now_seen = inbox.look(Path(one.folder), parse(one.settings).profile, time.time(), seen)
    except FieldbridgeError:
        return None
    return frozenset(ready), now_seen
