/**
 * Tears the last transactions out of a write-ahead log, as a disk that lost its last pages does: more than
 * one, because a sign of life is a transaction without an event. Frames after the last valid one are
 * leftovers of an earlier round, so the salt says where the tail is
 * (https://www.sqlite.org/fileformat2.html#the_write_ahead_log).
 */
import { closeSync, ftruncateSync, openSync, readFileSync } from 'node:fs';

export function cutLastCommits(file: string): void {
  const wal = readFileSync(file);
  const frame = 24 + wal.readUInt32BE(8);
  const salt = wal.readBigUInt64BE(16);
  const commits: number[] = [];
  for (let at = 32; at + frame <= wal.length; at += frame) {
    if (wal.readBigUInt64BE(at + 8) !== salt) break;
    if (wal.readUInt32BE(at + 4) !== 0) commits.push(at);
  }
  const open = openSync(file, 'r+');
  ftruncateSync(open, (commits.at(-4) ?? 32) + 10);
  closeSync(open);
}
