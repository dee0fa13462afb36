"""The calls of MLflow's REST interface that are made, over a dictionary: the whole server is no part of this environment."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit


class MadeMlflow:
    """A server on a free port. `fails` makes the next so many calls answer 500; `refuses` a name whose runs are refused."""

    def __init__(self) -> None:
        self.experiments: dict[str, str] = {}
        self.runs: dict[str, dict] = {}
        self.fails, self.refuses = 0, None
        made = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                parts = urlsplit(self.path)
                self.answer(parts.path, {name: values[0] for name, values in parse_qs(parts.query).items()})

            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["content-length"] or 0)) or b"{}")
                self.answer(urlsplit(self.path).path, body)

            def answer(self, path: str, asked: dict) -> None:
                status, told = made.take(path.rsplit("/mlflow/", 1)[-1], asked)
                data = json.dumps(told).encode()
                self.send_response(status)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *_: object) -> None:
                return

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()

    def take(self, call: str, asked: dict) -> tuple[int, dict]:
        if self.fails:
            self.fails -= 1
            return 500, {"error_code": "INTERNAL_ERROR", "message": "made to fail"}
        match call:
            case "experiments/get-by-name":
                found = self.experiments.get(asked["experiment_name"])
                if found is None:
                    return 404, {"error_code": "RESOURCE_DOES_NOT_EXIST", "message": "none"}
                return 200, {"experiment": {"experiment_id": found, "name": asked["experiment_name"]}}
            case "experiments/create":
                self.experiments[asked["name"]] = "1"
                return 200, {"experiment_id": "1"}
            case "runs/search":
                spec = asked["filter"].split("'")[1]
                return 200, {"runs": [told(run) for run in self.runs.values() if run["tags"].get("spec") == spec]}
            case "runs/create":
                if asked["run_name"] == self.refuses:
                    return 400, {"error_code": "INVALID_PARAMETER_VALUE", "message": "made to refuse"}
                run = {"id": f"run{len(self.runs)}", "status": "RUNNING", "params": {}, "metrics": [], "tags": {}}
                run["tags"].update({each["key"]: each["value"] for each in asked.get("tags", [])})
                self.runs[run["id"]] = run
                return 200, {"run": told(run)}
            case "runs/log-batch":
                run = self.runs[asked["run_id"]]
                run["params"].update({each["key"]: each["value"] for each in asked.get("params", [])})
                run["tags"].update({each["key"]: each["value"] for each in asked.get("tags", [])})
                run["metrics"] += [(each["key"], each["value"], each["step"]) for each in asked.get("metrics", [])]
                return 200, {}
            case "runs/update":
                self.runs[asked["run_id"]]["status"] = asked["status"]
                return 200, {"run_info": told(self.runs[asked["run_id"]])["info"]}
            case "runs/get":
                return 200, {"run": told(self.runs[asked["run_id"]])}
            case _:
                return 404, {"error_code": "ENDPOINT_NOT_FOUND", "message": call}


def told(run: dict) -> dict:
    info = {"run_id": run["id"], "run_uuid": run["id"], "experiment_id": "1", "status": run["status"], "start_time": 0, "lifecycle_stage": "active"}
    return {"info": info, "data": {"tags": [{"key": key, "value": value} for key, value in run["tags"].items()]}}
