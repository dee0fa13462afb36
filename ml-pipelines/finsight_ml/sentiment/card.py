"""The model card, from the figures: no number in it is written by hand."""

from .building import Built
from .exporting import AGREEMENT
from .sets import SHIPPABLE
from .texts import NEAR_DUPLICATE

HEAD = "| set | part | n | accuracy | 95 % Wilson | majority class | macro F1 | ECE | answered | accuracy of the answered | accuracy of the surest 80 % |"


def markdown(card: dict, told: dict, built: Built) -> str:
    """`told`: base, licence, sets, command, near_duplicates, notes."""
    gates, fitted = card["gates"], built.fitted
    return f"""# Model card: {card["name"]}@{card["version"]}

{told["base"]} ({told["licence"]}) fine-tuned for the sentiment of English financial headlines; labels {", ".join(card["labels"])}.
int8 ONNX file of {card["bytes"]} bytes, sha256 `{card["sha256"]}`; inputs `input_ids`, `attention_mask`, `token_type_ids`,
answer `probabilities` with softmax and calibration inside. A text alone is judged as a whole; a pair of text and name by what the text
says of that name. Made by `{told["command"]}`.

## Data

Trained on {card["trainingRows"]} rows (texts, pairs of text and asset, and copies with other names at half the weight) of {sets_told(told["sets"])}.
The fold of a text comes from the sha256 of its normalised words; fold {told["test_fold"]} is the test fold. Of another fold, a quarter is held out: it fits the
calibration softmax(sign(z)|z|^{card["power"]:.3f} / {card["temperature"]:.3f}) of the centred logits z, and passes the gates. {told["near_duplicates"]} rows that are near-duplicates of a test or held-out text (Jaccard similarity of
the word sets from {NEAR_DUPLICATE}) left the training. {fitted.steps} steps, the weights are an average over the last tenth.
{told.get("notes", "")}
## Gates

float32 in onnxruntime differs from PyTorch by at most {gates["parityMaxAbs"]:.1e}. On {gates["rows"]} held-out texts int8 gives the label of float32 for
{100 * gates["agreement"]:.2f} % (needed: {100 * AGREEMENT:.0f} %) and loses {100 * gates["accuracyLoss"]:.2f} points of accuracy.

## Figures

Of the int8 file.

{table(card["figures"])}

"Zero-shot" sets were not trained on. "Answered" is the share of texts whose largest probability reaches {card["threshold"]}.

### Accuracy by share answered

{curves(card["figures"])}

## Limits

English only. It reads the first {card["maxTokens"]} tokens, as headlines have; it has no notion of irony, and judges what is said, not whether it is true.
Sets that it was not trained on show how little of this carries over: {unseen(card["figures"])}.
"""


def sets_told(sets: list[str]) -> str:
    return ", ".join(f"{name} ({SHIPPABLE.get(name, 'research only')})" for name in sets)


def table(figures: list[dict]) -> str:
    lines = [HEAD, "|" + "---|" * (HEAD.count("|") - 1)]
    for each in figures:
        low, high = each["wilson95"]
        surest = next(point["accuracy"] for point in each["abstention"] if point["answered"] == 0.8)
        numbers = [each[name] for name in ("majority", "macroF1", "ece", "answered", "accuracyAnswered")]
        cells = [each["set"], each["part"], each["n"], f"{each['accuracy']:.3f}", f"{low:.3f} … {high:.3f}", *(f"{number:.3f}" for number in numbers), f"{surest:.3f}"]
        lines.append(f"| {' | '.join(str(cell) for cell in cells)} |")
    return "\n".join(lines)


def curves(figures: list[dict]) -> str:
    shares = [point["answered"] for point in figures[0]["abstention"]] if figures else []
    lines = [f"| set | part | {' | '.join(f'{100 * share:.0f} %' for share in shares)} |", "|" + "---|" * (len(shares) + 2)]
    for each in figures:
        cells = [each["set"], each["part"], *(f"{point['accuracy']:.3f}" for point in each["abstention"])]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def unseen(figures: list[dict]) -> str:
    """The zero-shot sets with what always saying their most frequent label would give."""
    found = [each for each in figures if each["part"].startswith("zero-shot")]
    told = [
        f"on {each['set']} its accuracy of {each['accuracy']:.3f} is {'below' if each['accuracy'] < each['majority'] else 'above'} "
        f"the {each['majority']:.3f} of always saying the most frequent label"
        for each in found
    ]
    return "; ".join(told) or "none was measured"
