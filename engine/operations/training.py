"""What a person trains: a run by a plan, from its split and its rate on; or a run that goes on."""

from __future__ import annotations

from engine.data.dataset import Dataset
from engine.data.split import Split, SplitConfig, make_split
from engine.device import choose_precision, use_cores
from engine.errors import TrainingError
from engine.events import Advised, Job, RateTaken, StageStarted, Stop
from engine.library.run_record import RunRecord, parameters_of
from engine.library.run_recorder import RunPlan
from engine.library.store import Library
from engine.models.base import Model
from engine.models.naming import settings_set
from engine.models.registry import build, kind_of
from engine.operations.preparing import fresh_model, prepare, settled, sweep
from engine.operations.recorded_run import HERE, FinishedRun, RecordedRun
from engine.settings import Config
from engine.text import format_rate
from engine.training.checkpoint import load_into
from engine.training.config import TrainingConfig
from engine.training.curve_text import hides_while_training, read_curves
from engine.training.distributed import Ranks
from engine.training.launching import Workplace
from engine.training.plan import TrainingPlan
from engine.wording import said


def train(
    library: Library,
    dataset: Dataset,
    plan: TrainingPlan,
    *,
    divided: Split | None = None,
    advise: bool = True,
    ranks: Ranks | None = None,
    halves_batch: bool = True,
) -> Job[FinishedRun]:
    """Train a model and store the run.

    Parameters
    ----------
    library, dataset
        Where the run is stored, and what it learns from.
    plan
        The model and how it is to learn. A learning rate of None is found first. On the device "all" processes of their
        own learn together, one on each GPU.
    divided
        The plan's split, where it was made already.
    advise
        Whether to compare with simpler models afterwards.
    ranks
        The processes that torchrun started, of which this is the first; None where it is alone.
    halves_batch
        Whether to go on with half the batch where memory is short; otherwise that is an error.

    Returns
    -------
    FinishedRun
        After a Stop with what was learned so far and without an evaluation.

    Raises
    ------
    Stop
        Where it was stopped before anything was learned: while the rate was searched, or a model computed at once.
    TrainingError, SettingError, DeviceError, LibraryError
        Where training cannot start or go on; a run that had begun records it.

    Examples
    --------
    ::

        finished = drive(operations.train(library, dataset, TrainingPlan.defaults("mf", entries=dataset.entries)))
    """
    use_cores()
    at = Workplace.of(plan.device, ranks) if plan.training is not None else HERE
    yield StageStarted("splitting", said("Setting people aside to evaluate on"))
    divided = divided or make_split(dataset, plan.split)
    own = yield from settled(plan.model, plan.model_config, divided, dataset)
    learning, why_rate = plan.training, ""
    if learning is not None:
        learning = learning.changed(precision=choose_precision(learning.precision, at.device))
        if learning.lr is None:
            taken = yield from _with_rate(library, dataset, divided, plan, at, config=own.config)
            learning, why_rate = learning.changed(lr=taken.lr), taken.words
    fresh = fresh_model(plan.model, own.config, dataset, seed=learning.seed if learning else 1)
    yield from prepare(fresh, divided, learning)
    differing = _differing(plan, entries=dataset.entries)
    recorded = _recorded(fresh, learning, divided, at.name, chosen=own.words, differing=differing)
    recorder = library.runs.begin(dataset, recorded)
    if why_rate:
        recorder.say(why_rate)
    run = RecordedRun(
        library, dataset, divided, fresh, learning, at, recorder, advise, chosen=own.words, halves_batch=halves_batch
    )
    return (yield from run.learned(None))


