import { defineConfig } from 'vitest/config'

// One browser and one desk are shared: the files run one after the other.
export default defineConfig({
  test: { include: ['e2e/**/*.test.ts'], environment: 'node', testTimeout: 60_000, hookTimeout: 60_000, fileParallelism: false },
})
