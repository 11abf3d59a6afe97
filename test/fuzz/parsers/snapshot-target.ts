import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RELEASE_FUNCTIONS } from '../../../src/runtime/apt-method-release.ts';
import { URL_FUNCTIONS } from '../../../src/runtime/apt-method-urls.ts';
import { bytes, bytesOf } from './target.ts';
import type { Target } from './target.ts';

const TIME = '20240101T000000Z';
const SERVER = 'http://snapshot.debian.org/archive/debian';
/** Of the shell's own processor time, in seconds. */
const SECONDS = 1;
const HEAP_KIB = 200_000;
/** Each is a redirection, and each redirection is looked for among those before it. */
const LINES = 60;

/** The rules of the apt method, in a shell that has no program to run: each line as a URL of a list, and as what the server leads to; the whole as a Release file. */
const SCRIPT = `ulimit -t ${SECONDS}
ulimit -v ${HEAP_KIB}
cd "$1" || exit
PATH=/none S=$1 debian=http://snapshot.debian.org/archive/ ubuntu=http://snapshot.ubuntu.com/ time=${TIME}
${URL_FUNCTIONS}${RELEASE_FUNCTIONS}
: > "$S/.notes" > "$S/.redirects"
count=0
while [ $count -lt ${LINES} ] && { IFS= read -r url || [ -n "$url" ]; }; do
  count=$((count + 1))
  if locate "$url"; then printf '%s %s %s\\n' "$from" "$to" "$rest"; fi
  name_of "$url"
  printf '%s\\n' "$name"
  if ! is_endless "$url"; then
    note_redirect "${SERVER}/${TIME}/dists/x/InRelease" "$url"
    is_later "$url" || note_age "$url"
  fi
  note_other "$url/InRelease"
  if canonical "$url"; then printf '%s\\n' "$canonical"; fi
done < input
release_fits input || echo late
exit 0`;

/** What the wrapper reads of lists of sources and of a snapshot server. */
export function snapshotTarget(): Target {
  let folder = '';
  const run = (input: Uint8Array): unknown => {
    if (folder === '') {
      folder = mkdtempSync(join(tmpdir(), 'fuzz-snapshot-'));
      process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
    }
    writeFileSync(join(folder, 'input'), input);
    const { status, signal, stdout, stderr } = spawnSync('/bin/sh', ['-c', SCRIPT, 'sh', folder], { encoding: 'latin1', maxBuffer: 64 << 20 });
    if (status !== 0 || stderr !== '') throw new TypeError(`the shell: ${signal ?? status}: ${stderr.slice(0, 400)}`);
    return stdout;
  };
  return bytes('snapshot lists', run, bytesOf([
    'http://deb.debian.org/debian/dists/bookworm/InRelease\nhttps://security.debian.org/debian-security/pool/x_1.deb\nhttp://archive.ubuntu.com/ubuntu/dists/jammy/Release\n',
    `${SERVER}/20231231T030000Z/dists/bookworm/InRelease\n${SERVER}/20240102T000000Z/x\nhttp://other/20230101T000000Z/a\n`,
    'Origin: Debian\nSuite: stable\nDate: Sat, 30 Dec 2023 10:15:20 UTC\nValid-Until: Sat, 06 Jan 2024 10:15:20 UTC\n',
  ]), ['http://', 'https://', 'deb.debian.org/debian/', '/InRelease', '/20231231T000000Z/', '$(x)', '`x`', '*', '"', "'", '\\', 'Date: ', ' Jan ', '0999', '08', '-1', '[', '${x}', '/..'], 256);
}
