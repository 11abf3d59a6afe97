// Starts a daemon and a registry with the base images and our image, says how to use them, and waits for Ctrl-C.
import { startEnvironment } from '../test/support/environment.ts';
import { goTool } from '../test/support/tools.ts';

const environment = await startEnvironment();
console.log(`
export BUILDKIT_HOST=${environment.daemon.address}
${await goTool('buildctl')} build --frontend gateway.v0 --opt source=${environment.frontend} --local context=. --local dockerfile=.

base images: ${Object.values(environment.bases).join(' ')}
Ctrl-C stops it`);
setInterval(() => undefined, 1 << 30);
