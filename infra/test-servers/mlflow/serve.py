"""MLflow's server in one process, so that a kill leaves no worker behind: `python serve.py <host> <port>`."""

import sys

import uvicorn
from mlflow.server.auth import create_app

if __name__ == "__main__":
    host, port = sys.argv[1:]
    uvicorn.run(create_app(), host=host, port=int(port), log_level="warning", timeout_graceful_shutdown=1)
