"""What every network here is built for, and how its parameters are checked."""

from collections.abc import Mapping
from dataclasses import dataclass

Value = float | int | str | bool


@dataclass(frozen=True)
class Task:
    """Input float32 [batch, look_back, channels].

    With `outputs` None ("series mode") a network gives [batch, steps, channels]: each channel's own future. Else
    ("figures mode") it gives [batch, steps, outputs]: figures made from all channels, steps being the horizons."""

    look_back: int
    channels: int
    steps: int
    outputs: int | None

    def __post_init__(self) -> None:
        for name in ("look_back", "channels", "steps"):
            if getattr(self, name) < 1:
                raise ValueError(f"A network's {name} is at least 1, not {getattr(self, name)}")
        if self.outputs is not None and self.outputs < 1:
            raise ValueError(f"A network's outputs are at least 1, or None for each channel's own future, not {self.outputs}")


def chosen(model: str, defaults: Mapping[str, Value], params: Mapping[str, Value]) -> dict[str, Value]:
    """The defaults with what `params` say, in the kinds of the defaults. Raises ValueError naming an unknown parameter
    and the known ones, or one whose value is of another kind."""
    unknown = sorted(set(params) - set(defaults))
    if unknown:
        raise ValueError(f"Unknown parameter {', '.join(unknown)} of {model}; known: {', '.join(defaults)}")
    return {name: as_kind(model, name, default, params.get(name, default)) for name, default in defaults.items()}


def as_kind(model: str, name: str, default: Value, value: Value) -> Value:
    """`value` in the kind of `default`; a whole number may come as 16.0, as JSON has no other."""
    kind = type(default)
    if kind is bool or kind is str:
        if type(value) is kind:
            return value
    elif isinstance(value, int | float) and not isinstance(value, bool):
        if kind is float or float(value).is_integer():
            return kind(value)
    wanted = {bool: "true or false", str: "a text", int: "a whole number", float: "a number"}[kind]
    raise ValueError(f"Parameter {name} of {model} is {wanted}, such as {default}; not {value!r}")
