// A part that is gone with its build is told from one that is out of reach.

import { expect, test } from 'vitest'
import { memoryStorage } from '../src/client/browser.ts'
import { isOutdated, reloads } from '../src/client/outdated.ts'
import { testPage } from './help/page.ts'

const BUILD = 'http://desk.test/assets/page-1.js'

test.each([
  ['has it no more', 404, true],
  ['has this script still', 200, true],
  ['is ill', 503, false],
  ['does not answer', null, false],
])('a server that %s', async (_server, status, outdated) => {
  const { page, requests } = testPage({ answer: () => (status === null ? null : { status }) })
  expect(await isOutdated(BUILD, memoryStorage(), page)).toBe(outdated)
  expect(requests).toEqual([BUILD])
})

test('a reload that brought the same build back is not offered again; another build may be', async () => {
  const storage = memoryStorage()
  const { page } = testPage({ answer: () => ({ status: 404 }) })
  reloads(BUILD, storage)
  expect(await isOutdated(BUILD, storage, page)).toBe(false)
  expect(await isOutdated('http://desk.test/assets/page-2.js', storage, page)).toBe(true)
})
