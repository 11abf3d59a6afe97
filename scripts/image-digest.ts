// Builds the frontend's image for this machine's platform with an SBOM, and writes its digest and what decides on it to frontend.digest.json.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { attestedImage, pushSbomGenerator } from '../test/support/attested-image.ts';
import { startEnvironment } from '../test/support/environment.ts';
import { RECORD_EPOCH, RECORD_FILE, RECORD_PLATFORM, recordOf } from '../test/support/image-record.ts';

const environment = await startEnvironment();
const generator = environment.image('sbom');
await pushSbomGenerator(environment, generator);
const record = recordOf(await environment.mustBuild(await attestedImage(environment, generator, RECORD_EPOCH)));
await environment.stop();
const records = existsSync(RECORD_FILE) ? (JSON.parse(readFileSync(RECORD_FILE, 'utf8')) as object) : {};
writeFileSync(RECORD_FILE, `${JSON.stringify({ ...records, [RECORD_PLATFORM]: record }, null, 2)}\n`);
console.log(`${RECORD_FILE}: ${record.manifest}`);
process.exit(0);
