"""What heron's callbacks do where Keras's do nothing, something else, or fail late."""

from __future__ import annotations

import math
import re
import warnings
from types import SimpleNamespace

import numpy as np
import pytest

from heron import callbacks
from heron.callbacks import (
    Callback,
    CallbackList,
    CSVLogger,
    EarlyStopping,
    History,
    LambdaCallback,
    LearningRateScheduler,
    ModelCheckpoint,
    ReduceLROnPlateau,
    TerminateOnNaN,
)
from heron.callbacks.monitor import Monitor
from heron.callbacks.names import better_of, nearest_log
from heron.errors import ArgumentError, ArgumentTypeError, HeronNote
from heron.registry import Configurable, accepted_arguments, published
from tests.callbacks.fakes import FakeModel, losses, train

# ---- arguments ----------------------------------------------------------------------------------------------------

SAMPLE = {
    LearningRateScheduler: {"schedule": abs},
    ModelCheckpoint: {"filepath": "best.weights.safetensors"},
    CSVLogger: {"filename": "log.csv"},
    callbacks.BackupAndRestore: {"backup_dir": "backup"},
    callbacks.OrbaxCheckpoint: {"directory": "checkpoints"},
}
RULED = [c for c in vars(callbacks).values() if isinstance(c, type) and issubclass(c, Configurable)]
CASES = [
    (cls, name, rule)
    for cls in RULED
    for name, rule in ((Monitor.rules if issubclass(cls, Monitor) else {}) | cls.rules).items()
    if name in accepted_arguments(cls)
]


@pytest.mark.parametrize("cls, name, rule", CASES)
def test_each_argument_is_checked_by_its_rule(cls, name, rule):
    for value in rule.good:
        assert cls(**SAMPLE.get(cls, {}) | {name: value}).arguments[name] is value
    for value in rule.bad:
        with pytest.raises(ArgumentError, match=rf"^{cls.__name__}: argument '{name}' must be "):
            cls(**SAMPLE.get(cls, {}) | {name: value})


def test_a_misspelt_argument_gets_the_nearest():
    with pytest.raises(ArgumentTypeError, match=r"EarlyStopping has no argument 'patiense'. Did you mean 'patience'"):
        EarlyStopping(patiense=3)


def test_an_old_argument_is_taken_with_a_note():
    with pytest.warns(HeronNote, match=r"ReduceLROnPlateau\(epsilon=...\) is now min_delta=...; taken as that"):
        assert ReduceLROnPlateau(epsilon=0.5).min_delta == 0.5


def test_no_model_file_can_name_a_callback():
    assert not published("callbacks")


# ---- the list -----------------------------------------------------------------------------------------------------


def test_a_class_without_brackets_is_refused():
    with pytest.raises(
        ArgumentTypeError, match=r"callbacks has the class EarlyStopping .* Make one: EarlyStopping\(...\)"
    ):
        CallbackList(EarlyStopping)
    with pytest.raises(ArgumentTypeError, match=re.escape("must be heron.callbacks.Callback objects; received 3")):
        CallbackList([3])


def test_one_callback_is_a_list_of_one_and_all_are_called_in_order():
    calls = []
    first, second = (LambdaCallback(on_epoch_end=lambda epoch, logs, n=n: calls.append((n, epoch))) for n in "ab")
    train(CallbackList(first), losses(1.0))
    train(CallbackList([first, second]), losses(1.0))
    assert calls == [("a", 0), ("a", 0), ("b", 0)]


def test_what_a_callback_adds_to_the_logs_later_ones_see():
    history = History()
    train(CallbackList([LearningRateScheduler(lambda epoch, lr: lr), history]), losses(1.0))
    assert history.history == {"loss": [1.0], "learning_rate": [0.1]}


class Batches(Callback):
    def on_test_batch_end(self, batch, logs=None):
        pass


class Pieces(Callback):
    def on_chunk_end(self, done, logs=None):
        pass


