"""Batch tools that find which records are one person: recordlinkage's ECM classifier and splink, as they are published.

The set-ups are those of https://recordlinkage.readthedocs.io (data deduplication, link two data sets) and of splink's
febrl3 and febrl4 examples, https://moj-analytical-services.github.io/splink/demos/examples/examples_index.html. Both
see all records at once, and learn from them. splink's threshold is the one with the best F1, which nobody knows without
the truth.
"""

from collections.abc import Iterable
from typing import Any

from ops.bench.febrl import Pair, People, pair, rated

Found = tuple[dict[str, float], int]
"""How good the answer is, and how many pairs were compared."""

BLOCKS = ("given_name", "surname", "date_of_birth", "postcode", "address_1")
TEXTS = ("given_name", "surname", "address_1", "address_2", "suburb")
EXCHANGED = "l.given_name = r.surname and l.surname = r.given_name"
ONE_BIRTH = "l.date_of_birth = r.date_of_birth"
VALUES = ("date_of_birth", "street_number", "postcode", "state")


def ecm(people: People, with_id: bool) -> Found:
    """Let recordlinkage index, compare and classify the records."""
    import recordlinkage  # noqa: PLC0415 - the extra `bench` has it

    ids = ["soc_sec_id"] if with_id else []
    index, compare = recordlinkage.Index(), recordlinkage.Compare()
    for column in (*BLOCKS, *ids):
        index.block(column)
    for column in TEXTS:
        compare.string(column, column, method="jarowinkler", threshold=0.85, label=column)
    for column in (*VALUES, *ids):
        compare.exact(column, column, label=column)
    pairs = index.index(*people.files)
    features = compare.compute(pairs, *people.files)
    links = recordlinkage.ECMClassifier(binarize=0.8).fit_predict(features)
    return rated(people, (pair(*each) for each in links)), len(pairs)


def splink(people: People, with_id: bool) -> Found:
    """Let splink train on the records and predict the pairs."""
    from splink import DuckDBAPI, Linker, block_on  # noqa: PLC0415 - the extra `bench` has it

    api = DuckDBAPI()
    frames = [frame.reset_index() for frame in people.files]
    tables = [api.register(frame.astype(object).where(frame.notna(), None)) for frame in frames]
    linker = Linker(tables, _settings(people, with_id), log_level="ERROR")
    certain = [*([block_on("soc_sec_id")] if with_id else []), block_on("given_name", "surname", "date_of_birth")]
    linker.training.estimate_probability_two_random_records_match(
        [*certain, f"{EXCHANGED} and {ONE_BIRTH}"], recall=0.8
    )
    linker.training.estimate_u_using_random_sampling(max_pairs=1e6, seed=2)
    for column in ("date_of_birth", "postcode"):
        linker.training.estimate_parameters_using_expectation_maximisation(block_on(column))
    rows = linker.inference.predict(threshold_match_probability=0.0).as_record_list()
    weighed = ((float(row["match_weight"]), pair(row["rec_id_l"], row["rec_id_r"])) for row in rows)
    return _best(people, weighed), len(rows)


def _settings(people: People, with_id: bool) -> Any:
    """Give the settings of splink's example for a data set. Without `with_id` the id is left out."""
    import splink.comparison_library as cl  # noqa: PLC0415
    from splink import SettingsCreator, block_on  # noqa: PLC0415

    is_join = len(people.files) > 1
    names = [cl.NameComparison(column) for column in ("given_name", "surname")]
    birth = cl.DateOfBirthComparison("date_of_birth", input_is_string=True, datetime_format="%Y%m%d")
    ids = [cl.DamerauLevenshteinAtThresholds("soc_sec_id", [1, 2] if is_join else [2])] if with_id else []
    code = cl.DamerauLevenshteinAtThresholds("postcode", [1, 2]) if is_join else cl.ExactMatch("postcode")
    places = [cl.ExactMatch("street_number"), code]
    columns: list[list[str]] = [
        ["given_name"],
        ["surname"],
        ["date_of_birth"],
        ["postcode"],
        *([["soc_sec_id"]] if with_id else []),
    ]
    if is_join:
        columns = [["given_name", "surname"], *columns[2:], ["state", "address_1"], ["street_number", "address_1"]]
    often = [each.configure(term_frequency_adjustments=True) for each in (*(names if is_join else []), *places)]
    return SettingsCreator(
        unique_id_column_name="rec_id",
        link_type="link_only" if is_join else "dedupe_only",
        blocking_rules_to_generate_predictions=[
            *(block_on(*each) for each in columns),
            *([EXCHANGED] if is_join else []),
        ],
        comparisons=[*([] if is_join else names), birth, *ids, *often],
    )


def _best(people: People, weighed: Iterable[tuple[float, Pair]]) -> dict[str, float]:
    """Rate the answer at the threshold with the best F1."""
    best, right = (0.0, 0), 0
    ranked = sorted(weighed, reverse=True)
    for count, (weight, each) in enumerate(ranked, 1):
        right += each in people.pairs
        is_last = count == len(ranked) or ranked[count][0] != weight
        if is_last:
            best = max(best, (2 * right / (count + len(people.pairs)), count))
    return rated(people, (each for _, each in ranked[: best[1]]))
