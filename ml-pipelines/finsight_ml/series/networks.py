"""The networks that forecast each column's own future, by name."""

from collections.abc import Callable

from torch import nn

from ..errors import InvalidInputError
from ..models import dlinear, patchtsmixer, patchtst
from ..models.network import Task
from .spec import Spec

NETWORKS: dict[str, Callable[[Task, dict], nn.Module]] = {
    "dlinear": dlinear.build,
    "patchtsmixer": patchtsmixer.build,
    "patchtst": patchtst.build,
}


def network_of(spec: Spec, columns: int) -> nn.Module:
    """Raises InvalidInputError naming the model or the parameter that is unknown."""
    if spec.model not in NETWORKS:
        raise InvalidInputError(f'Unknown model "{spec.model}"; known: {", ".join(NETWORKS)}')
    try:
        return NETWORKS[spec.model](Task(spec.look_back, columns, spec.horizon, None), spec.params)
    except ValueError as error:
        raise InvalidInputError(str(error)) from error
