"""A measured ladder, small enough to work out by hand: twice, then three times, then half as fast."""

from engine.library.ladders import LadderRung, MeasuredLadder

LADDER = MeasuredLadder(
    model="Next favourites",
    dataset_name="Films <b>",
    fingerprint="films",
    people=600,
    titles=9066,
    batch=32,
    steps=142,
    device="Processor: 2 cores",
    threads=2,
    metric="ndcg@100",
    judged=65,
    measured="2026-01-02T03:04:05+00:00",
    rungs=(
        LadderRung("dense", 6000.0, 1.0, 1.0, 0.30, 0.27, 0.33),
        LadderRung("sparse", 3000.0, 2.0, 2.0, 0.31, 0.28, 0.34),
        LadderRung("own", 1000.0, 3.0, 6.0, 0.29, 0.26, 0.32),
        LadderRung("bf16", 2000.0, 0.5, 3.0, 0.28, 0.25, 0.31),
    ),
)