@pytest.mark.parametrize(
    "callback, modes, chunks",
    [
        (Callback(), [], False),
        (Batches(), ["test"], False),
        (Pieces(), [], True),
        (LambdaCallback(on_train_batch_end=print), ["train"], False),
        (LambdaCallback(on_batch_begin=print), ["train"], False),
        (LambdaCallback(on_epoch_end=print), [], False),
        (LambdaCallback(on_chunk_end=print), [], True),
        (ModelCheckpoint("a.safetensors"), [], False),
        (ModelCheckpoint("a.safetensors", save_freq=10), ["train"], False),
        (TerminateOnNaN(), [], True),
        (EarlyStopping(), [], False),
        (CSVLogger("log.csv"), [], False),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Callback) else None,
)
def test_training_returns_to_python_only_for_those_who_listen(callback, modes, chunks):
    assert [mode for mode in ("train", "test", "predict") if callback.wants_batches(mode)] == modes
    assert callback.wants_chunks is chunks
    together = CallbackList([Callback(), callback])
    assert [mode for mode in ("train", "test", "predict") if together.wants_batches(mode)] == modes
    assert together.wants_chunks is chunks


# ---- history ------------------------------------------------------------------------------------------------------


def history(**logs):
    record = History()
    train(record, [logs])
    return record


@pytest.mark.parametrize(
    "logs, asked, mend",
    [
        ({"accuracy": 1.0, "loss": 0.1}, "acc", "The metric is called 'accuracy': write history['accuracy']."),
        ({"acc": 1.0, "loss": 0.1}, "accuracy", "The metric is called 'acc'"),
        ({"accuracy": 1.0, "val_accuracy": 0.1}, "val_acc", "The metric is called 'val_accuracy'"),
        ({"loss": 0.1}, "los", "The metric is called 'loss'"),
        ({"loss": 0.1}, "val_loss", "There was no validation: give fit() validation_data=(x_val, y_val)"),
        ({"loss": 0.1, "val_loss": 0.2}, "f1", "Only the loss and what compile(metrics=[...]) names is recorded."),
        ({}, "loss", "The history has no 'loss'; it has: nothing."),
    ],
)
def test_a_missing_name_in_the_history_says_which_was_meant(logs, asked, mend):
    with pytest.raises(KeyError, match=re.escape(mend)) as caught:
        history(**logs).history[asked]
    assert "\n" in str(caught.value)


def test_the_history_is_a_dict():
    record = history(loss=0.5).history
    assert record == {"loss": [0.5]}
    assert isinstance(record, dict)
    assert record.get("acc") is None
    assert repr(record) == "{'loss': [0.5]}"


def test_the_model_holds_its_history_from_the_beginning_of_training():
    record = History()
    assert train(record, []).history is record


