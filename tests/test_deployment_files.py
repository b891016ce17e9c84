"""The deployment files, checked as far as can be without a container engine."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
from django.core.management import get_commands, load_command_class

from tests import deployment

PRODUCTION = {
    "DEBUG": "off",
    "SECRET_KEY": "a-key-for-this-test-alone",
    "ALLOWED_HOSTS": "crm.example.com",
    "DATABASE_URL": "postgres://nobody@127.0.0.1:1/none",
    "REDIS_URL": "redis://127.0.0.1:1/0",
    "EMAIL_URL": "smtp://127.0.0.1:1",
}
SECONDS = 60


def run(*arguments: str, environment: Mapping[str, str] = PRODUCTION) -> subprocess.CompletedProcess[str]:
    """Run a program of the virtual environment from the checkout, with no variable but these and PATH."""
    programs = Path(sys.executable).parent
    return subprocess.run(
        [programs / arguments[0], *arguments[1:]],
        cwd=deployment.ROOT,
        env={"PATH": f"{programs}:{os.environ['PATH']}", **environment},
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )


# --- Variables -------------------------------------------------------------------------------------------------------
def test_env_example_documents_every_variable_read() -> None:
    read = deployment.settings_variables() | deployment.compose_variables() | deployment.dockerfile_variables()

    assert sorted(read - deployment.documented_variables()) == []


def test_env_example_documents_no_variable_that_nothing_reads() -> None:
    read = deployment.settings_variables() | deployment.compose_variables() | deployment.dockerfile_variables()

    assert sorted(deployment.documented_variables() - read) == []


def test_env_example_leaves_exactly_two_lines_to_fill_in() -> None:
    active = re.findall(r"^([A-Z_]+=.*)$", deployment.text(".env.example"), flags=re.MULTILINE)

    assert active == ["SECRET_KEY=", "POSTGRES_PASSWORD="]


@pytest.mark.parametrize("missing", ["SECRET_KEY", "ALLOWED_HOSTS"])
def test_production_without_a_required_variable_refuses_to_start(missing: str) -> None:
    result = run("python", "manage.py", "check", environment=PRODUCTION | {missing: ""})

    assert result.returncode != 0
    assert f"{missing} is not set" in result.stderr


# --- The compose file ------------------------------------------------------------------------------------------------
def test_compose_defines_the_whole_system() -> None:
    services = set(deployment.compose()["services"])

    assert services == {"postgres", "valkey", "mail", "migrate", "web", "worker", "beat"}


def test_compose_takes_every_required_variable_from_env_or_refuses() -> None:
    must_be_filled = set(re.findall(r"\$\{([A-Z_]+):\?", deployment.text("docker-compose.yml")))

    assert must_be_filled == {"SECRET_KEY", "POSTGRES_PASSWORD"}


@pytest.mark.parametrize("name", sorted(deployment.app_services()))
def test_compose_app_service_gets_all_of_env_with_debug_off(name: str) -> None:
    service = deployment.app_services()[name]

    assert service["env_file"] == ".env"
    assert service["environment"]["DEBUG"] == "off"
    assert set(PRODUCTION) <= set(service["environment"])


def test_compose_dependencies_wait_for_what_can_be_waited_for() -> None:
    services = deployment.compose()["services"]
    waits = [
        (wanted["condition"], services[needed])
        for service in services.values()
        for needed, wanted in service.get("depends_on", {}).items()
    ]

    healthy = [service for condition, service in waits if condition == "service_healthy"]
    finished = [service for condition, service in waits if condition == "service_completed_successfully"]
    assert len(waits) == len(healthy) + len(finished)
    assert all("test" in service["healthcheck"] for service in healthy)
    assert all(service["restart"] == "no" for service in finished)


def test_compose_named_volumes_are_declared() -> None:
    loaded = deployment.compose()
    mounted = {volume.split(":")[0] for service in loaded["services"].values() for volume in service.get("volumes", [])}

    assert mounted == set(loaded["volumes"])


def test_compose_ports_are_published_on_this_host_alone() -> None:
    ports = [port for service in deployment.compose()["services"].values() for port in service.get("ports", [])]

    assert len(ports) == 2
    assert all(port.startswith("127.0.0.1:") for port in ports)


def test_compose_management_commands_take_their_arguments() -> None:
    commands = [deployment.words(service.get("command", "")) for service in deployment.app_services().values()]
    managed = [command for command in commands if command[:2] == ["python", "manage.py"]]

    for _, program, name, *arguments in managed:
        load_command_class(get_commands()[name], name).create_parser(program, name).parse_args(arguments)

    assert [command[2] for command in managed] == ["migrate"]


@pytest.mark.parametrize("name", ["worker", "beat"])
def test_compose_celery_command_takes_its_arguments(name: str) -> None:
    command = deployment.words(deployment.app_services()[name]["command"])

    result = run(*command, "--help")

    assert command[0] == "celery"
    assert result.returncode == 0, result.stderr


def test_compose_worker_healthcheck_takes_its_arguments() -> None:
    kind, line = deployment.app_services()["worker"]["healthcheck"]["test"]

    result = run(*deployment.words(line), "--help")

    assert kind == "CMD-SHELL"
    assert result.returncode == 0, result.stderr


def test_compose_worker_healthcheck_asks_what_workers_answer() -> None:
    _, line = deployment.app_services()["worker"]["healthcheck"]["test"]
    program, option, app, verb, question, *_ = deployment.words(line)

    result = run(program, option, app, verb, "--list")

    assert question in result.stdout.split()


# --- The image -------------------------------------------------------------------------------------------------------
def test_dockerfile_web_command_serves_the_application() -> None:
    command = json.loads(deployment.instructions("CMD")[-1])

    result = run(*command, "--check-config")

    assert command[0] == "gunicorn"
    assert result.returncode == 0, result.stderr


def test_dockerfile_collects_static_files_with_what_it_sets() -> None:
    line = next(line for line in deployment.instructions("RUN") if "manage.py" in line)
    *assignments, python, program, name, option = line.split(" && ")[0].split()
    environment = dict(pair.split("=") for pair in [*assignments, "DEBUG=off"])

    result = run(python, program, name, option, "--dry-run", environment=environment)

    assert name == "collectstatic"
    assert any("DEBUG=off" in line for line in deployment.instructions("ENV"))
    assert result.returncode == 0, result.stderr


def test_dockerfile_installs_only_what_production_needs_and_drops_root() -> None:
    installed = [line for line in deployment.instructions("RUN") if "pip install" in line]

    assert len(installed) == 1
    assert "--require-hashes" in installed[0]
    assert installed[0].endswith("-r requirements.txt")
    assert deployment.instructions("USER") == ["crm"]


def test_dockerignore_keeps_secrets_and_data_out_and_lets_the_code_in() -> None:
    ignored = set(deployment.text(".dockerignore").splitlines())
    needed = {"manage.py", "requirements.txt", "deploy", "templates"}
    needed |= {"api", "users", "events", "relations", "mailing", "crm_project"}

    assert {".env", ".env.*", ".git", ".venv", "var"} <= ignored
    assert needed & ignored == set()


# --- Pinned requirements ---------------------------------------------------------------------------------------------
def test_development_pins_what_production_runs() -> None:
    production, development = (
        set(re.findall(r"^(\S+==\S+)", deployment.text(name), flags=re.MULTILINE))
        for name in ("requirements.txt", "requirements-dev.txt")
    )

    assert sorted(production - development) == []
