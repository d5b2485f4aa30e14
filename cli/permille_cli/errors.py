"""How a command says that it cannot go on: one clear line on stderr, never a traceback."""


class WrongInput(Exception):
    """What was asked for cannot be done as it was asked: exit 2. The message says what to do instead."""


class Failure(Exception):
    """What was asked for was tried and failed: exit 1. The message says what failed."""
