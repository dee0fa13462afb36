"""Which rows make which batch: by seed and epoch alone, so that a resumed run sees the same ones."""

import numpy as np

# Rows of similar length share a batch; sorted within pools only, so that batches stay random.
POOL = 50


def batches(lengths: np.ndarray, *, size: int, seed: int, epoch: int) -> list[np.ndarray]:
    """Every row once, in batches of `size` rows of similar length, in random order."""
    random = np.random.default_rng([seed, epoch])
    order = random.permutation(len(lengths))
    made: list[np.ndarray] = []
    for start in range(0, len(order), POOL * size):
        pool = order[start : start + POOL * size]
        pool = pool[np.argsort(lengths[pool], kind="stable")]
        made.extend(pool[at : at + size] for at in range(0, len(pool), size))
    return [made[at] for at in random.permutation(len(made))]
