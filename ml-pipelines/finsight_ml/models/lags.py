"""What LightGBM looks at in a window, and which of its parameters cannot be."""


def check(params: dict) -> None:
    """Raises ValueError naming what is out of range."""
    for name in ("lags", "trees", "least_rows"):
        if params[name] < 1:
            raise ValueError(f"Parameter {name} of lightgbm is at least 1, not {params[name]}")
    for name in ("leaves", "bins"):
        if params[name] < 2:
            raise ValueError(f"Parameter {name} of lightgbm is at least 2, not {params[name]}")
    for name in ("feature_share", "row_share"):
        if not 0 < params[name] <= 1:
            raise ValueError(f"Parameter {name} of lightgbm lies above 0 and up to 1, not {params[name]}")
    if not params["l2"] >= 0:
        raise ValueError(f"Parameter l2 of lightgbm is 0 or more, not {params['l2']}")


def places(lags: int, look_back: int) -> list[int]:
    """Places in the window of its last row and of those 1, 2, 4, … rows before it, as many as `lags` and as it holds."""
    back = [0, *(2**power for power in range(lags - 1))]
    return [look_back - 1 - each for each in back if each < look_back]
