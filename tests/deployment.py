"""What the deployment files say, read the way that their tools read them."""

import ast
import re
import shlex
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parent.parent
READERS = {"_required_in_production", "_whole_number"}  # the settings' own readers beside env.…()


def text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def compose() -> dict[str, Any]:
    """Return the compose file with its anchors merged."""
    loaded: dict[str, Any] = yaml.safe_load(text("docker-compose.yml"))
    return loaded


def app_services() -> dict[str, dict[str, Any]]:
    """Return the services that run this project's own image."""
    return {name: service for name, service in compose()["services"].items() if "build" in service}


def words(command: str | list[str]) -> list[str]:
    """Return a command of the compose file as arguments, ``$$`` being its way to write ``$``."""
    arguments = shlex.split(command) if isinstance(command, str) else command
    return [argument.replace("$$", "$") for argument in arguments]


def instructions(keyword: str) -> list[str]:
    """Return the arguments of every ``keyword`` of the Dockerfile, continued lines joined and comments left out."""
    lines = [line for line in text("Dockerfile").splitlines() if not line.startswith("#")]
    joined = re.sub(r"\\\n\s*", " ", "\n".join(lines))
    return re.findall(rf"^{keyword} (.*)$", joined, flags=re.MULTILINE)


def documented_variables() -> set[str]:
    return set(re.findall(r"^#?([A-Z][A-Z0-9_]*)=", text(".env.example"), flags=re.MULTILINE))


def compose_variables() -> set[str]:
    """Return the variables that the compose file takes from ``.env``."""
    return set(re.findall(r"(?<!\$)\$\{([A-Z0-9_]+)", text("docker-compose.yml")))


def dockerfile_variables() -> set[str]:
    """Return the variables that the Dockerfile sets for the project or uses without having named them itself."""
    used = set(re.findall(r"\$\{?([A-Z0-9_]+)", text("Dockerfile")))
    build_arguments = {argument.split("=")[0] for argument in instructions("ARG")}
    return used - build_arguments - {"PATH"}


def settings_variables() -> set[str]:
    """Return the names that the settings read from the environment, found in their source."""
    calls = [node for node in ast.walk(ast.parse(text("crm_project/settings.py"))) if isinstance(node, ast.Call)]
    return {name for call in calls if (name := _name_read_by(call))}


def _name_read_by(call: ast.Call) -> str | None:
    reader = ast.unparse(call.func)
    reads = bool(re.fullmatch(r"env(\.\w+)?", reader)) or reader in READERS
    if not (reads and call.args and isinstance(call.args[0], ast.Constant)):
        return None
    return str(call.args[0].value)
