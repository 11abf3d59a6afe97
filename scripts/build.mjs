// Bundles the two programs: dist/frontend.cjs and dist/cli.cjs.
import { build } from 'esbuild';

const common = { bundle: true, platform: 'node', target: 'node20', format: 'cjs', minify: true, legalComments: 'none', logLevel: 'warning', outdir: 'dist', outExtension: { '.js': '.cjs' } };
await build({ ...common, entryPoints: { frontend: 'src/frontend.ts' } });
await build({ ...common, entryPoints: { cli: 'src/cli.ts' } });
