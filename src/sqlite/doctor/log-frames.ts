/** A page as a log has it. */
export interface LogFrame {
  /** Which page it is, as far as that is to be believed. */
  readonly page: number;
  readonly bytes: Buffer;
  /** It is as it was written. */
  readonly sound: boolean;
}

const HEADER = 32;
const FRAME_HEADER = 24;

/**
 * The frames of a write-ahead log that were committed, those behind a damaged one too, which SQLite takes for the log's end:
 * a frame's checksum is made from that of the one before it, so that each can be looked at by itself.
 *
 * Format: https://sqlite.org/fileformat2.html#the_write_ahead_log
 */
export function committedFrames(log: Buffer, pageSize: number): LogFrame[] {
  const size = FRAME_HEADER + pageSize;
  const count = Math.floor((log.length - HEADER) / size);
  if (count < 1) return [];
  const salt = saltOf(log, size, count);
  const bigEndian = (log[3] as number) % 2 === 1;
  const frames: LogFrame[] = [];
  let committed = 0;
  let before = log.subarray(24, HEADER);
  for (let index = 0; index < count; index++) {
    const at = HEADER + index * size;
    const header = log.subarray(at, at + FRAME_HEADER);
    const bytes = log.subarray(at + FRAME_HEADER, at + size);
    const page = header.readUInt32BE(0);
    const fresh = header.subarray(8, 16).equals(salt);
    const sum = header.subarray(16, FRAME_HEADER);
    frames.push({
      page,
      bytes,
      sound: fresh && sum.equals(checksum([header.subarray(0, 8), bytes], before, bigEndian)),
    });
    if (fresh && header.readUInt32BE(4) !== 0) committed = frames.length;
    before = sum;
  }
  return frames.slice(0, committed);
}

/** What tells the frames of this log from those of an older one, which it is written over. */
function saltOf(log: Buffer, size: number, count: number): Buffer {
  const own = log.subarray(16, 24);
  for (let index = 0; index < count; index++) {
    const at = HEADER + index * size + 8;
    if (log.subarray(at, at + 8).equals(own)) return own;
  }
  return log.subarray(HEADER + 8, HEADER + 16);
}

function checksum(parts: readonly Buffer[], before: Buffer, bigEndian: boolean): Buffer {
  let first = before.readUInt32BE(0);
  let second = before.readUInt32BE(4);
  for (const part of parts) {
    const view = new DataView(part.buffer, part.byteOffset, part.length);
    for (let at = 0; at < part.length; at += 8) {
      first = (first + view.getUint32(at, !bigEndian) + second) >>> 0;
      second = (second + view.getUint32(at + 4, !bigEndian) + first) >>> 0;
    }
  }
  const sum = Buffer.alloc(8);
  sum.writeUInt32BE(first, 0);
  sum.writeUInt32BE(second, 4);
  return sum;
}
