import { defineConfig } from 'vitest/config'

// What takes more time than `make test` has runs in `make test-world`.
const include = process.env['HELPLINE_E2E_OIDC'] !== undefined ? ['e2e/oidc.test.ts'] : process.env['HELPLINE_E2E_AT_SIZE'] !== undefined ? ['e2e/many.test.ts'] : ['e2e/**/!(many|oidc).test.ts']

// One browser and one desk are shared: the files run one after the other.
export default defineConfig({
  test: { include, environment: 'node', testTimeout: 60_000, hookTimeout: 60_000, fileParallelism: false },
})
