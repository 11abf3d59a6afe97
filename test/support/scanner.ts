import type { Environment } from './environment.ts';

/** Pushes an image that writes an SBOM with this predicate, whatever it scans. */
export async function pushScanner(env: Environment, reference: string, predicate: Readonly<Record<string, unknown>>): Promise<void> {
  const statement = JSON.stringify({ _type: 'https://in-toto.io/Statement/v0.1', predicateType: 'https://spdx.dev/Document', predicate });
  const dockerfile = `FROM ${env.bases.busybox}\nCOPY <<"EOF" /statement\n${statement}\nEOF\nENTRYPOINT ["/bin/sh", "-c", "cp /statement $BUILDKIT_SCAN_DESTINATION/x.spdx.json"]\n`;
  await env.mustBuild({ frontend: 'reference', dockerfile, output: { push: reference } });
}
