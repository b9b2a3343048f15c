# The gateway listener: the package quire and the dependency group `gateway`, exactly as locked.
FROM public.ecr.aws/docker/library/python:3.13-slim-bookworm AS built
RUN pip install --no-cache-dir "uv>=0.9,<1"
WORKDIR /house
COPY pyproject.toml uv.lock .python-version ./
COPY layers/core layers/core
RUN uv sync --frozen --no-default-groups --group gateway --no-editable --python /usr/local/bin/python3

FROM public.ecr.aws/docker/library/python:3.13-slim-bookworm
COPY --from=built /house/.venv /house/.venv
USER 65534:65534
ENV PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1
ENTRYPOINT ["/house/.venv/bin/python", "-m", "quire.bootstrap.listen_discord"]
