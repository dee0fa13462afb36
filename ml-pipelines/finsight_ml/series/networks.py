"""The networks that forecast each column's own future, by name."""

from torch import nn

from ..errors import InvalidInputError
from ..models import MODELS
from ..models.network import Task
from ..models.neural import NetworkKind
from .spec import Spec

NETWORKS = {name: kind.build for name, kind in MODELS.items() if isinstance(kind, NetworkKind)}


def network_of(spec: Spec, columns: int) -> nn.Module:
    """Raises InvalidInputError naming the model or the parameter that is unknown."""
    if spec.model not in NETWORKS:
        raise InvalidInputError(f'Unknown model "{spec.model}"; known: {", ".join([*NETWORKS, "lightgbm"])}')
    try:
        return NETWORKS[spec.model](Task(spec.look_back, columns, spec.horizon, None), spec.params)
    except ValueError as error:
        raise InvalidInputError(str(error)) from error
