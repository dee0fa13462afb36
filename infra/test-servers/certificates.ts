import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { onPath } from './server.js';

/** PEM files. */
export interface Certificate {
  cert: string;
  key: string;
}

/** Why no certificates can be made here, or null. */
export const certificatesMissing = (): string | null =>
  onPath('openssl') ? null : 'openssl is not installed; run: apt install openssl';

const CURVE = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
const VALID = ['-days', '2'];

/** An authority that signed itself, by which `sign` makes certificates for names and addresses; all in one folder. */
export function madeAuthority(
  folder: string,
  name = 'ca',
): Certificate & { sign(name: string, subjects: string[]): Certificate } {
  const at = (file: string): string => join(folder, file);
  const openssl = (...args: string[]): void =>
    void execFileSync('openssl', args, { cwd: folder, stdio: 'pipe', timeout: 20_000 });
  const own = { cert: at(`${name}.pem`), key: at(`${name}.key`) };
  openssl('req', '-x509', ...CURVE, ...VALID, '-subj', `/CN=${name}`, '-keyout', own.key, '-out', own.cert);
  return {
    ...own,
    sign(leaf, subjects) {
      const made = { cert: at(`${leaf}.pem`), key: at(`${leaf}.key`) };
      const [request, extensions] = [at(`${leaf}.csr`), at(`${leaf}.ext`)];
      writeFileSync(extensions, `basicConstraints=CA:FALSE\nsubjectAltName=${subjects.join(',')}\n`);
      openssl('req', ...CURVE, '-subj', `/CN=${leaf}`, '-keyout', made.key, '-out', request);
      const by = ['-CA', own.cert, '-CAkey', own.key, '-CAcreateserial'];
      openssl('x509', '-req', '-in', request, ...by, ...VALID, '-extfile', extensions, '-out', made.cert);
      return made;
    },
  };
}
