const BLOCK = 512;

interface Member {
  readonly name: string;
  readonly flag?: string;
  readonly body?: string;
  readonly size?: string;
}

function header({ name, flag = '0', body = '', size }: Member): Buffer {
  const block = Buffer.alloc(BLOCK);
  block.write(name, 0, 'latin1');
  block.write('0000644\0', 100);
  block.write('0000000\0', 108);
  block.write('0000000\0', 116);
  block.write(size ?? `${Buffer.byteLength(body).toString(8).padStart(11, '0')}\0`, 124, 'latin1');
  block.write('14400000000\0', 136);
  block.write(flag, 156);
  block.write('ustar\u000000', 257, 'latin1');
  return block;
}

function archive(...members: readonly Member[]): Buffer {
  const parts = members.flatMap((member) => {
    const body = Buffer.from(member.body ?? '');
    return [header(member), body, Buffer.alloc((BLOCK - (body.length % BLOCK)) % BLOCK)];
  });
  return repairChecksums(Buffer.concat([...parts, Buffer.alloc(2 * BLOCK)]));
}

/** The same bytes with good checksums wherever a header may stand, so that changes reach what is behind the check. */
export function repairChecksums(bytes: Uint8Array): Buffer<ArrayBuffer> {
  const copy = Buffer.from(bytes);
  for (let at = 0; at + BLOCK <= copy.length; at += BLOCK) {
    const block = copy.subarray(at, at + BLOCK);
    if (block.toString('latin1', 257, 262) !== 'ustar') continue;
    block.fill(0x20, 148, 156);
    let sum = 0;
    for (const byte of block) sum += byte;
    block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  }
  return copy;
}

/** Archives with a member of each kind. */
export function tarSeeds(): readonly Uint8Array[] {
  return [
    archive({ name: 'a/', flag: '5' }, { name: 'a/b', body: 'hello\n' }, { name: 'l', flag: '2' }),
    archive({ name: 'x', flag: 'x', body: '12 path=abc\n30 mtime=1700000000.123456\n25 SCHILY.xattr.user=abc\n' }, { name: 'c', body: 'c' }),
    archive({ name: '././@LongLink', flag: 'L', body: `${'n'.repeat(200)}\0` }, { name: 'n', body: 'd' }),
    archive({ name: 'pax_global_header', flag: 'g', body: '52 comment=0123456789012345678901234567890123456789\n' }, { name: 'e', body: 'e' }),
    archive({ name: 'sparse', flag: 'S', body: 'zzz' }),
    archive({ name: 'huge', size: '\u0080\0\0\0\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff' }),
  ];
}
