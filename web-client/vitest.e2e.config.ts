import { defineConfig } from 'vitest/config'

// Tests that are too slow for `make test` run in `make test-world`.
const include = process.env['HELPLINE_E2E_OIDC'] !== undefined ? ['e2e/oidc.test.ts'] : process.env['HELPLINE_E2E_AT_SIZE'] !== undefined ? ['e2e/many.test.ts'] : ['e2e/**/!(many|oidc).test.ts']

// The files share one browser and one desk, so they run one after the other.
export default defineConfig({
  // The limits only bound a test that will fail. A slow machine may take much longer than a quick one.
  test: { include, environment: 'node', testTimeout: 120_000, hookTimeout: 120_000, fileParallelism: false, expect: { poll: { timeout: 30_000 } } },
})
