"""Work that another process does meanwhile. Processes are forked: they share what is read, and send back little."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Generic, TypeVar

from generator.model.errors import BuildError

_Answer = TypeVar("_Answer")


def can_fork(workers: int) -> bool:
    """More than one process is wanted, and this system can fork."""
    return workers > 1 and "fork" in multiprocessing.get_all_start_methods()


class Meanwhile(Generic[_Answer]):
    """A function that another process begins to work out at once; with one worker it is called when it is needed."""

    def __init__(self, function: Callable[[], _Answer], workers: int) -> None:
        self._function = function
        self._answers: Connection | None = None
        if can_fork(workers):
            fork = multiprocessing.get_context("fork")
            self._answers, sender = fork.Pipe(duplex=False)
            self._process = fork.Process(target=_answer, args=(function, sender), daemon=True)
            self._process.start()
            sender.close()

    def answer(self) -> _Answer:
        """What the function returns. Raises BuildError if its process ended without an answer."""
        if self._answers is None:
            return self._function()
        try:
            answer: _Answer = self._answers.recv()
        except EOFError as error:
            raise BuildError("a process of this build was ended from outside; run it again") from error
        self._process.join()
        return answer


def _answer(function: Callable[[], _Answer], sender: Connection) -> None:
    sender.send(function())
    sender.close()
