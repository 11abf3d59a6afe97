// Takes the code cache of Node's own modules off a startup snapshot: node scripts/trim-snapshot.mjs FILE
// Node reads it at every start, nearly half of the file, and the frontend has loaded the modules that it needs before the snapshot was taken.
// The cache is the last thing in the file (node/src/node_snapshotable.cc, SnapshotSerializer::Write): the number of modules, then for each the
// length and text of its name and the length and bytes of its code, all lengths in 8 bytes. A file that does not end so is left as it is.
import { readFileSync, writeFileSync } from 'node:fs';

const [file] = process.argv.slice(2);
if (file === undefined) throw new Error('which file?');
const bytes = readFileSync(file);

const length = (at) => (at + 8 > bytes.length ? Infinity : Number(bytes.readBigUInt64LE(at)));

/** Whether the rest of the file from `start` on is `count` modules with names like `internal/fs/utils`. */
function isCodeCache(start, count) {
  let at = start + 8;
  for (let module = 0; module < count; module++) {
    const nameEnd = at + 8 + length(at);
    if (nameEnd > Math.min(bytes.length, at + 200) || !/^[\w./-]+$/.test(bytes.latin1Slice(at + 8, nameEnd))) return false;
    at = nameEnd + 8 + length(nameEnd);
    if (at > bytes.length) return false;
  }
  return at === bytes.length;
}

let start = 0;
for (; start + 8 <= bytes.length; start++) {
  // A few hundred modules: two bytes that are not zero, and six that are.
  if (bytes[start + 2] !== 0 || bytes[start + 7] !== 0 || bytes[start + 1] === 0) continue;
  const count = length(start);
  if (count > 0xff && count < 0x1000 && isCodeCache(start, count)) break;
}
if (start + 8 > bytes.length) console.error(`${file}: no code cache found at its end; left as it is`);
else writeFileSync(file, Buffer.concat([bytes.subarray(0, start), Buffer.alloc(8)]));
