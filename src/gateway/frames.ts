/** HTTP/2 frames (RFC 9113, sections 4 and 6). */

export const FRAME = { data: 0, headers: 1, resetStream: 3, settings: 4, pushPromise: 5, ping: 6, goAway: 7, windowUpdate: 8, continuation: 9 } as const;
export const FLAG = { ack: 1, endStream: 1, endHeaders: 4, padded: 8, priority: 0x20 } as const;

/** The length of a frame's payload that every peer must take, and the most that we take. */
export const DEFAULT_FRAME_BYTES = 16_384;

export interface Frame {
  readonly type: number;
  readonly flags: number;
  /** 0: the connection. */
  readonly stream: number;
  readonly payload: Buffer;
}

const HEADER_BYTES = 9;

/** What comes before a frame's payload of `length` bytes. */
export function frameHeader(type: number, flags: number, stream: number, length: number): Buffer {
  const header = Buffer.allocUnsafe(HEADER_BYTES);
  header.writeUIntBE(length, 0, 3);
  header[3] = type;
  header[4] = flags;
  header.writeUInt32BE(stream, 5);
  return header;
}

/** A frame with four-byte numbers as its payload. */
export function numberFrame(type: number, stream: number, ...numbers: readonly number[]): Buffer {
  const payload = Buffer.alloc(numbers.length * 4);
  numbers.forEach((number, index) => payload.writeUInt32BE(number, index * 4));
  return Buffer.concat([frameHeader(type, 0, stream, payload.length), payload]);
}

/** Cuts the bytes that it is given, in pieces of any length, into frames. Throws RangeError on a frame that is too long. */
export function createFrameReader(take: (frame: Frame) => void): (chunk: Buffer) => void {
  let rest: Buffer = Buffer.alloc(0);
  return (chunk) => {
    const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    let at = 0;
    while (bytes.length - at >= HEADER_BYTES) {
      const length = bytes.readUIntBE(at, 3);
      if (length > DEFAULT_FRAME_BYTES) throw new RangeError(`a frame of ${length} bytes was not agreed on`);
      const end = at + HEADER_BYTES + length;
      if (end > bytes.length) break;
      take({
        type: bytes[at + 3] ?? 0,
        flags: bytes[at + 4] ?? 0,
        stream: bytes.readUInt32BE(at + 5) & 0x7fff_ffff,
        payload: bytes.subarray(at + HEADER_BYTES, end),
      });
      at = end;
    }
    rest = bytes.subarray(at);
  };
}

/** The payload of a DATA or HEADERS frame without padding and priority. Throws RangeError when the padding is longer than the frame. */
export function framePayload({ flags, payload, type }: Frame): Buffer {
  const padding = (flags & FLAG.padded) === 0 ? 0 : payload[0] ?? 0;
  const start = ((flags & FLAG.padded) === 0 ? 0 : 1) + (type === FRAME.headers && (flags & FLAG.priority) !== 0 ? 5 : 0);
  if (start + padding > payload.length) throw new RangeError('the padding of a frame is longer than the frame');
  return payload.subarray(start, payload.length - padding);
}
