/** @type {import('jest').Config} */
const project = (name, extra = {}) => ({
  displayName: name,
  testEnvironment: 'node',
  rootDir: __dirname,
  testMatch: [`<rootDir>/__tests__/${name}/**/*.test.ts`],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        jsc: { parser: { syntax: 'typescript' }, target: 'es2023' },
        module: { type: 'commonjs' },
        sourceMaps: 'inline',
      },
    ],
  },
  setupFiles: ['<rootDir>/__tests__/support/plain-output.ts'],
  // A dynamic import has to name the compiled file.
  moduleNameMapper: { '^(\\.{1,2}/.+)\\.js$': '$1' },
  modulePathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/cdktf.out/'],
  ...extra,
});

module.exports = {
  projects: [
    project('unit'),
    project('contract'),
    project('integration'),
    project('hostile'),
    project('e2e'),
    project('synth'),
  ],
  maxWorkers: 2,
  testTimeout: 300_000,
  collectCoverageFrom: ['domain/**/*.ts'],
  coverageReporters: ['text-summary', 'lcovonly'],
  coverageThreshold: { 'domain/': { lines: 95, branches: 90 } },
};
