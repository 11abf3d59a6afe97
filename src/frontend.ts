import { build } from './build/build.ts';
import { runFrontend } from './gateway/run.ts';

// stdout is the gRPC wire: whatever a dependency prints goes to stderr.
console.log = console.info = console.debug = console.error;

void runFrontend(build);
