import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

type Replacement = readonly [from: string, to: string];

/** These ask the daemon's own frontend, some of them only when the client library brings one; with this they ask the image. */
const ASK_THE_IMAGE: readonly Replacement[] = [
  ['f.(*clientFrontend); !ok', 'f.(*gatewayFrontend); !ok'],
  ['}, "", frontend, nil)', '}, "", throughImage(getFrontend(t, sb), frontend), nil)'],
];

/** This expects digests on top of one Debian image; with this, the digests that the daemon's own frontend gives on top of the stand-in. */
const COMPARE_WITH_BUILTIN: readonly Replacement[] = [
  ['require.Equal(t, tc.expectedDigest, desc.Digest.String())', 'require.Equal(t, builtinDigest(ctx, t, c, solveOpt, target), desc.Digest.String())'],
  ['"sha256:8740c948ffd4c816ea7ca963f99ca52f4788baa23f228da9581a9ea2edd3fcd7",', 'standInLayer(),'],
];

/** So that every build can be given build args. */
const GIVE_BUILD_ARGS: readonly Replacement[] = [
  ['opt.FrontendAttrs["source"] = f.gw', 'opt.FrontendAttrs["source"] = f.gw\n\twithBuildArgs(opt.FrontendAttrs)'],
  ['req.FrontendOpt["source"] = f.gw', 'req.FrontendOpt["source"] = f.gw\n\twithBuildArgs(req.FrontendOpt)'],
  ['--opt=source="+f.gw', '--opt=source="+f.gw+buildArgFlags()'],
];

const CHANGES: Readonly<Record<string, readonly Replacement[]>> = {
  'dockerfile_test.go': GIVE_BUILD_ARGS,
  'dockerfile_outline_test.go': ASK_THE_IMAGE,
  'dockerfile_targets_test.go': ASK_THE_IMAGE,
  'dockerfile_client_test.go': ASK_THE_IMAGE,
  'dockerfile_source_date_epoch_test.go': COMPARE_WITH_BUILTIN,
};

/**
 * Changes a few test files of a writable copy of BuildKit's module, and adds one beside them.
 * Throws when a text to replace is not there: a new version has to be looked at.
 */
export function changeTests(module: string, testdata: string): void {
  const folder = join(module, 'frontend/dockerfile');
  copyFileSync(join(testdata, 'route_test.go'), join(folder, 'dockerfile_route_test.go'));
  for (const [name, replacements] of Object.entries(CHANGES)) {
    const path = join(folder, name);
    writeFileSync(path, substitute(readFileSync(path, 'utf8'), replacements, name));
  }
}

function substitute(text: string, replacements: readonly Replacement[], name: string): string {
  return replacements.reduce((result, [from, to]) => {
    if (!result.includes(from)) throw new Error(`${name}: not there any more: ${from}`);
    return result.replaceAll(from, to);
  }, text);
}
