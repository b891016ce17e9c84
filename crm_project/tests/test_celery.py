"""What the workers say about the account that they run under."""

import os
import warnings

import pytest
from celery.platforms import check_privileges
from celery.signals import celeryd_init
from pytest_django import Settings

import crm_project.celery  # noqa: F401  # connects what is tried here


def said_as_root(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Start a worker as far as Celery's look at its user, which is root; return the warnings."""
    for name in ("getuid", "geteuid", "getgid", "getegid"):
        monkeypatch.setattr(os, name, lambda: 0)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        celeryd_init.send(sender="worker@here", instance=None, conf=None, options={})
        check_privileges({"json"})
    return [str(warning.message).partition(":")[0] for warning in caught]


def test_root_is_not_warned_where_it_is_tried_out(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> None:
    settings.DEBUG = True

    assert said_as_root(monkeypatch) == []


def test_root_is_warned_in_production(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> None:
    settings.DEBUG = False

    assert said_as_root(monkeypatch) == ["You're running the worker with superuser privileges"]
