import { build } from './build/build.ts';
import { runFrontend } from './gateway/run.ts';

// stdout is the gRPC wire: whatever a dependency prints goes to stderr.
console.log = console.info = console.debug = console.error;
// Nobody is shown a stack, and to note one takes V8 a tenth of a millisecond: it has to find the places in the source anew.
Error.stackTraceLimit = 0;

void runFrontend(build);
