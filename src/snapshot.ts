import { queryObjects, setFlagsFromString, startupSnapshot } from 'node:v8';
import { build } from './build/build.ts';
import { runFrontend } from './gateway/run.ts';
import { rehearse } from './startup/rehearsal.ts';

/**
 * The frontend as a startup snapshot of V8: `node --build-snapshot` runs this file and keeps the heap as it is at the end,
 * `node --snapshot-blob` goes on from there. For its rehearsals it is given pipes: 0 to 4 and 3 to 5 are stdin and stdout of the one build and their
 * other ends, 6 to 9 those of the other. What would make two snapshots of the same program differ is taken out: the process id, which Node sets
 * anew at every start.
 */
Object.defineProperty(process, 'pid', { value: 0, writable: true, enumerable: true, configurable: true });
startupSnapshot.setDeserializeMainFunction(() => {
  // stdout is the gRPC wire: whatever a dependency prints goes to stderr.
  console.log = console.info = console.debug = console.error;
  // Nobody is shown a stack, and to note one takes V8 a tenth of a millisecond: it has to find the places in the source anew.
  Error.stackTraceLimit = 0;
  void runFrontend(build);
});
forgetCode();
let isRehearsed = false;
void rehearse({ input: 0, output: 3, peerInput: 4, peerOutput: 5 }, { input: 6, output: 7, peerInput: 8, peerOutput: 9 }).then(() => (isRehearsed = true));
startupSnapshot.addSerializeCallback(() => {
  if (!isRehearsed) throw new Error('the rehearsal came to no end');
});

/** Takes the code of what has run so far, most of it once while Node started, out of the heap: what the rehearsal calls is compiled again. */
function forgetCode(): void {
  setFlagsFromString('--stress-flush-code');
  // It looks at all that is reachable, and collects the rest before that.
  queryObjects(class {}, { format: 'count' });
  for (const flag of ['--no-stress-flush-code', '--no-flush-bytecode']) setFlagsFromString(flag);
}
