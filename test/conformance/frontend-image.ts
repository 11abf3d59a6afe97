import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeLayout } from '../support/layout.ts';
import { architecture } from '../support/registry.ts';
import { packFolder } from './image.ts';

/** Labels of the reference's image (frontend/dockerfile/cmd/dockerfile-frontend/Dockerfile). */
const LABELS = {
  'moby.buildkit.frontend.network.none': 'true',
  'moby.buildkit.frontend.caps': 'moby.buildkit.frontend.inputs,moby.buildkit.frontend.subrequests,moby.buildkit.frontend.contexts,moby.buildkit.frontend.gitquerystring',
};

/** Writes a frontend image that holds one program, as an OCI layout in a folder. */
export async function writeFrontendLayout(program: string, folder: string): Promise<void> {
  const root = mkdtempSync(join(tmpdir(), 'frontend-'));
  try {
    mkdirSync(join(root, 'bin'));
    copyFileSync(realpathSync(program), join(root, 'bin/dockerfile-frontend'));
    chmodSync(join(root, 'bin/dockerfile-frontend'), 0o755);
    const config = { Env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'], Entrypoint: ['/bin/dockerfile-frontend'], Labels: LABELS };
    writeLayout(folder, { layers: [await packFolder(root)], config, architecture: architecture(), created: '1970-01-01T00:00:00Z' });
  } finally {
    rmSync(root, { recursive: true });
  }
}

/** The same in a tar, which is how the tests take it. */
export async function writeFrontendTar(program: string, path: string): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'layout-'));
  try {
    await writeFrontendLayout(program, folder);
    writeFileSync(path, await packFolder(folder, 'oci-layout', 'index.json', 'blobs'));
  } finally {
    rmSync(folder, { recursive: true });
  }
}
