# syntax=docker/dockerfile:1
ARG PYTHON_VERSION=3.11

# --- The virtual environment, exactly as pinned; the runtime stage gets it ready-made, without build tools ---
FROM python:${PYTHON_VERSION}-slim-bookworm AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /opt/venv
COPY requirements.txt .
RUN /opt/venv/bin/pip install --require-hashes --only-binary :all: -r requirements.txt

# --- What runs: web by default; docker-compose.yml names the commands of worker and beat ---
FROM python:${PYTHON_VERSION}-slim-bookworm
ENV PATH=/opt/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 DEBUG=off
RUN useradd --system --uid 10001 --user-group --no-create-home --shell /usr/sbin/nologin crm
COPY --from=build /opt/venv /opt/venv
WORKDIR /app
COPY . .
# The code stays root's: the processes can read it and change nothing but var/.
RUN SECRET_KEY=only-while-building ALLOWED_HOSTS=localhost python manage.py collectstatic --noinput \
    && install -d -o crm -g crm var
USER crm
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s --retries=3 CMD ["python", "deploy/probe.py", "/health/"]
# WEB_CONCURRENCY, read by gunicorn itself, says how many processes.
CMD ["gunicorn", "crm_project.wsgi", "--config", "python:crm_project.serving", "--bind", "0.0.0.0:8000"]
