// Compares our frontend with the reference through a fake gateway: node --import tsx scripts/wire.ts CASES [ARGUMENT…]
// WIRE_COMPARE is the path of a program that runs two frontends on the same cases and says where what they send differs:
//   PROGRAM -a REFERENCE -b OURS -cases CASES -opt KEY=VALUE
import { spawnSync } from 'node:child_process';
import { goTool } from '../test/support/tools.ts';

const [cases, ...rest] = process.argv.slice(2);
const program = process.env['WIRE_COMPARE'];
if (program === undefined || program === '' || cases === undefined) throw new Error('set WIRE_COMPARE to the program, and give a folder or a file of cases');
const reference = await goTool('dockerfile-frontend');
const result = spawnSync(program, ['-a', reference, '-b', 'node dist/frontend.cjs', '-cases', cases, '-opt', 'build-arg:REPRO=off', ...rest], { stdio: 'inherit' });
process.exit(result.status ?? 1);
