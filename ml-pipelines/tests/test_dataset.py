import numpy as np
import pytest
from made import FEATURES, LOOK_BACK, ROWS, request, table

from finsight_ml.dataset import read_matrix
from finsight_ml.errors import DataQualityError, InvalidInputError
from finsight_ml.objects import FileObjects
from finsight_ml.training import train

RANDOM = np.random.default_rng(9)


def read(tmp_path, dataset=None, **columns):
    objects = FileObjects(f"file:{tmp_path}")
    asked = request(objects, data=table(**columns)).dataset.model_copy(update=dataset or {})
    return read_matrix(objects.get(asked.object), asked)


def test_windows_end_with_their_row(tmp_path):
    matrix = read(tmp_path)
    windows = matrix.windows(matrix.rows(0)[:2])
    assert windows.shape == (2, LOOK_BACK, len(FEATURES))
    assert np.array_equal(windows[1, -1].numpy(), matrix.features[LOOK_BACK + 1].numpy())


def test_horizons_are_columns_of_the_targets(tmp_path):
    later = RANDOM.normal(size=ROWS) * 9
    matrix = read(tmp_path, {"horizons": [1, 6]}, target_6=later)
    assert (matrix.horizons, matrix.main) == ([1, 6], 0)
    assert np.allclose(matrix.targets[:, 1].numpy(), np.clip(later, -5, 5))


def nan_at(row):
    values = RANDOM.normal(size=ROWS).astype(np.float32)
    values[row] = np.nan
    return values


@pytest.mark.parametrize(
    ("dataset", "columns", "error", "message"),
    [
        ({"features": ["a", "wind"]}, {}, DataQualityError, "no column wind; it has time, stream, split, target, a, b, c"),
        ({"features": ["a", "a"]}, {}, InvalidInputError, "names the feature a more than once"),
        ({"horizons": [1, 6]}, {}, DataQualityError, "no column target_6"),
        ({"horizons": [6, 1]}, {}, InvalidInputError, "must ascend"),
        ({"horizons": [6]}, {}, InvalidInputError, "hold horizonBars 1"),
        ({}, {"b": nan_at(100)}, DataQualityError, "32 of the windows of a training sample .* column b in row 100"),
        ({}, {"target": nan_at(300).astype(float)}, DataQualityError, "target of a validation sample .* row 300"),
        ({}, {"target": np.ones(ROWS)}, DataQualityError, "never changes in training: nothing to learn"),
        ({}, {name: np.ones(ROWS, np.float32) for name in FEATURES}, DataQualityError, "a constant series teaches nothing"),
        ({}, {"time": np.arange(ROWS)[::-1].copy()}, DataQualityError, "Row 1 of .* not later"),
        ({}, {"stream": (np.arange(ROWS) % 2).astype(np.int32)}, DataQualityError, "not together"),
        ({}, {"stream": (np.arange(ROWS) >= 200).astype(np.int32)}, DataQualityError, "fewer than 32 rows before it in its stream"),
    ],
)
def test_tables_that_cannot_be_right_are_refused(tmp_path, dataset, columns, error, message):
    with pytest.raises(error, match=message):
        read(tmp_path, dataset, **columns)


def test_too_little_history_says_how_much_there_is(tmp_path):
    split = np.full(ROWS, -1, np.int32)
    split[40:45], split[100:200] = 0, 1
    with pytest.raises(DataQualityError, match="only 5 training sample; at least 16"):
        read(tmp_path, split=split)


def test_a_feature_that_is_the_target_is_refused_and_a_constant_one_noted(tmp_path):
    target = RANDOM.normal(size=ROWS)
    with pytest.raises(DataQualityError, match="column b .* is the target at horizon 1 itself"):
        read(tmp_path, target=target, b=(3 - 2 * target).astype(np.float32))
    assert read(tmp_path, c=np.ones(ROWS, np.float32)).notes == ["Constant in training, so without effect: c"]


def test_gaps_outside_of_windows_do_not_matter(tmp_path):
    assert len(read(tmp_path, b=nan_at(0)).rows(0)) == 250 - LOOK_BACK


def test_the_result_tells_horizons_and_quantiles_and_the_file_answers_them(tmp_path):
    import onnxruntime

    objects = FileObjects(f"file:{tmp_path}")
    asked = request(objects, data=table(target_6=RANDOM.normal(size=ROWS)), training={"maxEpochs": 1, "batchSize": 1000})
    asked = asked.model_copy(update={"dataset": asked.dataset.model_copy(update={"horizons": [1, 6]})})
    result = train(asked, objects)
    assert (result.horizons, result.quantiles, result.stopped) == ([1, 6], [0.1, 0.5, 0.9], "finished")
    # A batch is never larger than what there is.
    assert result.batch_size == result.rows.train
    assert result.rows_per_second > 0 and result.peak_memory_bytes > 0
    session = onnxruntime.InferenceSession(objects.get(result.onnx), providers=["CPUExecutionProvider"])
    windows = read_matrix(objects.get(asked.dataset.object), asked.dataset).windows
    import torch

    target, path = session.run(["target", "path"], {"features": windows(torch.arange(100, 110)).numpy()})
    assert target.shape == (10,) and path.shape == (10, 2, 4)
    assert np.array_equal(target, path[:, 0, 0])
    assert (np.diff(path[..., 1:]) >= 0).all()
