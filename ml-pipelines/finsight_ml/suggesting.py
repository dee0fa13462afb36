"""Which parameters to try next, by Optuna's TPE. Nothing is kept between calls: what was tried comes with the request,
so the caller's durable record is the only one, and the same request always gets the same answer."""

import math
import warnings
from dataclasses import dataclass

from .contracts import Axis, SuggestRequest, SuggestResult
from .errors import InvalidInputError


@dataclass(frozen=True)
class Told:
    """A trial that was made. With `epochs` it was ended after as many, and `value` is what it had come to."""

    params: dict[str, float]
    value: float | None
    epochs: int | None = None


def suggest(request: SuggestRequest) -> SuggestResult:
    """`count` different combinations that were not tried before; fewer where the space has no more."""
    return suggest_from(request, [Told(each.params, each.value) for each in request.told])


def suggest_from(request: SuggestRequest, told: list[Told]) -> SuggestResult:
    """The same for trials of which some were ended early: TPE ranks these behind the others, by how far they came."""
    import optuna
    from optuna.trial import TrialState, create_trial

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    warnings.filterwarnings("ignore", category=optuna.exceptions.ExperimentalWarning)
    spaces = {name: distribution(name, axis) for name, axis in request.space.items()}
    # The seed moves with the trials: one seed for every call would draw the same first guesses again and again.
    sampler = optuna.samplers.TPESampler(
        seed=(request.seed + len(told)) % 2**32,
        multivariate=True,
        constant_liar=True,
        n_startup_trials=request.startup,
    )
    study = optuna.create_study(direction="maximize", sampler=sampler)
    seen = set()
    for trial in told:
        if set(trial.params) != set(spaces):
            raise InvalidInputError(f"A trial has the parameters {sorted(trial.params)}; the space has {sorted(spaces)}")
        seen.add(key(trial.params))
        sound = trial.value is not None and math.isfinite(trial.value)
        study.add_trial(
            create_trial(
                params={name: as_drawn(request.space[name], value) for name, value in trial.params.items()},
                distributions=spaces,
                value=trial.value if sound and trial.epochs is None else None,
                intermediate_values={trial.epochs: trial.value} if sound and trial.epochs is not None else {},
                # A trial without a result counts as one of the bad ones, so that its surroundings are left.
                state=TrialState.COMPLETE if sound and trial.epochs is None else TrialState.PRUNED,
            )
        )
    found = []
    for _ in range(20 * request.count):
        if len(found) == request.count:
            break
        trial = study.ask(spaces)
        params = {name: as_number(request.space[name], value) for name, value in trial.params.items()}
        if key(params) in seen:
            study.tell(trial, state=TrialState.PRUNED)
            continue
        seen.add(key(params))
        found.append(params)
    return SuggestResult(params=found)


def distribution(name: str, axis: Axis):
    from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution

    if axis.values is not None:
        return CategoricalDistribution(list(range(len(axis.values))))
    if axis.min is None or axis.max is None:
        raise InvalidInputError(f"The axis {name} has neither values nor bounds")
    whole = axis.step is not None and all(float(each).is_integer() for each in (axis.min, axis.max, axis.step))
    # Optuna has no steps on a log scale; whole numbers of step 1 it has.
    if whole and (not axis.log or axis.step == 1):
        last = int(axis.min) + (int(axis.max) - int(axis.min)) // int(axis.step) * int(axis.step)
        return IntDistribution(int(axis.min), last, step=int(axis.step), log=axis.log)
    return FloatDistribution(axis.min, axis.max, step=None if axis.log else axis.step, log=axis.log)


def as_drawn(axis: Axis, value: float):
    """As the distribution has it: of a list, the place."""
    if axis.values is None:
        return value
    if value not in axis.values:
        raise InvalidInputError(f"A trial has {value}, which is not among {axis.values}")
    return axis.values.index(value)


def as_number(axis: Axis, drawn: float) -> float:
    return float(axis.values[int(drawn)]) if axis.values is not None else float(f"{drawn:.12g}")


def key(params: dict[str, float]) -> tuple:
    return tuple(sorted((name, float(value)) for name, value in params.items()))
