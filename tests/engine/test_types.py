"""Threads that decode the same type for the first time, at once, crash no worker."""

import subprocess
import sys

SCRIPT = """
import sys, threading
from contextlib import suppress
import msgspec
from fieldbridge.app.workshop import build_types

types = list(msgspec.Struct.__subclasses__())
for one in types:
    types += one.__subclasses__()
build_types()
sys.setswitchinterval(1e-6)
for one in dict.fromkeys(types):
    data = msgspec.json.encode(dict.fromkeys(one.__struct_encode_fields__, 1))
    together = threading.Barrier(12)

    def decode():
        together.wait()
        with suppress(msgspec.ValidationError):
            msgspec.json.decode(data, type=one)

    threads = [threading.Thread(target=decode) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
print(len(types))
"""


def test_types_that_many_threads_meet_at_once_crash_nobody() -> None:
    ended = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    assert int(ended.stdout) > 100
