// Compares our frontend with the reference through a fake gateway: node --import tsx scripts/wire.ts CASES [ARGUMENT…]
// WIREORACLE is the path of that program; see its own README for the arguments and the report.
import { spawnSync } from 'node:child_process';
import { goTool } from '../test/support/tools.ts';

const [cases, ...rest] = process.argv.slice(2);
const oracle = process.env['WIREORACLE'];
if (oracle === undefined || oracle === '' || cases === undefined) throw new Error('set WIREORACLE to the program, and give a folder or a file of cases');
const reference = await goTool('dockerfile-frontend');
const result = spawnSync(oracle, ['-a', reference, '-b', 'node dist/frontend.cjs', '-cases', cases, '-opt', 'build-arg:REPRO=off', ...rest], { stdio: 'inherit' });
process.exit(result.status ?? 1);
