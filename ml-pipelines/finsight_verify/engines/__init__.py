"""One line an engine: the name, and the module with `version()`, `COLUMNS` and `run(job)`. Imported when it is used."""

import os
from importlib import import_module
from types import ModuleType

from finsight_ml.errors import InvalidInputError

# The progress bars of backtesting.py would fill the log.
os.environ.setdefault("TQDM_DISABLE", "1")

ENGINES: dict[str, str] = {
    "backtrader": ".backtrader_engine",
    "vectorbt": ".vectorbt_engine",
    "backtesting.py": ".backtesting_engine",
}


def engine(name: str) -> ModuleType:
    """Raises InvalidInputError naming the known ones."""
    if name not in ENGINES:
        raise InvalidInputError(f'Unknown engine "{name}"; known: {", ".join(ENGINES)}')
    return import_module(ENGINES[name], __name__)
