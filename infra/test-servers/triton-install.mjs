import { chmodSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Brings the real Triton server without its image: the wheel of nvidia-pytriton holds the binary, its libraries and
 * the Python backend. About 60 MB are loaded, with onnxruntime and numpy for the model files 35 MB more; 250 MB lie
 * on the disk, and it takes 10 to 20 seconds.
 */

/** What a model file of the Python backend imports. */
const PACKAGES = ['numpy==2.4.6', 'onnxruntime==1.32.0'];
/** The backend's process links one libpython: there is a build of it for each of these. */
const CANDIDATES = ['python3.11', 'python3.12', 'python3', 'python3.13'];
const MINORS = [11, 12, 13];
/** The build for 3.13 links the copy in the wheel, which nobody else needs. */
const BUNDLED = /^libpython3-.*\.13\.so/;

const QUESTION = `import json, os, sys, sysconfig
name = sysconfig.get_config_var("INSTSONAME") or ""
wanted = f"libpython3.{sys.version_info[1]}.so.1.0"
places = [sysconfig.get_config_var("LIBDIR") or "", f"/usr/lib/{sysconfig.get_config_var('MULTIARCH')}", "/usr/local/lib"]
found = next((p for p in places if os.path.exists(os.path.join(p, wanted))), None)
print(json.dumps({"path": sys.executable, "minor": sys.version_info[1], "library": found}))`;

/** Fills an empty folder. @throws Error where no Python fits, with what would help */
export function installTriton({ draft, version, run, fromDebian }) {
  const python = findPython({ run, fromDebian });
  const wheel = join(draft, 'wheel');
  const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--only-binary', ':all:'];
  // Its dependencies are for its Python interface; the server needs none of them.
  run(python.path, [...pip, '--no-deps', '--target', wheel, `nvidia-pytriton==${version}`]);
  keepServer(draft, wheel, python.minor);
  const environment = join(draft, 'environment');
  run(python.path, ['-m', 'venv', '--without-pip', environment]);
  const into = ['--python', join(environment, 'bin', 'python')];
  run(python.path, ['-m', 'pip', ...into, ...pip.slice(2), '--no-compile', ...PACKAGES]);
  // Last: what has it is whole.
  writeFileSync(join(draft, 'place.json'), JSON.stringify({ libraries: python.library }));
}

/** The layout stays as in the wheel, since the libraries find each other by relative paths. */
function keepServer(draft, wheel, minor) {
  const server = join(draft, 'pytriton', 'tritonserver');
  const from = join(wheel, 'pytriton', 'tritonserver');
  mkdirSync(server, { recursive: true });
  for (const part of ['bin', 'backends']) renameSync(join(from, part), join(server, part));
  const stub = 'triton_python_backend_stub';
  const python = join(server, 'backends', 'python');
  renameSync(join(from, 'python_backend_stubs', `3.${minor}`, stub), join(python, stub));
  for (const file of [join(python, stub), join(server, 'bin', 'tritonserver')]) chmodSync(file, 0o755);
  const libraries = join(draft, 'nvidia_pytriton.libs');
  renameSync(join(wheel, 'nvidia_pytriton.libs'), libraries);
  for (const name of readdirSync(libraries))
    if (minor !== 13 && BUNDLED.test(name)) rmSync(join(libraries, name));
  const licences = readdirSync(wheel).find((name) => name.endsWith('.dist-info'));
  renameSync(join(wheel, licences), join(draft, licences));
  rmSync(wheel, { recursive: true });
}

function findPython({ run, fromDebian }) {
  const ask = (command) => {
    try {
      return JSON.parse(String(run(command, ['-c', QUESTION])));
    } catch {
      return null;
    }
  };
  const fits = (python) => python && (python.library !== null || python.minor === 13);
  const found = CANDIDATES.map(ask).filter((each) => each && MINORS.includes(each.minor));
  const ready = found.find(fits);
  if (ready) return ready;
  const debian = found.find(({ path }) => path.startsWith('/usr/bin/') && existsSync('/etc/debian_version'));
  if (debian) {
    fromDebian(`libpython3.${debian.minor}`);
    const again = ask(debian.path);
    if (fits(again)) return again;
  }
  throw new Error('needs a Python 3.11 to 3.13 with its shared library (Debian: apt install libpython3.11)');
}