def resume(
    library: Library,
    run_id: str,
    *,
    epochs: int | None = None,
    device: str | None = None,
    advise: bool = True,
    ranks: Ranks | None = None,
) -> Job[FinishedRun]:
    """Go on with a run that was stopped, interrupted or is to have more epochs, to the bit as if it had never ended.

    Parameters
    ----------
    library, run_id
        Where the run is, and its id or name.
    epochs
        The new total; None for the former one.
    device, advise, ranks
        As for `train`; None for the device it ran on. How many processes learned until now does not matter.

    Raises
    ------
    LibraryError, TrainingError
        Where the data set or checkpoint is gone or damaged; where there is nothing left to do.

    Examples
    --------
    ::

        drive(operations.resume(library, "two_head 1", epochs=40))
    """
    record = library.runs.find(run_id)
    if record.training_config is None:
        raise TrainingError(
            said("The run {record} was computed in full; there is nothing to go on with.", record=record.name)
        )
    dataset = library.dataset_of(record)
    training = TrainingConfig.from_dict(record.training_config or {})
    training = training.changed(epochs=epochs) if epochs is not None else training
    if record.epochs >= training.epochs:
        raise TrainingError(
            said("The run {record} has done all its {epochs} epochs.", record=record.name, epochs=record.epochs),
            remedy=said("Give a greater total, such as --epochs {epochs}.", epochs=2 * record.epochs),
            run=record.run_id,
        )
    state = library.runs.state(record.run_id) if record.has_model else None
    use_cores()
    at = Workplace.of(device or record.device, ranks)
    yield StageStarted("splitting", said("Setting the same people aside again"))
    divided = make_split(dataset, SplitConfig.from_dict(record.split_config))
    config = kind_of(record.model).config_class.from_dict(record.model_config)
    fresh = build(record.model, config, items=dataset.titles, scale=dataset.scale, seed=training.seed)
    yield from prepare(fresh, divided, training)
    if state is not None:
        load_into(fresh, state)  # refused here, the run stays what it was
    recorder = library.runs.resume(record.run_id, training=training, device=at.name, precision=training.precision)
    run = RecordedRun(library, dataset, divided, fresh, training, at, recorder, advise, chosen=record.chosen)
    return (yield from run.learned(state))


def describe_curves(library: Library, record: RunRecord) -> str:
    """What the curves of a run say; "" for a model that was computed at once."""
    if record.training_config is None:
        return ""
    curve = library.runs.curves(record.run_id)
    by_time = record.split_config.get("kind") == "time"
    return read_curves(curve, hides=hides_while_training(record.model_config), by_time=by_time).words


def _differing(plan: TrainingPlan, *, entries: int) -> tuple[str, ...]:
    """Which settings were asked for other than the model's defaults, as they are recorded."""
    usual = TrainingPlan.of(plan.model, model_config=plan.model_config, entries=entries)
    found = settings_set("model", plan.model_config, type(plan.model_config)())
    if plan.training is not None and usual.training is not None:
        found += settings_set("training", plan.training, usual.training)
    return found + settings_set("split", plan.split, usual.split)


def _recorded(
    model: Model,
    training: TrainingConfig | None,
    split: Split,
    device: str,
    *,
    chosen: str,
    differing: tuple[str, ...],
) -> RunPlan:
    """What is recorded of a run before it begins."""
    return RunPlan(
        model=model.name,
        model_config=model.config,
        training=training,
        split=split.config,
        device=device,
        precision=training.precision if training else "float32",
        parameters=parameters_of(model),
        candidates_I=split.candidates_I,
        chosen=chosen,
        differing=differing,
    )


def _with_rate(
    library: Library, dataset: Dataset, split: Split, plan: TrainingPlan, at: Workplace, *, config: Config
) -> Job[RateTaken]:
    """Sweep for the plan's rate, and take the suggestion that it prefers, or the model's usual rate."""
    found = yield from sweep(library, dataset, split, plan, at.device, config=config)
    if found.stopped:
        raise Stop
    if found.chosen is not None:
        rate = format_rate(found.chosen.lr)
        words = said("The sweep gave a learning rate of {rate}. {sentence}", rate=rate, sentence=found.chosen.sentence)
        taken = RateTaken(found.chosen.lr, found.chosen.kind, words, found.sweep_id)
        yield StageStarted("rate", said("Learning at a rate of {rate}", rate=rate))
    else:
        usual = kind_of(plan.model, plan.model_config).usual_rate(dataset.entries)
        words = said("{words} Training takes a rate of {usual} instead.", words=found.words, usual=format_rate(usual))
        taken = RateTaken(usual, "", words, found.sweep_id)
        yield Advised(words)
    yield taken
    return taken
