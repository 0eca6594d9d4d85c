import { dirname, relative, resolve } from 'node:path';
import js from '@eslint/js';
import tseslint from 'typescript-eslint';
import { violation } from './scripts/rooms.mjs';

const ROOT = import.meta.dirname;

/** `no-restricted-imports` does not see `import()`, so the layers have a rule of their own. */
const rooms = {
  meta: { type: 'problem', schema: [], messages: { wall: '{{why}}' } },
  create(context) {
    const from = relative(ROOT, context.filename).replaceAll('\\', '/');
    const check = (node) => {
      if (node?.type !== 'Literal' || typeof node.value !== 'string') return;
      const to = node.value.startsWith('.')
        ? relative(ROOT, resolve(dirname(context.filename), node.value)).replaceAll('\\', '/')
        : node.value;
      const why = violation(from, to);
      if (why !== null) context.report({ node, messageId: 'wall', data: { why } });
    };
    return {
      ImportDeclaration: (node) => check(node.source),
      ImportExpression: (node) => check(node.source),
      ExportNamedDeclaration: (node) => check(node.source),
      ExportAllDeclaration: (node) => check(node.source),
    };
  },
};

const AMBIENT_TIME = [
  {
    selector: "CallExpression[callee.object.name='Date'][callee.property.name='now']",
    message: 'Time is injected: use a Clock.',
  },
  {
    selector: "NewExpression[callee.name='Date']",
    message: 'Time is injected: use a Clock, or isoTime.',
  },
  {
    selector: "CallExpression[callee.object.name='Math'][callee.property.name='random']",
    message: 'Randomness is seeded: use seededRandom.',
  },
  {
    selector: "CallExpression[callee.object.name='performance']",
    message: 'Durations come from Clock.monotonic.',
  },
  {
    selector: "CallExpression[callee.object.name='process'][callee.property.name='exit']",
    message: 'process.exit cuts piped output: set process.exitCode.',
  },
];

export default tseslint.config(
  { ignores: ['dist/', 'node_modules/', 'coverage/'] },
  {
    files: ['**/*.ts'],
    extends: [js.configs.recommended, ...tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: ROOT } },
    plugins: { tradectl: { rules: { rooms } } },
    rules: {
      'tradectl/rooms': 'error',
      'no-restricted-syntax': ['error', ...AMBIENT_TIME],
      'max-lines': ['error', { max: 400 }],
      'max-lines-per-function': ['error', { max: 70, skipBlankLines: true, skipComments: true }],
      'max-params': ['error', 4],
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/consistent-type-imports': [
        'error',
        { fixStyle: 'separate-type-imports' },
      ],
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true, allowNullish: true },
      ],
      '@typescript-eslint/require-await': 'off',
      // Branded ids and open unions read better than their base type alone.
      '@typescript-eslint/no-redundant-type-constituents': 'off',
    },
  },
  {
    // The one clock, and the entry that ends like its child.
    files: ['src/domain/clock.ts', 'bin/*.ts'],
    rules: { 'no-restricted-syntax': 'off' },
  },
  {
    files: ['test/**/*.ts', 'scripts/**/*.ts'],
    rules: {
      'max-lines-per-function': 'off',
      'no-restricted-syntax': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
    },
  },
);
