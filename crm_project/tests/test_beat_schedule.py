from crm_project.celery import app


def test_beat_rings_tasks_that_there_are() -> None:
    app.loader.import_default_modules()

    for entry in app.conf.beat_schedule.values():
        assert entry["task"] in app.tasks
        assert "args" not in entry
