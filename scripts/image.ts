// Builds dist/frontend-image.tar from frontend.Dockerfile, on the daemon and with the base images of the tests.
import { statSync } from 'node:fs';
import { startEnvironment } from '../test/support/environment.ts';

const environment = await startEnvironment();
const digest = await environment.images.digest(environment.frontend);
await environment.stop();
const size = statSync('dist/frontend-image.tar').size;
console.log(`dist/frontend-image.tar: ${(size / 1e6).toFixed(1)} MB, manifest ${digest}`);
process.exit(0);
