// Tests of the page's parts that the stores use: window events, visibility, the desk's settings for the widget, and a text that two tabs
// edit.

import { afterEach, describe, expect, test } from 'vitest'
import { deskConfig } from '../src/client/desk-config.ts'
import { every } from '../src/client/browser.ts'
import { merged } from '../src/client/merged-text.ts'
import { onStored } from '../src/client/on-stored.ts'
import { onWindow } from '../src/client/on-window.ts'
import { createSortedList } from '../src/client/sorted-list.ts'
import { createTicketPages, type Listed } from '../src/client/ticket-pages.ts'
import { hasFocus, isUnfolded, isVisible } from '../src/client/visibility.ts'
import { givenLook, loadLook, mergedLook, NO_LOOK } from '../src/client/widget-desk.ts'
import { testPage } from './help/page.ts'
import { manualClock, stamp } from './help/ticket-server.ts'

afterEach(() => { isUnfolded.value = true })

test('an event is handled until the disposer is called', () => {
  const browser = testPage()
  let heard = 0
  const stop = onWindow('focus', () => { heard++ }, browser.page)
  browser.fire('focus')
  browser.fire('blur')
  stop()
  browser.fire('focus')
  expect([heard, browser.listening()]).toEqual([1, 0])
})

test('a change in another tab is reported by the item’s name; clearing the storage, which has no name, is not', () => {
  const browser = testPage()
  const told: string[] = []
  const stop = onStored((item) => told.push(item), browser.page)
  browser.fire('storage', { key: 'helpline.x' })
  browser.fire('storage', { key: null })
  stop()
  browser.fire('storage', { key: 'helpline.y' })
  expect([told, browser.listening()]).toEqual([['helpline.x'], 0])
})

test('a page is visible if its tab is in front and the widget is open; it has the focus if the keyboard focus is there, too', () => {
  const document: { visibilityState: DocumentVisibilityState; hasFocus(): boolean } = { visibilityState: 'visible', hasFocus: () => keyboard }
  let keyboard = true
  const now = () => [isVisible({ document }), hasFocus({ document })]
  expect(now()).toEqual([true, true])
  keyboard = false
  expect(now()).toEqual([true, false])
  keyboard = true
  isUnfolded.value = false
  expect(now()).toEqual([false, false])
  isUnfolded.value = true
  document.visibilityState = 'hidden'
  expect(now()).toEqual([false, false])
})

test('a repeated call ends with its disposer, even from within the call', () => {
  const time = manualClock()
  let calls = 0
  const stop = every(time, 1_000, () => { if (++calls === 3) stop() })
  time.pass(999)
  expect(calls).toBe(0)
  time.pass(10_000)
  expect([calls, time.next()]).toEqual([3, null])
})

describe('the widget’s look', () => {
  const LOGO = 'data:image/png;base64,AAAA'
  test('comes from the desk, if it has one', async () => {
    const { page, requests } = testPage({ answer: () => ({ body: { team_name: 'The workshop', greeting: null, logo: LOGO, asks_category: true } }) })
    expect(await loadLook(page)).toEqual({ teamName: 'The workshop', greeting: null, logo: LOGO, asksCategory: true })
    expect(requests).toEqual(['/v1/widget'])
  })
  test('is the default if the desk is unreachable, refuses or answers nonsense; pictures from elsewhere are ignored', async () => {
    for (const answer of [null, { status: 404 }, { body: [] }, { body: { logo: 'https://evil.test/x.png' } }]) expect(await loadLook(testPage({ answer: () => answer }).page)).toEqual(NO_LOOK)
  })
  test('of the page takes precedence over the desk’s', () => {
    const desk = { teamName: 'Desk', greeting: 'Hello', logo: LOGO, asksCategory: true }
    expect(mergedLook(desk, givenLook({ teamName: 'Page', logo: 'https://evil.test/x.png' }))).toEqual({ ...desk, teamName: 'Page' })
  })
  test('the desk’s features are unknown while it is unreachable', async () => {
    expect(await deskConfig(testPage().page)).toBeNull()
    expect(await deskConfig(testPage({ answer: () => ({ body: { features: ['derived_subject'], attachments_max: 2, attachment_bytes_max: 5 } }) }).page)).toEqual({ features: ['derived_subject'], limits: { count: 2, bytes: 5 } })
    expect((await deskConfig(testPage().page))?.features, 'known from then on').toEqual(['derived_subject'])
  })
})

test('a text changed in two tabs loses nothing, and nothing that was sent comes back', () => {
  expect(merged('a', 'a', 'b')).toBe('b')
  expect(merged('a', 'b', 'a')).toBe('b')
  expect(merged('a', 'b', 'b')).toBe('b')
  expect(merged('sent', 'sent and more', ''), 'sent there, gone on with here').toBe('and more')
  expect(merged('Hello', 'Hello Ada', 'Hello Carl')).toBe('Hello Carl\n\nAda')
  expect(merged('', 'mine', 'theirs')).toBe('theirs\n\nmine')
})

describe('pages of a list', () => {
  const ticket = (id: string, at: number, seq = 1): Listed => ({ id, seq, read_seq: 0, created_at: stamp(at), last_activity_at: stamp(at) })
  const begun = () => {
    const rows = createSortedList<Listed>('last_activity')
    const pages = createTicketPages<Listed>(rows, () => 'in')
    const read = (items: readonly Listed[], next_cursor: string | null) => {
      const due = pages.due(true)
      if (due === null) throw new Error('nothing is due')
      pages.asked(due)
      return (whileAsked: () => void = () => {}) => {
        whileAsked()
        return pages.arrived(due, { items: [...items], next_cursor })
      }
    }
    return { rows, pages, read }
  }
  test('a ticket beyond the pages that were read is left to the page that will reach it', () => {
    const { rows, pages, read } = begun()
    expect(read([ticket('a', 9), ticket('b', 8)], 'next')()).toEqual(['a', 'b'])
    pages.heard(ticket('far', 1))
    pages.heard(ticket('new', 10))
    expect([rows.ids(), pages.hasMore()]).toEqual([['new', 'a', 'b'], true])
    expect(read([ticket('far', 1)], null)()).toEqual(['far'])
    expect([rows.ids(), pages.due(true)]).toEqual([['new', 'a', 'b', 'far'], null])
  })
  test('a change that arrives during a request is newer than the page', () => {
    const { rows, pages, read } = begun()
    read([ticket('a', 5, 1)], null)(() => pages.heard(ticket('a', 9, 2)))
    expect(rows.get('a')?.seq).toBe(2)
    pages.heard(ticket('a', 5, 1))
    expect(rows.get('a')?.seq, 'an older state does not turn it back').toBe(2)
  })
  test('a re-read removes tickets that are gone', () => {
    const { rows, pages, read } = begun()
    read([ticket('a', 9), ticket('b', 8)], null)()
    pages.restart()
    read([ticket('b', 8)], null)()
    expect(rows.ids()).toEqual(['b'])
  })
})
