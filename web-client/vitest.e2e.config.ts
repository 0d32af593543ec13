import { defineConfig } from 'vitest/config'

// The test files of this run. Tests that are too slow for `make test` run in `make test-world`.
const include = process.env['HELPLINE_E2E_OIDC'] !== undefined ? ['e2e/oidc.test.ts'] : process.env['HELPLINE_E2E_AT_SIZE'] !== undefined ? ['e2e/many.test.ts'] : ['e2e/**/!(many|oidc).test.ts']

// The test files run one after the other, because they share one browser and one desk.
export default defineConfig({
  // The timeouts are long enough for a slow machine. A test that passes does not wait for them.
  test: { include, environment: 'node', testTimeout: 120_000, hookTimeout: 120_000, fileParallelism: false, expect: { poll: { timeout: 30_000 } } },
})
