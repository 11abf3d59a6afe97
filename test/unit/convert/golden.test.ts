import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { encodeImageConfig } from '../../../src/spec/config.ts';
import { readable } from '../llb/readable.ts';
import { convertText } from './support.ts';
import type { Setup } from './support.ts';

/**
 * What each feature emits: NAME.Dockerfile beside NAME.json, with NAME.setup.json for a build with options.
 * `UPDATE=1` writes the results anew; what they should be is the reference's.
 */
const folder = join(dirname(fileURLToPath(import.meta.url)), 'fixtures');
const update = process.env['UPDATE'] === '1';

function setupOf(name: string): Setup {
  const path = join(folder, `${name}.setup.json`);
  if (!existsSync(path)) return {};
  const { buildArgs, labels, targetPlatform, ...rest } = JSON.parse(readFileSync(path, 'utf8')) as Record<string, never>;
  const { config = {}, ...setup } = rest as { config?: object };
  return {
    ...setup,
    config: { ...config, buildArgs: new Map(Object.entries(buildArgs ?? {})), labels: new Map(Object.entries(labels ?? {})) },
    options: targetPlatform === undefined ? {} : { targetPlatform },
  };
}

for (const file of readdirSync(folder).filter((name) => name.endsWith('.Dockerfile')).sort()) {
  const name = file.slice(0, -'.Dockerfile'.length);
  test(name, async () => {
    const { result, warnings, contextPaths } = await convertText(readFileSync(join(folder, file), 'utf8'), setupOf(name));
    const { ops } = JSON.parse(readable(await result.marshal())) as { ops: object[] };
    const image: unknown = JSON.parse(encodeImageConfig(result.image));
    const text = `${JSON.stringify({ image, warnings, contextPaths, epoch: result.epoch?.toString(), ops }, undefined, 2)}\n`;
    const golden = join(folder, `${name}.json`);
    if (update) writeFileSync(golden, text);
    assert.is(text, readFileSync(golden, 'utf8'));
  });
}

test.run();
