"""Sentences and their variations, in files of Rasa's."""

from pathlib import Path

import pytest
from rasa.shared.nlu.training_data.loading import load_data

from nlu.sentences import Sentence, read_sentences, write
from nlu.variation import WRITTEN, Variator


@pytest.mark.parametrize(
    ("metadata", "register"), [({"register": "sms"}, "sms"), ({"theme": "meteo"}, "theme"), ({}, "theme")]
)
def test_a_sentence_has_the_register_of_its_block(metadata: dict[str, str], register: str) -> None:
    assert Sentence("Il pleut ?", "out_of_scope", metadata).register == register


def test_what_is_written_is_what_rasa_reads_and_what_was_there_before_is_gone(tmp_path: Path) -> None:
    written = [real for name in ("inform", "out_of_scope.service") for real in read_sentences(WRITTEN / f"{name}.yml")]
    generated = Variator.load().generate(written[::5])
    (tmp_path / "gone").mkdir()
    (tmp_path / "gone" / "old.yml").write_text("old", "utf-8")
    write(generated, tmp_path)
    assert {path.name for path in tmp_path.rglob("*")} == {f"{made.of.intent}.yml" for made in generated}
    read = [(found.text, found.intent, found.metadata) for found in read_sentences(tmp_path)]
    meant = [(made.text, made.of.intent, {**made.of.metadata, "generated": made.kind}) for made in generated]
    assert sorted(read, key=str) == sorted(meant, key=str)
    assert [found for found in load_data(str(tmp_path)).training_examples if found.get("entities")] == []
