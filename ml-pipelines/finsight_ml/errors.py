"""Errors by the names that the workflows treat as final."""


class InvalidInputError(Exception):
    """What was asked for cannot be right."""


class DataQualityError(Exception):
    """Data or a model breaks a rule that must not be repaired in silence."""


class RankLost(Exception):
    """A process of a distributed training was killed, hangs or failed: the next attempt may do better."""
