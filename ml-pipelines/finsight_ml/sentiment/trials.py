"""A trial of a sentiment tuning: trained up to an epoch, measured on the held-out texts, nothing exported."""

import time

import numpy as np
import torch

from ..errors import InvalidInputError
from ..objects import FileObjects
from ..tuning_contracts import SentimentTrialRequest, SentimentTrialResult
from .bases import find_base
from .building import whole
from .encoding import Encoded, encode, load_tokenizer
from .figures import measure, softmax
from .fitting import Beat, Fitting
from .network import SentimentNet, load_network
from .reading import TRAIN, VALIDATION, checked_table, read_table
from .serving import recipe_of, trial_checkpoint

ROWS = 256


def train_trial(request: SentimentTrialRequest, objects: FileObjects, beat: Beat = lambda _: None) -> SentimentTrialResult:
    """Trains on to `until_epoch` from the checkpoint of the same spec. Raises InvalidInputError and DataQualityError."""
    started, wanted = time.monotonic(), request.request
    epochs = min(request.until_epoch, wanted.recipe.epochs)
    record = f"checkpoints/{wanted.spec_sha256}/epoch-{epochs}.json"
    if objects.path(record).exists():
        # The checkpoint may have gone on since.
        return SentimentTrialResult.model_validate_json(objects.path(record).read_bytes())
    table = checked_table(objects, wanted.dataset.object)
    base = find_base(wanted.base)
    tokenizer = load_tokenizer(base.directory, wanted.max_tokens)
    rows = encode(read_table(table, TRAIN), tokenizer)
    held = encode(whole(list(read_table(table, VALIDATION))), tokenizer)
    if len(rows) == 0 or len(held) == 0:
        raise InvalidInputError(f"{len(rows)} rows to train and {len(held)} held out; both are needed")
    recipe = recipe_of(wanted)
    torch.manual_seed(recipe.seed)
    network = load_network(str(base.directory), dropout=recipe.dropout)
    fitting = Fitting(network, rows, recipe, trial_checkpoint(objects, wanted.spec_sha256))
    fitted = fitting.run(beat, until=epochs * fitting.per_epoch)
    chances = softmax(answers(fitted.network, held))
    found = measure(chances, held.labels, 0.0)
    result = SentimentTrialResult(
        epochs=epochs,
        validation_loss=-float(np.log(chances[np.arange(len(held)), held.labels] + 1e-12).mean()),
        validation_accuracy=found["accuracy"],
        validation_macro_f1=found["macroF1"],
        rows=len(held),
        seconds=time.monotonic() - started,
    )
    objects.put(record, result.model_dump_json(by_alias=True).encode())
    return result


@torch.no_grad()
def answers(network: SentimentNet, rows: Encoded) -> np.ndarray:
    """Logits [rows, labels], in the order of the rows."""
    network.eval()
    device = next(network.parameters()).device
    found = []
    for at in range(0, len(rows), ROWS):
        batch = rows.batch(np.arange(at, min(at + ROWS, len(rows))))
        found.append(network(**{name: value.to(device) for name, value in batch.items()}).float().cpu().numpy())
    return np.concatenate(found)
