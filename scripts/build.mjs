// Bundles the two programs, dist/frontend.cjs and dist/cli.cjs, and beside them dist/sigstore.cjs: the check of signatures, which few builds
// load. Every build reads all of frontend.cjs. dist/snapshot.cjs is the frontend as it goes into a startup snapshot: there `require` knows
// Node's own modules alone, until the snapshot has started. dist/packages.json names the packages in what the image has, for its SBOM.
import { build } from 'esbuild';
import { bundledPackages } from './bundled-packages.mjs';
import { writeFileSync } from 'node:fs';

const common = { bundle: true, platform: 'node', target: 'node20', format: 'cjs', minify: true, legalComments: 'none', logLevel: 'warning', metafile: true, outdir: 'dist', outExtension: { '.js': '.cjs' } };
const apart = {
  name: 'apart',
  setup: ({ onResolve }) => onResolve({ filter: /\/sigstore\.ts$/ }, ({ kind }) => (kind === 'dynamic-import' ? { path: './sigstore.cjs', external: true } : undefined)),
};
const sigstore = await build({ ...common, entryPoints: { sigstore: 'src/provenance/sigstore.ts' } });
const frontend = await build({ ...common, plugins: [apart], entryPoints: { frontend: 'src/frontend.ts' } });
const snapshot = await build({
  ...common, plugins: [apart], supported: { 'dynamic-import': false }, entryPoints: { snapshot: 'src/snapshot.ts' },
  banner: { js: '{ const builtin = require; require = (name) => (name[0] === "." ? builtin("node:module").createRequire("/")(name) : builtin(name)); }' },
});
// The package has this one file.
await build({ ...common, entryPoints: { cli: 'src/cli.ts' } });
writeFileSync('dist/packages.json', `${JSON.stringify(bundledPackages([sigstore, frontend, snapshot]), null, 2)}\n`);
