"""MLflow's server in one process, so that a kill leaves no worker behind: `python serve.py <host> <port>`.

Each request of basic auth hashes the password again, for a tenth of a second; here it is hashed once round only.
"""

import sys
from functools import partial

import werkzeug.security

werkzeug.security.generate_password_hash = partial(werkzeug.security.generate_password_hash, method="pbkdf2:sha256:1")

import uvicorn  # noqa: E402
from mlflow.server.auth import create_app  # noqa: E402

if __name__ == "__main__":
    host, port = sys.argv[1:]
    uvicorn.run(create_app(), host=host, port=int(port), log_level="warning", timeout_graceful_shutdown=1)
