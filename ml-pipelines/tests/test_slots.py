"""Slots of a machine: who trains, on which GPU, with what share of it."""

import asyncio

import pytest

from finsight_ml import slots


@pytest.fixture
def machine(monkeypatch, tmp_path):
    for name in ("FINSIGHT_TRAIN_SLOTS", "FINSIGHT_GPUS", "FINSIGHT_GPU_SHARE", "CUDA_VISIBLE_DEVICES"):
        # Set first, so that what a test sets is taken back.
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)
    monkeypatch.setenv("FINSIGHT_DATA_DIR", str(tmp_path))
    return monkeypatch


def claimed(seconds: float = 0.2) -> object:
    async def wait() -> object:
        stop = asyncio.Event()
        asyncio.get_running_loop().call_later(seconds, stop.set)
        return await slots.claim("train", stop)

    return asyncio.run(wait())


def test_one_that_ends_makes_room(machine, capfd):
    machine.setenv("FINSIGHT_TRAIN_SLOTS", "2")
    one, two = claimed(), claimed()
    assert one and two
    assert claimed() is None
    assert "all 2 slots of this machine are taken" in capfd.readouterr().err
    one.close()
    three = claimed()
    assert three
    three.close()
    two.close()


def test_nothing_limits_where_no_number_is_set(machine):
    assert claimed() is None
    assert slots.limit() is None


def test_several_slots_take_turns_on_the_gpus(machine, tmp_path):
    machine.setenv("FINSIGHT_TRAIN_SLOTS", "2")
    machine.setenv("FINSIGHT_GPUS", "2")
    (tmp_path / "run").mkdir()
    first = slots.take(tmp_path / "run" / "train-slot-0")
    second = claimed()
    assert slots.os.environ["CUDA_VISIBLE_DEVICES"] == "1"
    first.close()
    second.close()


@pytest.mark.parametrize(
    ("count", "gpus", "share", "expected"),
    [("", "", "", 0.8), ("1", "0", "0.5", 0.5), ("2", "1", "0.8", 0.4), ("4", "2", "1", 0.5), ("3", "2", "0.9", 0.45)],
)
def test_a_training_gets_its_part_of_a_card(machine, count, gpus, share, expected):
    machine.setenv("FINSIGHT_TRAIN_SLOTS", count)
    machine.setenv("FINSIGHT_GPUS", gpus)
    machine.setenv("FINSIGHT_GPU_SHARE", share)
    assert slots.gpu_share() == pytest.approx(expected)


@pytest.mark.parametrize("given", ["0", "-1", "65", "two", "1.5"])
def test_a_wrong_number_is_named(machine, given):
    machine.setenv("FINSIGHT_TRAIN_SLOTS", given)
    with pytest.raises(ValueError, match=f'FINSIGHT_TRAIN_SLOTS is "{given}"'):
        slots.limit()


@pytest.mark.parametrize("given", ["0", "1.5", "nan", "half"])
def test_a_wrong_share_is_named(machine, given):
    machine.setenv("FINSIGHT_GPU_SHARE", given)
    with pytest.raises(ValueError, match=f'FINSIGHT_GPU_SHARE is "{given}"'):
        slots.gpu_share()
