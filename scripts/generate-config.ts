/** Writes the documented example files from the schema: `npm run generate:config`. */
import { writeFileSync } from 'node:fs';
import { exampleEnv, exampleToml } from '../src/config/example.ts';

const root = new URL('../', import.meta.url);
writeFileSync(new URL('tradectl.example.toml', root), exampleToml());
writeFileSync(new URL('.env.local.example', root), exampleEnv());
