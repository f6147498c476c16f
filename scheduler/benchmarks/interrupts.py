"""Signals with which others end a program, turned into an event."""

import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGXCPU)
"""The end of a time limit, a key, the end of a limit of CPU time."""


@contextmanager
def interrupts() -> Iterator[threading.Event]:
    """An event that is set by such a signal, at once, while the main thread is inside the solver.

    A handler in Python would only run when the solver has returned, so the signals' numbers are read from a socket.
    """
    event = threading.Event()
    receiver, sender = socket.socketpair()
    sender.setblocking(False)

    def listen() -> None:
        while number := receiver.recv(1):
            if number[0] in SIGNALS:
                event.set()

    listener = threading.Thread(target=listen, daemon=True)
    before = {number: signal.signal(number, lambda *_: None) for number in SIGNALS}
    wakeup = signal.set_wakeup_fd(sender.fileno(), warn_on_full_buffer=False)
    listener.start()
    try:
        yield event
    finally:
        signal.set_wakeup_fd(wakeup)
        for number, handler in before.items():
            signal.signal(number, handler)
        sender.close()
        listener.join()
        receiver.close()
