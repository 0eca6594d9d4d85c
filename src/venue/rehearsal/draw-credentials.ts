/** The key pair of one start of the rehearsal venue. It opens nothing but this server on loopback. */
import { sha256 } from '../../domain/random.ts';
import type { Credentials } from './authenticate.ts';

/** The same seed gives the same pair. */
export function drawCredentials(seed: string): Credentials {
  const bytes = Buffer.from(sha256(`secret|${seed}`), 'hex');
  return {
    apiKey: `rehearsal-${sha256(`key|${seed}`).slice(0, 24)}`,
    apiSecret: bytes.toString('base64'),
  };
}
