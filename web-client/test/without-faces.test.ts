// Tests that the client without its user interface can be bundled for Node. world/bundle.mjs does this to test two releases against each
// other.

import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'

test('the parts with which two builds are compared can be bundled', () => {
  const tree = join(import.meta.dirname, '..')
  const place = mkdtempSync(join(tmpdir(), 'helpline-bundle-'))
  try {
    const file = join(place, 'client.mjs')
    const bundled = spawnSync(process.execPath, [join(tree, 'world/bundle.mjs'), tree, file], { encoding: 'utf8' })
    expect(bundled.stderr).toBe('')
    expect(bundled.status).toBe(0)
    for (const name of ['createClient', 'openTicket', 'postMessage', 'effect']) expect(readFileSync(file, 'utf8')).toMatch(new RegExp(`export \\{[^}]*\\b${name}\\b`))
  } finally {
    rmSync(place, { recursive: true })
  }
})
