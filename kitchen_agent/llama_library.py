"""llama.cpp's library as `llama` uses it: where its log goes, and which of the processor's units it leaves alone."""

from __future__ import annotations

import ctypes
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import llama_cpp
from llama_cpp._ggml import libggml

_ERROR_LEVEL, _CONTINUED_LEVEL = 4, 5
_PROCESSOR = 0
_TILES = b"AMX"

logger = logging.getLogger(__name__)


class _Chatter:
    """llama.cpp's log: errors go to Python's logging, or into the exception that they explain; the rest is dropped."""

    def __init__(self) -> None:
        self.kept: list[str] | None = None
        self._level = 0
        self.callback = llama_cpp.llama_log_callback(self._hear)

    def _hear(self, level: int, text: bytes, _data: ctypes.c_void_p) -> None:
        self._level = self._level if level == _CONTINUED_LEVEL else level
        line = text.decode(errors="replace").strip()
        if self._level != _ERROR_LEVEL or not line:
            return
        if self.kept is None:
            logger.error("llama.cpp: %s", line)
        else:
            self.kept.append(line)

    @contextmanager
    def keeping(self) -> Iterator[list[str]]:
        """Collect the errors of the block instead of logging them."""
        before, self.kept = self.kept, []
        try:
            yield self.kept
        finally:
            self.kept = before


def weight_formats() -> list[str]:
    """The names of the formats, beside the plain one, in which llama.cpp may lay out a matrix for this processor."""
    formats = _weight_formats()
    return [_name(formats[place]).decode() for place in range(_length(formats))]


def _leave_tiles_alone() -> None:
    """Take the format for the tile unit of Intel's server processors (AMX) from llama.cpp's list.

    Compiled by GCC before 13, which loses most of the unit's settings as stores that nobody reads, its kernels end the
    process at the first token (llama.cpp #20824). What is left are the kernels of other processors with AVX-512.
    llama.cpp offers no switch but its own compilation; the list is that of its public
    `ggml_backend_dev_get_extra_bufts`, which it reads whenever a model is loaded.
    """
    formats = _weight_formats()
    kept = [formats[place] for place in range(_length(formats)) if _name(formats[place]) != _TILES]
    for place, kind in enumerate([*kept, None]):
        formats[place] = kind


def _weight_formats() -> Any:
    """The list itself, which ends with a null pointer."""
    device = _call("ggml_backend_dev_by_type", ctypes.c_void_p, ctypes.c_int)(_PROCESSOR)
    registry = _call("ggml_backend_dev_backend_reg", ctypes.c_void_p, ctypes.c_void_p)(device)
    lookup = _call("ggml_backend_reg_get_proc_address", ctypes.c_void_p, ctypes.c_void_p, ctypes.c_char_p)
    address = lookup(registry, b"ggml_backend_dev_get_extra_bufts")
    if not address:
        return (ctypes.c_void_p * 1)()
    return ctypes.CFUNCTYPE(ctypes.POINTER(ctypes.c_void_p), ctypes.c_void_p)(address)(device)


def _length(formats: Any) -> int:
    length = 0
    while formats[length]:
        length += 1
    return length


def _name(kind: int) -> bytes:
    name: bytes = _call("ggml_backend_buft_name", ctypes.c_char_p, ctypes.c_void_p)(kind)
    return name


def _call(name: str, gives: Any, *takes: Any) -> Callable[..., Any]:
    """A function of the library, declared."""
    function: Callable[..., Any] = ctypes.CFUNCTYPE(gives, *takes)((name, libggml))
    return function


chatter = _Chatter()
llama_cpp.llama_log_set(chatter.callback, ctypes.c_void_p(0))
llama_cpp.llama_backend_init()
_leave_tiles_alone()
