import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../../adapters/config.js';
import { freePorts, HOST, launch, missingAt, placeOf, temporaryFolder, versionOf } from './server.js';
import type { ServerKind } from './server.js';

/** The administrator of the test server. */
export const MLFLOW_ADMIN = { user: 'admin', password: 'finsight-test-secret' } as const;

/** It imports for 10 s on two idle cores, and for most of a minute on busy ones. */
const READY_MS = 120_000;

/** The real server with users and permissions (basic auth), its records in SQLite, artifacts through itself. */
export const mlflow: ServerKind = {
  name: `MLflow ${versionOf('mlflow')}`,
  quick: true,
  missing: () => missingAt('mlflow', join('bin', 'python')),
  async start() {
    const folder = temporaryFolder('mlflow');
    const [port] = await freePorts(1);
    const users = join(folder, 'auth.ini');
    const settings = {
      default_permission: 'NO_PERMISSIONS',
      database_uri: `sqlite:///${join(folder, 'users.db')}`,
      admin_username: MLFLOW_ADMIN.user,
      admin_password: MLFLOW_ADMIN.password,
      authorization_function: 'mlflow.server.auth:authenticate_request_basic_auth',
    };
    const lines = Object.entries(settings).map(([name, value]) => `${name} = ${value}`);
    writeFileSync(users, ['[mlflow]', ...lines, ''].join('\n'));
    return launch({
      name: 'MLflow',
      command: join(placeOf('mlflow'), 'bin', 'python'),
      args: [join(projectRoot(), 'infra', 'test-servers', 'mlflow', 'serve.py'), HOST, String(port)],
      folder,
      address: `${HOST}:${port}`,
      env: {
        MLFLOW_AUTH_CONFIG_PATH: users,
        // What the command "mlflow server" passes on to its workers.
        _MLFLOW_SERVER_FILE_STORE: `sqlite:///${join(folder, 'mlflow.db')}`,
        _MLFLOW_SERVER_ARTIFACT_ROOT: 'mlflow-artifacts:/',
        _MLFLOW_SERVER_SERVE_ARTIFACTS: 'true',
        _MLFLOW_SERVER_ARTIFACT_DESTINATION: join(folder, 'artifacts'),
        _MLFLOW_SGI_NAME: 'uvicorn',
        MLFLOW_FLASK_SERVER_SECRET_KEY: 'finsight-test-server',
        // Background jobs and usage reports have no part in a test.
        MLFLOW_SERVER_ENABLE_JOB_EXECUTION: 'false',
        MLFLOW_DISABLE_TELEMETRY: 'true',
        OMP_NUM_THREADS: '1',
      },
      ready: () => ready(`http://${HOST}:${port}`),
      readyMs: READY_MS,
    });
  },
};

/** Its tables are made at the first question: a server that is killed while it makes them never comes up again. */
async function ready(url: string): Promise<void> {
  const health = await fetch(`${url}/health`, { signal: AbortSignal.timeout(2000) });
  await health.arrayBuffer();
  const user = Buffer.from(`${MLFLOW_ADMIN.user}:${MLFLOW_ADMIN.password}`).toString('base64');
  const answer = await fetch(`${url}/api/2.0/mlflow/registered-models/search?max_results=1`, {
    headers: { authorization: `Basic ${user}` },
    signal: AbortSignal.timeout(READY_MS),
  });
  if (!answer.ok) throw new Error(`MLflow answers ${answer.status}: ${await answer.text()}`);
}
