"""The manifests of a cluster: valid, whole, and of one mind with the program."""

import re
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml

from gateway.settings import Settings
from tests.conftest import ROOT

DEPLOY = ROOT / "deploy"
FILES = sorted((DEPLOY / "kubernetes").glob("*.yaml"))
KUBERNETES = "1.31"  # the oldest that is meant; ContainerResource of the autoscaler is stable since 1.30
# Read by what is not the gateway: supervisor/rasa_server.py, server/, deploy/endpoints.yml, the libraries for traces.
OTHERS = {
    "RASA_BIND",
    "RASA_DRAIN_SECONDS",
    "RASA_ENDPOINTS",
    "RASA_PORT",
    "RASA_TOKEN",
    "ACTIONS_PORT",
    "AMQP_URL",
    "OTEL_EXPORTER_OTLP_ENDPOINT",
}


def resources(file: Path) -> list[dict[str, Any]]:
    """What a file of manifests declares."""
    return list(yaml.safe_load_all(file.read_text("utf-8")))


ALL = [resource for file in FILES for resource in resources(file)]


def named(kind: str, name: str) -> dict[str, Any]:
    """The resource of a kind and name."""
    (found,) = [one for one in ALL if one["kind"] == kind and one["metadata"]["name"] == name]
    return found


def templates() -> dict[str, dict[str, Any]]:
    """What pods are made from, by the name of their deployment or job."""
    specs = {one["metadata"]["name"]: one["spec"] for one in ALL if one["kind"] in ("Deployment", "CronJob")}
    return {name: spec.get("jobTemplate", {}).get("spec", spec)["template"] for name, spec in specs.items()}


def containers() -> list[tuple[str, dict[str, Any]]]:
    """Every container, with the name of its deployment or job."""
    return [(name, one) for name, template in templates().items() for one in template["spec"]["containers"]]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_every_resource_is_valid(file: Path) -> None:
    for resource in resources(file):
        kubernetes_validate.validate(resource, KUBERNETES, strict=True)


def test_a_resource_with_a_mistake_is_refused() -> None:
    broken = named("Deployment", "gateway") | {"spec": {"replica": 2}}
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(broken, KUBERNETES, strict=True)


def test_all_that_is_applied_is_there_and_all_but_the_example_is_applied() -> None:
    applied = yaml.safe_load((DEPLOY / "kustomization.yaml").read_text("utf-8"))
    assert {DEPLOY / name for name in applied["resources"]} == {
        file for file in FILES if not file.name.endswith(".example.yaml")
    }
    given = {one["name"]: {DEPLOY / name for name in one["files"]} for one in applied["configMapGenerator"]}
    assert given == {"nginx": set((DEPLOY / "nginx").glob("*.conf")), "backup": {DEPLOY / "backup" / "backup.sh"}}
    images = {container["image"].partition(":")[0] for _, container in containers()}
    assert {image["name"] for image in applied["images"]} == images - {"nginx", "postgres"}


@pytest.mark.parametrize(("deployment", "container"), containers(), ids=lambda value: str(value)[:20])
def test_no_container_may_do_more_than_it_needs(deployment: str, container: dict[str, Any]) -> None:
    pod = templates()[deployment]["spec"]
    assert pod["securityContext"]["runAsNonRoot"]
    assert pod["automountServiceAccountToken"] is False
    context = container["securityContext"]
    assert context["readOnlyRootFilesystem"]
    assert context["allowPrivilegeEscalation"] is False
    assert context["capabilities"] == {"drop": ["ALL"]}
    assert container["resources"]["requests"].keys() == {"cpu", "memory"}
    assert "memory" in container["resources"]["limits"]


@pytest.mark.parametrize("name", ["gateway", "rasa", "nginx"])
def test_an_update_takes_nothing_away_before_its_successor_is_ready(name: str) -> None:
    deployment = named("Deployment", name)["spec"]
    assert deployment["strategy"]["rollingUpdate"] == {"maxSurge": 1, "maxUnavailable": 0}
    pod = deployment["template"]["spec"]
    for container in pod["containers"]:
        drains = {"name": "RASA_DRAIN_SECONDS", "value": "8"} in container.get("env", ())
        assert drains or "preStop" in container["lifecycle"]
    assert "readinessProbe" in pod["containers"][0]
    assert named("PodDisruptionBudget", name)["spec"]["selector"] == deployment["selector"]


