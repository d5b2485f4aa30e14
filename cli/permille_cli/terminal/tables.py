"""Tables whose words stay whole, also in a terminal that is too narrow for them."""

from shutil import get_terminal_size

from rich.console import Console
from rich.measure import Measurement
from rich.table import Table

_WIDE = Console(width=10_000)


def whole(table: Table) -> Table:
    """The table, no column of which is narrower than its longest word: an address that is cut can be neither found nor
    copied. It can be wider than the terminal: print it with `crop=False`."""
    for column in table.columns:
        sizes = [Measurement.get(_WIDE, _WIDE.options, cell) for cell in (column.header, *column.cells)]
        column.min_width = max(size.minimum for size in sizes)
        column.no_wrap = column.min_width == max(size.maximum for size in sizes)
    needed = Measurement.get(_WIDE, _WIDE.options, table).minimum
    if needed > get_terminal_size().columns:
        table.width = needed  # else Rich leaves columns out
    return table
