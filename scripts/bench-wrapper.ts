// What the wrapper takes in a RUN that touches nothing, without BuildKit: the command with the launcher and without, in turns, in an overlay of
// a base image. Beside a build's hundreds of milliseconds it could not be seen. Needs Linux and mount namespaces.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { arch, tmpdir } from 'node:os';
import { join } from 'node:path';
import { stripRules, stripRulesFor } from '../src/rewrite/strip.ts';
import { wrapperFiles } from '../src/runtime/files.ts';
import { launcher } from '../src/runtime/launcher.ts';
import { openLayout } from '../test/support/layout.ts';
import { median } from './bench-table.ts';

/** Starts of the command in one measurement: the kernel tells of time in hundredths of a second. */
const STARTS = 100;

/** `prepare BOX STARTS LAUNCHER`: the times of the shell and of what it started, as times(1) writes them. */
const MEASURE = `set -e
box=$1 starts=$2 launcher=$3
mount -t tmpfs none "$box/writable"
mkdir "$box/writable/upper" "$box/writable/work"
mount -t overlay overlay -o "lowerdir=$box/base,upperdir=$box/writable/upper,workdir=$box/writable/work" "$box/root"
mount -t tmpfs none "$box/root/dev"
mkdir "$box/root/dev/.repro" "$box/root/dev/.repro-state"
: > "$box/root/dev/null"
mount --bind /dev/null "$box/root/dev/null"
cp -p "$box/wrapper/"* "$box/root/dev/.repro/"
while [ "$starts" -gt 0 ]; do
  mount -t tmpfs none "$box/root/dev/.repro-state"
  chroot "$box/root" $launcher /bin/sh -c :
  umount "$box/root/dev/.repro-state"
  starts=$((starts - 1))
done
times
`;

/** Milliseconds. */
export interface WrapperCost {
  readonly wall: number;
  /** User and system time. */
  readonly processor: number;
}

/** What the wrapper adds to one start of a command in the image of a layout folder, by the medians of `rounds` pairs. */
export function wrapperCost(layout: string, rounds: number): WrapperCost {
  const box = mkdtempSync(join(tmpdir(), 'repro-bench-wrapper-'));
  try {
    for (const folder of ['base', 'root', 'writable', 'wrapper']) mkdirSync(join(box, folder));
    const { images, blob } = openLayout(layout);
    for (const { descriptor } of images().flatMap(({ layers }) => layers)) must('tar', ['-xz', '-C', join(box, 'base')], blob(descriptor.digest));
    const program = launcher(arch() === 'x64' ? 'amd64' : arch());
    if (program === undefined) throw new Error(`there is no launcher for ${arch()}`);
    const strip = stripRulesFor(stripRules({ enabled: true, add: [], remove: [] }), { mountTargets: [], tools: [] });
    const files = wrapperFiles({ strip, sudo: false });
    for (const { name, mode, data } of [...files, { name: 'exec', mode: 0o755, data: program }]) writeFileSync(join(box, 'wrapper', name), data, { mode });
    const pairs = Array.from({ length: rounds + 1 }, () => [measure(box, '/dev/.repro/exec'), measure(box, '')] as const).slice(1);
    const added = (kind: keyof WrapperCost): number => median(pairs.map(([on, off]) => on[kind] - off[kind])) / STARTS;
    return { wall: added('wall'), processor: added('processor') };
  } finally {
    rmSync(box, { recursive: true, force: true });
  }
}

function measure(box: string, launcherPath: string): WrapperCost {
  const unshare = ['--mount', ...(process.getuid?.() === 0 ? [] : ['--map-root-user'])];
  const started = performance.now();
  const output = must('unshare', [...unshare, '/bin/bash', '-c', MEASURE, 'measure', box, String(STARTS), launcherPath]);
  const wall = performance.now() - started;
  const times = [...output.matchAll(/(\d+)m([\d.]+)s/g)].map(([, minutes, seconds]) => Number(minutes) * 60_000 + Number(seconds) * 1000);
  if (times.length !== 4) throw new Error(`times are not as expected: ${output}`);
  return { wall, processor: times.reduce((sum, time) => sum + time, 0) };
}

function must(command: string, args: readonly string[], input: Uint8Array = new Uint8Array()): string {
  const { status, stdout, stderr } = spawnSync(command, args, { input, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command}: ${stderr}`);
  return stdout;
}
