// Tests of rules for the source code: what must not occur in it.

import { describe, expect, test } from 'vitest'
import { files, read } from './help/imports.ts'

const PURE = ['protocol', 'timeline', 'connection/backoff.ts']

/** Source code without comments and without the contents of strings. The regular expressions are precise enough for the searches below. */
const code = (file: string) => read(file).replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '').replace(/'(?:[^'\\\n]|\\.)*'/g, "''")
  // Remove imports and exports, because `as` is no cast in them.
  .replace(/^(?:import|export) (?:type )?(?:\{[^}]*\}|\* as \w+) from ''/gm, '')

describe('forbidden in the sources', () => {
  const written = files.filter((file) => file !== 'protocol/generated.ts')

  test.each(written)('%s has no cast, no any, no HTML from text', (file) => {
    const text = code(file)
    expect(text).not.toMatch(/dangerouslySetInnerHTML|innerHTML|insertAdjacentHTML|document\.write/)
    expect(text).not.toMatch(/:\s*any\b|<any>|\bas (?!const\b)/)
    expect(text).not.toMatch(/[\w)\]]!(?:[.;,)\]]|$)/m)
    expect(read(file)).not.toMatch(/@ts-(ignore|expect-error|nocheck)/)
    expect(read(file).split('\n').length).toBeLessThanOrEqual(500)
  })

  test.each(files.filter((file) => PURE.some((pure) => file.startsWith(pure))))('%s is pure', (file) => {
    expect(code(file)).not.toMatch(/\bDate\b|Math\.random|setTimeout|setInterval|WebSocket|fetch\(|crypto|localStorage|sessionStorage|\bwindow\b|\bdocument\b/)
  })

  // All files of the UI and the apps are checked except the loader and guest.ts. These two run in pages of other sites, so they fetch the
  // unread number and store the widget's state themselves.
  test.each(files.filter((file) => file.startsWith('ui/') || (file.startsWith('apps/') && !['apps/widget/loader.ts', 'apps/widget/guest.ts'].includes(file))))('%s knows neither transport nor session', (file) => {
    expect(code(file)).not.toMatch(/WebSocket|localStorage|sessionStorage|\bfetch\(/)
  })
})

describe('the browser’s edges', () => {
  // Only these files may use the browser's globals directly. All other files get them as arguments, whose default values are defined in
  // these files.
  const EDGES = ['client/browser.ts', 'client/browser-files.ts', 'client/browser-send.ts']
  const ROOMS = ['client/', 'timeline/', 'outbox/', 'connection/', 'uploads/']
  const NAMES = /(?<![.\w])(?:localStorage|sessionStorage|setTimeout|clearTimeout|setInterval|clearInterval|fetch|location|history|navigator|document|window|globalThis)\b(?!\??:)|(?<![.\w])(?:add|remove)EventListener\((?!type:)|\bDate\.now\b|\bnew Date\(\)/g

  /** Reduces template strings to the inserted expressions, because only these are code. */
  const bare = (text: string) => text.replace(/`(?:[^`\\]|\\.)*`/g, (template) => [...template.matchAll(/\$\{([^{}]*)\}/g)].map(([, put]) => put ?? '').join(';'))
  const touchedBy = (text: string) => [...bare(text).matchAll(NAMES)].map(([name]) => name)

  test.each(files.filter((file) => ROOMS.some((room) => file.startsWith(room)) && !EDGES.includes(file)))('%s gets them as arguments', (file) => {
    expect(touchedBy(code(file))).toEqual([])
    // `thisPage` may only be used as the default value of an argument. Inside a function, `thisPage` would be a direct use of the browser's
    // globals.
    expect(code(file).replace(/^import .*$/gm, '').match(/(?<!= )\bthisPage\b/g)).toBeNull()
  })

  test('each of them would be found', () => {
    for (const text of ['localStorage.getItem(item)', 'sessionStorage', 'setTimeout(call, 1)', 'setInterval(call, 1)', 'Date.now()', 'new Date()', 'await fetch(path)', 'location.href', 'navigator.onLine', 'document.title', 'window.focus()', 'globalThis.navigator', "addEventListener('storage', call)", '`/v1/${location.search}`']) expect(touchedBy(text), text).not.toEqual([])
    for (const text of ['page.location.href', 'time.after(1, call)', 'new Date(now)', 'page.fetch(path)', 'readonly document: Document', 'socket.addEventListener(type)', '`await fetch(path)`']) expect(touchedBy(text), text).toEqual([])
  })
})
