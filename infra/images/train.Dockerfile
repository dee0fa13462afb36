# The training worker: the locked Python environment, nothing of Node.
FROM python:3.11.14-slim-bookworm
ENV PYTHONUNBUFFERED=1 FINSIGHT_DATA_DIR=/data UV_PROJECT_ENVIRONMENT=/opt/finsight UV_PYTHON_DOWNLOADS=never
RUN pip install --no-cache-dir uv==0.13.9 && useradd --create-home finsight && mkdir /data && chown finsight /data
WORKDIR /app/ml-pipelines
COPY ml-pipelines/pyproject.toml ml-pipelines/uv.lock ./
RUN uv sync --frozen --no-dev --no-install-project --compile-bytecode
COPY ml-pipelines/ ./
RUN uv sync --frozen --no-dev --compile-bytecode
USER finsight
VOLUME /data
CMD ["/opt/finsight/bin/python", "-m", "finsight_ml", "worker"]
