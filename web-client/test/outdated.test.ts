// Tests of how the client finds out why a part of the app could not be loaded: a new release has removed the part's file, or the server is
// unreachable.

import { expect, test } from 'vitest'
import { memoryStorage } from '../src/client/browser.ts'
import { isOutdated, reloads } from '../src/client/outdated.ts'
import { testPage } from './help/page.ts'

const BUILD = 'http://desk.test/assets/page-1.js'

const PART = 'http://desk.test/assets/tour-1.js'
const FAULT = new TypeError(`Failed to fetch dynamically imported module: ${PART}`)

test.each([
  ['has the script of the page no more', 404, 200, true],
  ['has it on purpose no more', 410, 200, true],
  ['has the part no more', 200, 404, true],
  ['has both still', 200, 200, false],
  ['is ill', 503, 503, false],
  ['asks to wait', 429, 429, false],
  ['does not answer', null, null, false],
  ['is ill for a part only', 200, 503, false],
])('a server that %s', async (_server, build, part, outdated) => {
  const { page } = testPage({ answer: (address) => { const status = address === BUILD ? build : part; return status === null ? null : { status } } })
  expect(await isOutdated(BUILD, FAULT, memoryStorage(), page)).toBe(outdated)
})

test('if the browser does not name the part, only the page’s own script is requested', async () => {
  const { page, requests } = testPage({ answer: () => ({ status: 200 }) })
  expect(await isOutdated(BUILD, new TypeError('Importing a module script failed.'), memoryStorage(), page)).toBe(false)
  expect(requests).toEqual([BUILD])
})

test('a reload that brought back the same build is not offered again; for another build it may be', async () => {
  const storage = memoryStorage()
  const { page } = testPage({ answer: () => ({ status: 404 }) })
  reloads(BUILD, storage)
  expect(await isOutdated(BUILD, FAULT, storage, page)).toBe(false)
  expect(await isOutdated('http://desk.test/assets/page-2.js', FAULT, storage, page)).toBe(true)
})
