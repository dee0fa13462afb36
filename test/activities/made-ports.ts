import { readConfig } from '../../adapters/config.js';
import { openPorts } from '../../adapters/open.js';
import type { Ports } from '../../adapters/ports.js';
import { temporaryDirectory } from '../temporal.js';

/** The embedded stores in a directory of their own, with some ports replaced. */
export function madePorts(replaced: Partial<Ports> = {}): {
  ports: Ports;
  directory: string;
  remove(): Promise<void>;
} {
  const directory = temporaryDirectory();
  const opened = openPorts(readConfig({ FINSIGHT_DATA_DIR: directory.path, FINSIGHT_ML: 'off' }));
  return {
    ports: { ...opened, ...replaced },
    directory: directory.path,
    async remove() {
      await opened.close();
      directory.remove();
    },
  };
}
