// The client is bundled for Node too, where the build before stands beside this one (world/bundle.mjs).

import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'

test('what two builds are compared by can be bundled', () => {
  const tree = join(import.meta.dirname, '..')
  const place = mkdtempSync(join(tmpdir(), 'helpline-bundle-'))
  try {
    const file = join(place, 'client.mjs')
    const bundled = spawnSync(process.execPath, [join(tree, 'world/bundle.mjs'), tree, file], { encoding: 'utf8' })
    expect(bundled.stderr).toBe('')
    expect(bundled.status).toBe(0)
    expect(readFileSync(file, 'utf8')).toMatch(/export \{[^}]*createClient[^}]*\}/)
  } finally {
    rmSync(place, { recursive: true })
  }
})
