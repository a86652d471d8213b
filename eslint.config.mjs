import js from '@eslint/js';
import boundaries from 'eslint-plugin-boundaries';
import tseslint from 'typescript-eslint';

/** The rooms of the repository and the arrows between them (docs/architecture.md). */
const elements = [
  { type: 'domain', pattern: 'domain/**', partialMatch: false },
  { type: 'use-case', pattern: 'functions/**', partialMatch: false },
  { type: 'adapter', pattern: 'adapters/**', partialMatch: false },
  { type: 'cli', pattern: 'cli/**', partialMatch: false },
  { type: 'module', pattern: 'modules/**', partialMatch: false },
  { type: 'stack', pattern: 'stacks/**', partialMatch: false },
  { type: 'tool', pattern: ['scripts/**', 'bench/**', 'demo/**', 'evaluation/**'], partialMatch: false },
  { type: 'test', pattern: '__tests__/**', partialMatch: false },
];
/** A function's entry point, the only file of it that knows adapters; nobody imports it but tests and tools. */
const files = [{ category: 'handler', pattern: 'functions/*/handler.ts' }];
const handlerArrows = [
  { from: { file: { categories: 'handler' } }, allow: { to: { element: { type: 'adapter' } } } },
  ...['domain', 'use-case', 'adapter', 'cli', 'module', 'stack'].map((type) => ({
    from: { element: { type } },
    disallow: { to: { file: { categories: 'handler' } } },
  })),
];
const arrows = {
  domain: ['domain'],
  'use-case': ['use-case', 'domain'],
  adapter: ['adapter', 'domain'],
  cli: ['cli', 'use-case', 'adapter', 'domain'],
  module: ['module', 'domain'],
  stack: ['stack', 'module', 'domain'],
  tool: ['tool', 'cli', 'use-case', 'adapter', 'domain'],
  test: ['test', 'tool', 'cli', 'use-case', 'adapter', 'domain', 'module', 'stack'],
};

export default tseslint.config(
  { ignores: ['node_modules/', 'dist/', 'cdktf.out/', 'coverage/', '**/fixtures/**'] },
  js.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [...tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    plugins: { boundaries },
    settings: {
      'boundaries/elements': elements,
      'boundaries/files': files,
      'import/resolver': { typescript: { alwaysTryTypes: true } },
    },
    rules: {
      'boundaries/dependencies': [
        'error',
        {
          default: 'disallow',
          policies: [
            ...Object.entries(arrows).map(([from, allowed]) => ({
              from: { element: { type: from } },
              allow: allowed.map((to) => ({ to: { element: { type: to } } })),
            })),
            ...handlerArrows,
          ],
        },
      ],
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/return-await': ['error', 'always'],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      'no-restricted-imports': [
        'error',
        {
          paths: [
            {
              name: '@cdktf/provider-aws',
              message: "Import the resource's own module: the barrel costs six times the memory.",
            },
          ],
        },
      ],
    },
  },
  {
    files: ['domain/**', 'functions/**', 'adapters/**', 'cli/**', 'scripts/**', 'bench/**', 'demo/**', 'evaluation/**'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          paths: [{ name: 'cdktf', message: 'Only main.ts, stacks/ and modules/ import cdktf.' }],
          patterns: [
            { group: ['@cdktf/*', 'constructs'], message: 'Only main.ts, stacks/ and modules/ import cdktf.' },
          ],
        },
      ],
    },
  },
  {
    files: ['domain/**'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              group: ['node:*', '!node:crypto'],
              message: 'domain/ is pure: no I/O. (node:crypto hashes are allowed.)',
            },
            {
              group: ['cdktf', '@cdktf/*', 'constructs', '@aws-sdk/*'],
              message: 'domain/ knows neither AWS nor Terraform.',
            },
          ],
        },
      ],
    },
  },
  {
    files: ['__tests__/**'],
    rules: { '@typescript-eslint/no-non-null-assertion': 'off', '@typescript-eslint/unbound-method': 'off' },
  },
  {
    files: ['**/*.{cjs,mjs,js}'],
    languageOptions: {
      globals: {
        module: 'readonly',
        require: 'readonly',
        __dirname: 'readonly',
        process: 'readonly',
        console: 'readonly',
      },
    },
  },
);