# ---- watching a value ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "monitor, logs, mend",
    [
        ("val_loss", {"loss": 1.0}, "No validation data; add validation_split=0.2 to fit(), or monitor='loss'."),
        ("val_acc", {"accuracy": 1.0, "loss": 1.0}, "No validation data; add validation_split=0.2 to fit(), or "
         "monitor='accuracy'."),
        ("val_los", {"loss": 1.0, "val_loss": 1.0}, "Did you mean monitor='val_loss'?"),
        ("f1", {"loss": 1.0, "val_loss": 1.0}, "Name the metric in compile(metrics=[...])"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("cls", [EarlyStopping, ReduceLROnPlateau])
def test_a_monitor_that_is_not_there_is_noted_once_and_training_goes_on(cls, monitor, logs, mend):
    callback = cls(monitor=monitor, mode="min")
    for _ in range(2):
        with pytest.warns(HeronNote) as notes:
            model = train(callback, [dict(logs) for _ in range(3)])
        assert len(notes) == 1
        text = str(notes[0].message)
        assert f"{cls.__name__} watches {monitor!r}, which is not in the logs (they have: {', '.join(logs)}" in text
        assert mend in text
        assert not model.stop_training


def test_acc_means_accuracy():
    with pytest.warns(HeronNote, match="watches 'val_acc', which is not in the logs; taken as 'val_accuracy'"):
        model = train(EarlyStopping(monitor="val_acc"), losses(0.5, 0.6, 0.6, 0.7, name="val_accuracy"))
    assert model.weight == 2


def test_nan_is_no_improvement():
    model = train(EarlyStopping("loss", patience=1, restore_best_weights=True), losses(math.nan, 0.5, math.nan))
    assert (model.stop_training, model.weight) == (True, 1)
    checkpoint = ModelCheckpoint("{epoch}.safetensors", "loss", save_best_only=True)
    assert train(checkpoint, losses(math.nan, 1.0, math.nan, 0.5)).saved == ["2.safetensors", "4.safetensors"]


@pytest.mark.parametrize(
    "name, better",
    [
        ("loss", "min"), ("output_a_loss", "min"), ("accuracy", "max"), ("acc", "max"), ("auc_3", "max"),
        ("dense_accuracy", "max"), ("root_mean_squared_error", "min"), ("accuracy_of_nothing", None), ("lossy", None),
    ],
)  # fmt: skip
def test_the_direction_follows_from_the_name(name, better):
    assert better_of(name) == better


def test_the_direction_follows_from_the_metric_before_its_name():
    metrics = [SimpleNamespace(name="quality", _direction="up"), SimpleNamespace(name="my_loss", _direction="up")]
    for name in ("quality", "my_loss"):
        model = train(
            EarlyStopping(f"val_{name}"), losses(1.0, 2.0, 1.5, name=f"val_{name}"), FakeModel(metrics=metrics)
        )
        assert model.weight == 2


def test_a_direction_that_nothing_tells_is_asked_for_before_training():
    model = FakeModel(metrics=[SimpleNamespace(name="quality")])
    mend = "Pass mode='max' if higher is better, mode='min' if lower is"
    with pytest.raises(ArgumentError, match=mend):
        train(EarlyStopping("quality"), [], model)
    with pytest.raises(ArgumentError, match=mend):
        train(ModelCheckpoint("a.safetensors", "quality", save_best_only=True), losses(1.0, name="quality"))
    assert train(ModelCheckpoint("a.safetensors", "quality"), losses(1.0, name="quality"), model).saved


def test_a_validation_name_is_only_taken_for_another():
    assert nearest_log("val_loss", ["loss"]) is None
    assert nearest_log("loss", ["val_loss"]) is None


# ---- early stopping -----------------------------------------------------------------------------------------------


def test_early_stopping_says_what_it_does(capsys):
    callback = EarlyStopping("loss", verbose=1, restore_best_weights=True)
    train(callback, losses(1.0, 0.5, 0.7))
    assert capsys.readouterr().out == (
        "Epoch 3: early stopping\nRestoring model weights from the end of the best epoch: 2.\n"
    )
    assert (callback.stopped_epoch, callback.best_epoch, callback.best) == (2, 1, 0.5)


def test_early_stopping_can_be_used_again():
    callback = EarlyStopping("loss")
    assert [train(callback, losses(1.0, 2.0, 3.0)).weight for _ in range(2)] == [1, 1]


def test_the_best_epoch_is_known_without_restoring():
    callback = EarlyStopping("loss", patience=5)
    train(callback, losses(1.0, 0.5, 0.7, 0.8))
    assert callback.best_epoch == 1


# ---- checkpoints --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "given, only_weights, mend",
    [
        ("best.keras", True, "best.weights.h5"),
        ("run/best", True, "run/best.weights.h5"),
        ("run/best", False, "run/best.keras"),
        ("best.npz", False, "best.keras"),
        ("w-{val_loss:.2f}", False, "w-{val_loss:.2f}.keras"),
    ],
)
def test_another_ending_is_refused_before_training(given, only_weights, mend):
    what = "weights to files that end in '.weights.h5'" if only_weights else "models to files that end in '.keras'"
    with pytest.raises(ArgumentError, match=re.escape(f"ModelCheckpoint writes {what}")) as caught:
        ModelCheckpoint(given, save_weights_only=only_weights)
    assert f"Write filepath='{mend}'" in str(caught.value)


def test_folders_are_made(tmp_path):
    model = train(ModelCheckpoint(tmp_path / "a" / "{epoch}" / "w.safetensors"), losses(1.0, 2.0))
    assert model.saved == [str(tmp_path / "a" / n / "w.safetensors") for n in "12"]
    assert (tmp_path / "a" / "2").is_dir()


@pytest.mark.parametrize(
    "path, message",
    [
        ("{val_los}.safetensors", "names {val_los}, which is not in the logs. Did you mean 'val_loss'?"),
        ("{loss:q}.safetensors", "cannot be filled in: "),
        ("{loss.safetensors", "cannot be filled in: "),
        ("{}.safetensors", "cannot be filled in: "),
    ],
)
def test_a_file_name_that_cannot_be_filled_in(path, message):
    with pytest.raises(ArgumentError, match=re.escape(message)):
        train(ModelCheckpoint(path), [{"loss": 1.0, "val_loss": 2.0}])


def test_without_its_monitor_every_epoch_is_saved_and_said():
    with pytest.warns(HeronNote, match="so every time is taken for the best"):
        model = train(ModelCheckpoint("{epoch}.safetensors", save_best_only=True), losses(1.0, 2.0))
    assert len(model.saved) == 2


def test_the_checkpoint_says_what_it_does(capsys):
    train(ModelCheckpoint("w.weights.safetensors", "loss", verbose=1, save_best_only=True), losses(1.0, 2.0, 0.5))
    assert capsys.readouterr().out.splitlines() == [
        "Epoch 1: loss improved from None to 1.00000, saving model to w.weights.safetensors",
        "Epoch 1: finished saving model to w.weights.safetensors",
        "Epoch 2: loss did not improve from 1.00000",
        "Epoch 3: loss improved from 1.00000 to 0.50000, saving model to w.weights.safetensors",
        "Epoch 3: finished saving model to w.weights.safetensors",
    ]


# ---- learning rates -----------------------------------------------------------------------------------------------


def test_a_schedule_must_return_a_number():
    with pytest.raises(ArgumentError, match="the schedule must return a number; for epoch 0 it returned None"):
        train(LearningRateScheduler(lambda epoch, lr: None), losses(1.0))


def test_a_type_error_inside_a_schedule_is_shown():
    with pytest.raises(TypeError, match="unsupported operand"):
        train(LearningRateScheduler(lambda epoch, lr: lr + "1"), losses(1.0))


@pytest.mark.parametrize("rate", [1, np.float32(0.5), np.array(0.5)])
def test_a_schedule_may_return_any_real_number(rate):
    model = train(LearningRateScheduler(lambda epoch, lr: rate, verbose=1), losses(1.0))
    assert type(model.optimizer.learning_rate) is float
    assert model.optimizer.learning_rate == rate


def test_what_changes_the_rate_says_so(capsys):
    train(LearningRateScheduler(lambda epoch: 0.5, verbose=1), losses(1.0))
    train(ReduceLROnPlateau("loss", factor=0.5, patience=1, verbose=1), losses(1.0, 1.0), FakeModel(0.5))
    assert capsys.readouterr().out.splitlines() == [
        "Epoch 1: LearningRateScheduler setting learning rate to 0.5.",
        "Epoch 2: ReduceLROnPlateau reducing learning rate to 0.25.",
    ]


# ---- functions as callbacks ---------------------------------------------------------------------------------------


def test_a_hook_that_does_not_exist_is_refused():
    with pytest.raises(
        ArgumentTypeError,
        match=r"has no argument 'on_epoch_ends'. Did you mean 'on_epoch_end'",
    ):
        LambdaCallback(on_epoch_ends=print)
    with pytest.raises(ArgumentTypeError, match="on_epoch_end must be a function; received 3"):
        LambdaCallback(on_epoch_end=3)


def test_functions_are_called_at_every_hook():
    seen = []
    hooks = [name for name in vars(Callback) if name.startswith("on_")]
    callback = LambdaCallback(**{hook: lambda *args, hook=hook: seen.append(hook) for hook in hooks})
    for hook in hooks:
        getattr(callback, hook)(*([0, {}] if hook in ("on_epoch_end", "on_train_batch_end") else [{}]))
    assert seen == hooks


# ---- NaN ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_training_stops_at_a_loss_that_is_no_number(capsys, bad):
    model = train(TerminateOnNaN(), losses(1.0, bad, 1.0))
    assert (model.stop_training, model.weight) == (True, 1)
    assert capsys.readouterr().out == f"Epoch 2: the loss is {bad}, terminating training.\n"


def test_training_stops_within_an_epoch_and_says_so_once(capsys):
    callback, model = TerminateOnNaN(), FakeModel()
    callback.set_model(model)
    callback.on_train_begin()
    callback.on_epoch_begin(2)
    callback.on_chunk_end(512, {"loss": 1.0})
    assert not model.stop_training
    callback.on_chunk_end(1024, {"loss": math.nan})
    assert model.stop_training
    callback.on_epoch_end(2, {"loss": math.nan})
    assert capsys.readouterr().out == "Epoch 3, after batch 1024: the loss is nan, terminating training.\n"


def test_a_loss_that_is_no_number_can_raise():
    with pytest.raises(RuntimeError, match="Epoch 1: the loss is nan; expected a finite number"):
        train(TerminateOnNaN(raise_error=True), losses(math.nan))


def test_logs_without_a_loss_are_no_reason_to_stop():
    assert not train(TerminateOnNaN(), [{}, {"accuracy": math.nan}]).stop_training


# ---- CSV ----------------------------------------------------------------------------------------------------------


def test_every_epoch_is_in_the_file_when_it_ends(tmp_path):
    file = tmp_path / "new" / "log.csv"
    logger = CSVLogger(file)
    logger.on_train_begin()
    logger.on_epoch_end(0, {"loss": 0.5, "val_loss": 1.0})
    assert file.read_text().splitlines() == ["epoch,loss,val_loss", "0,0.5,1.0"]


def test_appending_keeps_the_columns_of_the_file(tmp_path):
    file = tmp_path / "log.csv"
    train(CSVLogger(file), [{"loss": 0.5, "val_loss": 1.0}])
    with pytest.warns(HeronNote, match="has no column for accuracy; left out") as notes:
        train(CSVLogger(file, append=True), [{"accuracy": 1.0, "loss": 0.25}] * 2)
    assert len(notes) == 1
    assert file.read_text().splitlines() == ["epoch,loss,val_loss", "0,0.5,1.0", "0,0.25,NA", "1,0.25,NA"]


@pytest.mark.parametrize("torn", ["epoch,loss,val_loss\r\n0,0.5,1.0\r\n1,0.2", "epoch,loss,val_loss"])
def test_appending_after_a_torn_line_begins_a_new_one(tmp_path, torn):
    file = tmp_path / "log.csv"
    file.write_bytes(torn.encode())
    train(CSVLogger(file, append=True), [{"loss": 0.25, "val_loss": 2.0}])
    assert file.read_bytes().decode() == torn + "\r\n0,0.25,2.0\r\n"


def test_appending_to_another_kind_of_file_is_refused_before_training(tmp_path):
    file = tmp_path / "log.csv"
    file.write_text("epoch;loss\n")
    with pytest.raises(ArgumentError, match="its first column with separator ',' is 'epoch;loss', not 'epoch'"):
        train(CSVLogger(file, append=True), losses(1.0))
    assert file.read_text() == "epoch;loss\n"


def test_no_warnings_where_nothing_is_wrong(tmp_path):
    every = [
        EarlyStopping(), ReduceLROnPlateau(), ModelCheckpoint(tmp_path / "w.safetensors", save_best_only=True),
        CSVLogger(tmp_path / "log.csv"), TerminateOnNaN(), LearningRateScheduler(lambda epoch, lr: lr), History(),
    ]  # fmt: skip
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        model = train(CallbackList(every), [{"loss": 1.0, "val_loss": 2.0 - i} for i in range(3)])
    assert len(model.history.history["learning_rate"]) == 3
