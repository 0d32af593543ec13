// Tests of the app's location in the address bar: history entries, queries, and the list's own query.

import { expect, test } from 'vitest'
import { createRouter } from '../src/client/router.ts'
import { testPage } from './help/page.ts'

const at = (pathname: string, search = '') => {
  const browser = testPage({ pathname, search })
  return { browser, router: createRouter('/support', browser.page) }
}

test('the place is the path after the page’s own', () => {
  expect(at('/support').router.place.value.rest).toBe('')
  expect(at('/support/').router.place.value.rest).toBe('')
  expect(at('/support/TKT-000001/').router.place.value.rest).toBe('TKT-000001')
  expect(at('/support/a%20b').router.place.value.rest).toBe('a b')
  expect(at('/support/%E0%A4%A').router.place.value.rest, 'no escape at all').toBe('%E0%A4%A')
  expect(at('/supporters').router.place.value.rest).toBe('')
})

test('a step can be undone, the same place twice is no step, and replacing is none', () => {
  const { browser, router } = at('/support', '?view=all')
  router.go('TKT-000001')
  router.go('TKT-000001')
  router.replace('TKT-000002')
  expect(browser.steps).toEqual(['/support/TKT-000001?view=all'])
  expect(router.place.value.rest).toBe('TKT-000002')
  browser.move('/support?view=mine')
  browser.fire('popstate')
  expect([router.place.value.rest, router.place.value.query.get('view')]).toEqual(['', 'mine'])
})

test('the list keeps its query while the settings are shown, which have their own', () => {
  const { browser, router } = at('/support', '?view=all')
  router.go('settings/team')
  expect(browser.location.search).toBe('')
  router.setQuery(new URLSearchParams({ role: 'admin' }))
  expect([browser.location.pathname, browser.location.search]).toEqual(['/support/settings/team', '?role=admin'])
  router.go('')
  expect([browser.location.pathname, browser.location.search]).toEqual(['/support', '?view=all'])
  router.setQuery(new URLSearchParams())
  expect(browser.location.search).toBe('')
})

test('the next person finds neither place nor query', () => {
  const { browser, router } = at('/support/TKT-000001', '?q=secret')
  router.leave()
  expect([browser.location.pathname, browser.location.search, router.href('x')]).toEqual(['/support', '', '/support/x'])
  const settings = at('/support', '?q=secret')
  settings.router.go('settings/team')
  settings.router.leave()
  expect([settings.browser.location.search, settings.router.href('x')]).toEqual(['', '/support/x'])
})

test('once disposed, it no longer follows the address', () => {
  const { browser, router } = at('/support')
  router.dispose()
  expect(browser.listening()).toBe(0)
})