def test_an_update_waits_until_nginx_has_come_back_to_a_server() -> None:
    upstreams = (DEPLOY / "nginx" / "upstreams.conf").read_text("utf-8")
    longest = max(map(int, re.findall(r"fail_timeout=(\d+)s", upstreams)))
    assert all(named("Deployment", name)["spec"]["minReadySeconds"] > longest for name in ("gateway", "rasa"))


def test_services_and_policies_select_pods_that_there_are() -> None:
    pods = [template["metadata"]["labels"] for template in templates().values()]
    for one in ALL:
        wanted = {
            "Service": lambda spec: spec["selector"],
            "NetworkPolicy": lambda spec: spec["podSelector"].get("matchLabels", {}),
        }.get(one["kind"])
        if wanted is not None:
            assert any(wanted(one["spec"]).items() <= labels.items() for labels in pods), one["metadata"]["name"]


def test_nginx_finds_the_services_and_ports_that_there_are() -> None:
    upstreams = (DEPLOY / "nginx" / "upstreams.conf").read_text("utf-8")
    for name, namespace, port in re.findall(
        r"server ([a-z-]+)\.([a-z]+)\.svc\.cluster\.local:(\d+) resolve", upstreams
    ):
        service = named("Service", name)["spec"]
        assert namespace == named("Namespace", "assistant")["metadata"]["name"]
        assert service["clusterIP"] == "None"
        assert [one["port"] for one in service["ports"]] == [int(port)]
    (nginx,) = [container for name, container in containers() if name == "nginx"]
    listened = re.findall(
        r"listen (\d+)", "".join(file.read_text("utf-8") for file in (DEPLOY / "nginx").glob("*.conf"))
    )
    assert sorted(map(int, listened)) == sorted(port["containerPort"] for port in nginx["ports"])


def test_the_program_knows_every_setting_and_takes_their_values() -> None:
    source = "".join(file.read_text("utf-8") for file in (ROOT / "gateway").rglob("settings.py"))
    given: dict[str, str] = {}
    for name, container in containers():
        given |= {one["name"]: one["value"] for one in container.get("env", ()) if name == "gateway"}
    given |= named("ConfigMap", "settings")["data"]
    secret = {name for one in ALL if one["kind"] == "Secret" for name in one["stringData"]}
    for setting in given.keys() | secret:
        assert f'"{setting}"' in source or setting in OTHERS, setting
    settings = Settings.from_environment(given)
    assert settings.bind == "0.0.0.0"
    assert settings.trusted_proxies


def test_each_side_gets_its_own_secrets_only() -> None:
    sources = {
        (name, container["name"]): {
            one["secretRef"]["name"] for one in container.get("envFrom", ()) if "secretRef" in one
        }
        for name, container in containers()
    }
    assert sources == {
        ("gateway", "gateway"): {"gateway"},
        ("rasa", "rasa"): {"rasa"},
        ("rasa", "actions"): set(),
        ("nginx", "nginx"): set(),
        ("backup", "backup"): set(),
    }
    assert "AMQP_URL" not in named("Secret", "gateway")["stringData"]
    assert not {"AGENT_KEY", "IVR_KEY"} & named("Secret", "rasa")["stringData"].keys()


def test_what_the_images_run_and_copy_is_there() -> None:
    text = (DEPLOY / "containers" / "Containerfile").read_text("utf-8")
    for module in [*re.findall(r'"-m", "([a-z_.]+)"', text), "supervisor.actions_server"]:
        path = ROOT / module.replace(".", "/")
        assert path.with_suffix(".py").exists() or (path / "__main__.py").exists(), module
    for script in re.findall(r"scripts/[a-z-]+\.sh", text):
        assert (ROOT / script).exists()
    stages = re.findall(r"AS ([a-z-]+)$", text, re.MULTILINE)
    assert set(re.findall(r"--from=([a-z-]+)", text)) <= set(stages)
    ignored = (ROOT / ".containerignore").read_text("utf-8").split()
    copied = {"gateway", "server", "nlu", "policies_kb", "requirements", "scripts", "data", "deploy", "web"}
    assert not copied & set(ignored)
