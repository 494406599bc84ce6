"""The contenders as processes: a tiny model of each that trains quickly, really trained, kept, loaded and asked."""

import json
import subprocess
from pathlib import Path

import pytest

from evaluation.contenders import workers
from evaluation.contenders.compare import ask_in_turn
from evaluation.contenders.subset import Sentence
from evaluation.contenders.workers import OURS, RIVALS, Contender, Worker, WorkerError, trained
from tests.conftest import ROOT

BY_NAME = {contender.name: contender for contender in (OURS, *RIVALS)}
# Stock Rasa takes minutes to train, and shares its code with ours.
IN_ONE_PROCESS = ("ours", "baseline_logistic")
IN_TWO_PROCESSES = ("node_nlp", "baseline_svm")
WORDS = {
    "retention": "combien de temps la durée de conservation",
    "transfers": "vers quel pays hors de l'Europe le transfert",
    "greet": "bonjour salut bonsoir coucou",
}
EXAMPLES = [
    Sentence(f"{' '.join(words.split()[start:])} {extra}", intent, "plain")
    for intent, words in WORDS.items()
    for start in range(3)
    for extra in ("s'il vous plaît", "svp", "0694")
]


def answers_what_it_learned(worker: Worker) -> None:
    """Every intent is found; shares and times are what they say they are."""
    for intent, words in WORDS.items():
        answered = worker.ask({"text": words})
        assert answered["ranking"][0][0] == intent
        shares = [share for _, share in answered["ranking"]]
        assert shares == sorted(shares, reverse=True)
        assert 0 < sum(shares) <= 1.001
        assert 0 < answered["classifying"] <= answered["seconds"]
        assert answered["decided"]
    assert worker.peak_mb() > 10


@pytest.fixture(scope="session", autouse=True)
def _environments() -> None:
    """What the contenders run in; nothing when it is there."""
    subprocess.run([str(ROOT / "scripts" / "setup.sh"), "rasa-test", "evaluation"], cwd=ROOT, check=True)
    subprocess.run([str(ROOT / "scripts" / "node_modules.sh")], cwd=ROOT, check=True)


@pytest.fixture(autouse=True)
def _cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "CACHE", tmp_path / "cache")


@pytest.mark.parametrize("name", IN_TWO_PROCESSES)
def test_a_contender_is_trained_once_and_answers_what_it_learned(name: str, tmp_path: Path) -> None:
    contender = BY_NAME[name]
    said: list[str] = []
    first = trained(contender, EXAMPLES, None, said.append)
    assert said[0] == f"Training {contender.title} on {len(EXAMPLES)} sentences…"
    assert said[-1].startswith(f"  Training {contender.title}: done, ")
    assert first.seconds > 0
    assert first.training_peak_mb > 10
    assert first.model_mb > 0
    said.clear()
    assert trained(contender, EXAMPLES, None, said.append) == first
    assert said == []

    with Worker(contender, tmp_path / "log") as worker:
        assert worker.ask({"load": str(first.folder)})["seconds"] > 0
        answers_what_it_learned(worker)


@pytest.mark.parametrize("name", IN_ONE_PROCESS)
def test_a_contender_can_be_asked_where_it_was_trained(name: str, tmp_path: Path) -> None:
    data, model = tmp_path / "data.json", tmp_path / "model"
    model.mkdir()
    data.write_text(json.dumps([{"text": example.text, "intent": example.intent} for example in EXAMPLES]), "utf-8")
    with Worker(BY_NAME[name], tmp_path / "log") as worker:
        worker.ask({"train": str(data), "model": str(model), "epochs": None})
        worker.ask({"load": str(model)})
        answers_what_it_learned(worker)


def test_other_data_or_other_epochs_are_another_model() -> None:
    contender = BY_NAME["node_nlp"]
    folders = {
        trained(contender, examples, epochs, lambda line: None).folder
        for examples in (EXAMPLES, EXAMPLES[::-1])
        for epochs in (None, 2)
    }
    assert len(folders) == 4


def test_a_training_that_did_not_end_is_done_again() -> None:
    contender = BY_NAME["node_nlp"]
    folder = trained(contender, EXAMPLES, None, lambda line: None).folder.parent
    (folder / "trained.json").unlink()
    said: list[str] = []
    trained(contender, EXAMPLES, None, said.append)
    assert said


def test_node_nlp_says_none_where_it_knows_no_word(tmp_path: Path) -> None:
    contender = BY_NAME["node_nlp"]
    model = trained(contender, EXAMPLES, None, lambda line: None)
    with Worker(contender, tmp_path / "log") as worker:
        worker.ask({"load": str(model.folder)})
        answered = worker.ask({"text": "xyzzy"})
    assert answered["ranking"] == [["None", 1]]
    assert answered["decided"] == "None"


def test_every_sentence_is_asked_of_all_with_its_own_intent(tmp_path: Path) -> None:
    contender = BY_NAME["node_nlp"]
    model = trained(contender, EXAMPLES, None, lambda line: None)
    with Worker(contender, tmp_path / "one") as one, Worker(contender, tmp_path / "other") as other:
        for worker in (one, other):
            worker.ask({"load": str(model.folder)})
        answers = ask_in_turn([one, other], EXAMPLES[:5])
    for answered in answers:
        assert [answer.intent for answer in answered] == [example.intent for example in EXAMPLES[:5]]
        assert [answer.first for answer in answered] == [example.intent for example in EXAMPLES[:5]]


def test_a_contender_that_dies_leaves_its_last_words(tmp_path: Path) -> None:
    with (
        Worker(BY_NAME["baseline_svm"], tmp_path / "log") as worker,
        pytest.raises(WorkerError, match=r"(?s)scikit-learn \(SVM\) gave no answer\..*FileNotFoundError"),
    ):
        worker.ask({"load": str(tmp_path / "nowhere")})


def test_a_command_that_prints_something_else_is_no_contender(tmp_path: Path) -> None:
    chatty = Contender("chatty", "chatty", ("echo", "hello"), (), dict)
    with Worker(chatty, tmp_path / "log") as worker, pytest.raises(WorkerError, match="chatty gave no answer"):
        worker.ask({"text": "bonjour"})


def test_the_versions_are_those_that_are_locked() -> None:
    assert BY_NAME["stock_rasa"].versions()["rasa"] == "3.6.21"
    assert set(BY_NAME["node_nlp"].versions()) == {"node-nlp", "node"}
    lock = (ROOT / "requirements" / "evaluation.txt").read_text("utf-8")
    assert f"scikit-learn=={BY_NAME['baseline_svm'].versions()['scikit-learn']} " in lock


def test_the_npm_lock_names_no_host_and_carries_hashes() -> None:
    lock = (ROOT / "evaluation" / "contenders" / "node" / "package-lock.json").read_text("utf-8")
    assert "://" not in lock
    assert lock.count('"node_modules/') == lock.count('"integrity"')
