"""Stock Rasa as a project: everything that it can understand has a rule and an action that answers."""

import json
import os
import subprocess
from pathlib import Path

import yaml

from evaluation.bench.stock_project import answers, project
from evaluation.contenders.subset import draw, read_sentences
from tests.conftest import ROOT

SENTENCES = draw(read_sentences()).training


def test_every_intent_has_examples_a_rule_and_an_action_of_its_own() -> None:
    files = {name: yaml.safe_load(text) for name, text in project(SENTENCES).items()}
    intents = {block["intent"] for block in files["data/nlu.yml"]["nlu"]}
    assert intents == {sentence.intent for sentence in SENTENCES}
    rules = {rule["steps"][0]["intent"]: rule["steps"][1]["action"] for rule in files["data/rules.yml"]["rules"]}
    assert set(rules) == {*intents, "nlu_fallback"} == set(files["domain.yml"]["intents"])
    assert len(set(rules.values())) == len(rules)
    assert set(rules.values()) == set(files["domain.yml"]["actions"])


def test_rasa_is_left_to_choose_pipeline_and_policies() -> None:
    configuration = yaml.safe_load(project(SENTENCES)["config.yml"])
    assert configuration["pipeline"] is None
    assert configuration["policies"] is None


def test_the_action_server_finds_an_action_for_every_rule_and_it_says_its_answer(tmp_path: Path) -> None:
    said = answers(SENTENCES)
    (tmp_path / "answers.json").write_text(json.dumps(said), "utf-8")
    code = """
import json
from rasa_sdk.executor import ActionExecutor, CollectingDispatcher
executor = ActionExecutor()
executor.register_package("evaluation.bench.stock_actions")
found = {}
for name, run in executor.actions.items():
    dispatcher = CollectingDispatcher()
    run(dispatcher, None, {})
    found[name] = dispatcher.messages[0]["text"]
print(json.dumps(found))
"""
    environment = {**os.environ, "BENCH_ANSWERS": str(tmp_path / "answers.json"), "PYTHONWARNINGS": "ignore"}
    python = str(ROOT / ".venvs" / "rasa" / "bin" / "python")
    done = subprocess.run(
        [python, "-c", code], cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True, check=True
    )
    assert json.loads(done.stdout.splitlines()[-1]) == said
    assert said["action_answer_rights_erasure"].startswith("Vous disposez d'un droit de suppression")
