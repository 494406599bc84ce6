"""The sections of the report on other classifiers: those of others, and the variants that ours was chosen from."""

from collections.abc import Mapping
from typing import Any

from evaluation.markdown import MISSING, Results, listed, table

_MEASURES = {
    "accuracy": "sentences right",
    "auroc_refusal": "AUROC of refusal",
    "auroc_no_topic": "AUROC by the topics alone",
    "median_ms": "the whole time of a message",
    "classifying_median_ms": "the time that ranking its intents takes",
}


def compared(results: Results) -> str:
    """« Compared with others »: the contenders, and the difference from each."""
    others = results.get("contenders")
    if not others:
        return f"## Compared with others\n\n{MISSING}"
    heads = [
        "",
        "first right",
        "topics",
        "in three",
        "AUROC refusal",
        "median ms",
        "95 % below ms",
        "of it, ranking ms",
        "training s",
        "peak MB",
    ]
    data = others["data"]
    verdicts = []
    for name, row in others["ours_against"].items():
        middle, low, high = (100 * value for value in row["accuracy_difference_95"])
        behind = [_MEASURES[measure] for measure, is_ahead in row["ahead"].items() if not is_ahead]
        refusal, least, most = row["auroc_refusal_difference_95"]
        verdicts.append(
            f"- Against {others['contenders'][name]['title']}: {middle:+.1f} points right ({low:+.1f} to {high:+.1f}),"
            f" AUROC of refusal {refusal:+.3f} ({least:+.3f} to {most:+.3f});"
            f" {'behind in ' + listed(behind) if behind else 'ahead in every measure'}."
        )
    return "\n\n".join(
        [
            "## Compared with others",
            f"{data['training']:,} sentences to learn from ({data['training_per_intent']} an intent at most),"
            f" {data['test']:,} others to answer, the same for all; one message to each in turn on the same machine,"
            " so that whatever else runs meets all alike. Stock Rasa is the pipeline that Rasa configures by itself"
            " (DIET). The time of a message is that of everything a contender does with it: in ours also names,"
            " countries, language and decision. Memory is that of the process, with all that it loads. Each model was"
            " trained once, and kept, while the machine did other work too: of the times of training, believe the order"
            " of magnitude.",
            table(heads, [_contender(row) for row in others["contenders"].values()]),
            "\n".join(verdicts),
            "Apart, because it learned from more: the same classifier with all sentences but those asked"
            f" ({others['all_data']['training']:,}).",
            table(heads, [_contender(row) for row in others["apart"].values()]),
        ]
    )


def _contender(row: Mapping[str, Any]) -> list[str]:
    low, high = row["accuracy_95"]
    return [
        row["title"],
        f"{100 * row['accuracy']:.1f} % ({100 * low:.0f} to {100 * high:.0f})",
        f"{100 * row['topic_accuracy']:.1f} %",
        f"{100 * row['top_3']:.1f} %",
        f"{row['auroc_refusal']:.3f}",
        f"{row['median_ms']:.2f}",
        f"{row['p95_ms']:.2f}",
        f"{row['classifying_median_ms']:.2f}",
        f"{row['training_seconds']:.0f}",
        f"{row['peak_mb']:.0f}",
    ]


def selection(results: Results) -> str:
    """« How the classifier was chosen »: the variants, and the difference of each from the one in use."""
    chosen = results.get("selection")
    if not chosen:
        return "## How the classifier was chosen\n\n*Not stored yet: `make select` compares the variants.*"
    data = chosen["data"]
    surest = f"{100 * (1 - data['asked_back']):.0f} %"
    return "\n\n".join(
        [
            "## How the classifier was chosen",
            f"{len(chosen['variants'])} variants of the classifier alone, on {data['sentences']:,} of"
            f" {data['written']:,} hand-written sentences, of each intent the same share, in {data['folds']} parts,"
            " each read by a model that learned from the others; the first of these models also read the"
            f" {data['messages']} development messages that stand alone. So that the comparison ends in an"
            " hour or two, a variant"
            " learns the sentences as they were written; the one in use learns variations of them too, and has a"
            " line of its own. With so much less to learn, all figures here are lower than those above: they are for"
            " comparing.",
            "The difference is that of « all right », in points, against the line in bold, with its 95 % interval:"
            f" what holds 0 is no difference that could be shown. « Surest {surest} »: how many are right when"
            " the least sure ones are left out, as they are when the assistant asks back. Times of training are"
            " the processor's, without what encoders take.",
            f"{_found(chosen['variants'])} What an encoder gains has its price: beside its memory, it takes"
            f" {listed([f'{cost:.0f} ({name})' for name, cost in data['encoding_ms'].items()])} thousandths of a"
            " second of a processor for each message, where the whole understanding takes what « Speed and memory »"
            " says.",
            _variants(chosen["variants"], surest),
            *_whole(chosen, surest),
        ]
    )


def _whole(chosen: Mapping[str, Any], surest: str) -> list[str]:
    """The variants that learned all sentences, where there are any."""
    if not chosen.get("whole"):
        return []
    return [
        "An encoder knows French already, and gains most where little else is learned. So once more, with all"
        f" {chosen['data']['written']:,} sentences: {_found(chosen['whole'])}",
        _variants(chosen["whole"], surest),
    ]


def _variants(variants: Mapping[str, Any], surest: str) -> str:
    rows = []
    for name, row in variants.items():
        crossed, development = row["crossvalidation"], row["development"]
        difference = row["difference"]
        rows.append(
            [
                f"**{name}**" if difference is None else name,
                row["what"],
                f"{100 * crossed['topics_first']['share']:.1f} %",
                f"{100 * crossed['first']['share']:.1f} %",
                "–"
                if difference is None
                else f"{100 * difference[0]:+.1f} ({100 * difference[1]:+.1f} to {100 * difference[2]:+.1f})",
                f"{100 * crossed['surest']['share']:.1f} %",
                f"{crossed['auroc_refusal']:.3f}",
                f"{crossed['log_loss']:.3f}",
                f"{100 * crossed['calibration_error']:.1f}",
                f"{100 * development['topics_first']['share']:.1f} %",
                f"{100 * development['refused_right']['share']:.1f} %",
                f"{row['training_seconds']:.0f}",
            ]
        )
    return table(
        [
            *("variant", "what it is", "topics right", "all right", "difference", f"surest {surest}"),
            *("AUROC refusal", "log loss", "calibration error", "development: topics"),
            *("development: refused", "training s"),
        ],
        rows,
    )


def _found(variants: Mapping[str, Any]) -> str:
    """Which variants are better or worse than the reference, beyond chance."""
    compared = {name: row["difference"] for name, row in variants.items() if row["difference"]}
    better = [
        f"{name} ({100 * middle:+.1f})"
        for name, (middle, low, _) in sorted(compared.items(), key=lambda entry: -entry[1][0])
        if low > 0
    ]
    worse = sum(high < 0 for _, _, high in compared.values())
    named = listed(better) if better else "none"
    return f"Better beyond chance: {named}. Worse beyond chance: {worse} of {len(compared)}."
