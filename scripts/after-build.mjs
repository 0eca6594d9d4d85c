// The built entry must be executable: npm links it as it is.
import { chmodSync, existsSync } from 'node:fs';

const entry = new URL('../dist/bin/tradectl.js', import.meta.url);
if (existsSync(entry)) chmodSync(entry, 0o755);
