// Tests of the stores for the desk's settings and a person's saved replies. Each person has their own stores. Drafts are kept in the
// storage of that person's client, and requests save them on the server.

import { afterEach, expect, test } from 'vitest'
import { memoryStorage } from '../src/client/browser.ts'
import { createTeamClient } from '../src/client/team-client.ts'
import { hoursFor } from '../src/client/hours-store.ts'
import { replyEditorFor } from '../src/client/reply-editing.ts'
import { widgetFor } from '../src/client/widget-store.ts'
import { isObject, parseJson } from '../src/protocol/narrow.ts'
import { settled, testPage } from './help/page.ts'

const open: (() => void)[] = []
afterEach(() => { for (const close of open.splice(0)) close() })

const ETAGS = { opening_hours: '"h"', away_notice: '"n"', reply_assigns: '"r"', widget: '"w"' }
const SETTINGS = { opening_hours: null, away_notice: null, reply_assigns: false, widget: null, etags: ETAGS }

function admin(storage = memoryStorage()) {
  const changes: [string, unknown, string | null][] = []
  let settings: object = SETTINGS
  const refusing = new Set<string>()
  const { page } = testPage({
    answer(address, init) {
      const path = new URL(address).pathname
      // The simulated server changes the spelling of time zones, as the real server does.
      const body: unknown = typeof init?.body === 'string' ? parseJson(init.body.replace('europe/vienna', 'Europe/Vienna')) : null
      if (refusing.has(path)) return { status: 422, body: { code: 'invalid_field', title: '' } }
      if (init?.method === 'PUT' && path.startsWith('/v1/settings/')) settings = { ...settings, [path.slice('/v1/settings/'.length)]: isObject(body) ? body['value'] : null }
      if (init?.method === 'PUT') changes.push([path, body, new Headers(init.headers).get('if-match')])
      return path.startsWith('/v1/settings') ? { body: settings } : { status: 404, body: { code: 'not_found' } }
    },
  })
  const client = createTeamClient({ id: 'ada', name: 'Ada', role: 'admin' }, () => Promise.resolve({ token: 'token', expires_at: null }), 'http://desk.test', () => {}, {
    storage, page,
    sockets: () => ({ send() {}, close() {}, addEventListener() {} }),
  })
  open.push(() => client.dispose())
  return { client, storage, changes, refusing, save: (next: object) => { settings = { ...settings, ...next } } }
}

const namesIn = (storage: Storage | ReturnType<typeof memoryStorage>) => Array.from({ length: storage.length }, (_, index) => storage.key(index))

test('hours: changes are kept for the next visit, and saved with the notice', async () => {
  const { client, storage, changes } = admin()
  const store = hoursFor(client)
  expect(hoursFor(client), 'one a person').toBe(store)
  await settled()
  store.change({ keepsHours: true, timezone: 'Europe/Vienna', notice: ' Back soon ' })
  expect(namesIn(storage)).toContain('helpline.text.ada.settings.hours')
  const again = hoursFor(admin(storage).client)
  expect(again).not.toBe(store)
  await settled()
  expect([again.isChanged.value, again.draft.value?.notice]).toEqual([true, ' Back soon '])
  expect(await store.save()).toBe(true)
  expect(changes).toMatchObject([['/v1/settings/opening_hours', { value: { timezone: 'Europe/Vienna' } }, '"h"'], ['/v1/settings/away_notice', { value: 'Back soon' }, '"n"']])
  expect([store.isChanged.value, namesIn(storage)]).toEqual([false, []])
})

test('hours: if the notice is refused after the hours were saved, no other admin is blamed, and the next attempt finishes the save', async () => {
  const { client, changes, refusing, storage } = admin()
  const store = hoursFor(client)
  await settled()
  store.change({ keepsHours: true, timezone: 'Europe/Vienna', notice: 'Back soon' })
  refusing.add('/v1/settings/away_notice')
  expect(await store.save()).toBe(false)
  expect([store.refused.value?.code, store.isOvertaken.value, store.isChanged.value, store.draft.value?.notice, store.saved.value?.timezone]).toEqual(['invalid_field', false, true, 'Back soon', 'Europe/Vienna'])
  expect(hoursFor(admin(storage).client).refused.value, 'on the next visit too').toBeNull()
  refusing.clear()
  changes.length = 0
  expect(await store.save()).toBe(true)
  expect(changes.map(([path]) => path)).toContain('/v1/settings/away_notice')
  expect([store.isChanged.value, store.saved.value?.notice, namesIn(storage)]).toEqual([false, 'Back soon', []])
})

test('widget: changes are kept for the next visit, and saved', async () => {
  const { client, storage, changes } = admin()
  const store = widgetFor(client)
  expect(widgetFor(client)).toBe(store)
  await settled()
  store.change({ greeting: 'Hello' })
  expect(namesIn(storage)).toEqual(['helpline.text.ada.settings.widget'])
  expect(await store.save()).toBe(true)
  expect(changes).toMatchObject([['/v1/settings/widget', { value: { greeting: 'Hello' } }, '"w"']])
  expect(namesIn(storage)).toEqual([])
})

test('replies: an unsaved reply is kept for the next visit', () => {
  const { client, storage } = admin()
  const editor = replyEditorFor(client)
  expect(replyEditorFor(client)).toBe(editor)
  editor.begin({ id: 'r1', base: null, shortcut: 'hi', title: 'Hello', body: '', folder: '', personal: false })
  editor.change('r1', { body: 'Good morning' })
  expect(namesIn(storage)).toEqual(['helpline.text.ada.settings.replies.r1'])
  expect(replyEditorFor(admin(storage).client).drafts.value.get('r1')?.body).toBe('Good morning')
  expect(replyEditorFor(admin().client).drafts.value.size, 'another device').toBe(0)
})

const WIDGET = { color: null, team_name: null, greeting: null, position: 'right', logo: null, asks_category: false, sites: ['https://a.test', 'https://b.test'] }
const DAYS = { mon: [['09:00', '17:00']], tue: [], wed: [], thu: [], fri: [], sat: [], sun: [] }

test('widget: parts saved by another admin are merged with the changes here, and only a part that both changed is asked about', async () => {
  const { client, changes, save } = admin()
  const store = widgetFor(client)
  save({ widget: WIDGET })
  await store.reload()
  store.change({ greeting: 'Hello', sites: ['https://a.test', '', 'mine.test'] })
  save({ widget: { ...WIDGET, color: '#112233', sites: ['https://a.test', 'https://b.test', 'https://theirs.test'] } })
  await store.reload()
  expect([store.isOvertaken.value, store.draft.value]).toMatchObject([false, { greeting: 'Hello', color: '#112233', sites: ['https://a.test', '', 'mine.test', 'https://theirs.test'] }])
  save({ widget: { ...WIDGET, greeting: 'Theirs', team_name: 'Team' } })
  await store.reload()
  expect([store.isOvertaken.value, store.draft.value?.greeting]).toEqual([true, 'Hello'])
  store.keepMine()
  expect([store.isOvertaken.value, store.draft.value]).toMatchObject([false, { greeting: 'Hello', teamName: 'Team', color: '' }])
  expect(await store.save()).toBe(true)
  expect(changes.at(-1)).toMatchObject(['/v1/settings/widget', { value: { greeting: 'Hello', team_name: 'Team', sites: ['https://a.test', 'https://mine.test'] } }, '"w"'])
})

test('hours: days and dates are merged one by one', async () => {
  const { client, save } = admin()
  const store = hoursFor(client)
  const hours = { timezone: 'Europe/Vienna', days: DAYS, holidays: [{ date: '2027-01-01', name: 'New Year', spans: [] }] }
  save({ opening_hours: hours })
  await store.reload()
  const days = store.draft.value?.days
  if (days === undefined) throw new Error('it is loaded')
  store.change({ notice: 'Back soon', days: { ...days, sun: [{ from: '10:00', to: '12:00' }] } })
  save({ opening_hours: { ...hours, days: { ...DAYS, sat: [['09:00', '12:00']] }, holidays: [{ date: '2026-12-25', name: 'Christmas', spans: [] }, { date: '2027-01-01', name: 'New', spans: [] }] } })
  await store.reload()
  expect([store.isOvertaken.value, store.draft.value]).toMatchObject([false, {
    notice: 'Back soon', days: { sat: [{ from: '09:00', to: '12:00' }], sun: [{ from: '10:00', to: '12:00' }] },
    holidays: [{ date: '2026-12-25', name: 'Christmas' }, { date: '2027-01-01', name: 'New' }],
  }])
  save({ opening_hours: { ...hours, days: { ...DAYS, sun: [['08:00', '09:00']] } } })
  await store.reload()
  expect(store.isOvertaken.value).toBe(true)
})

test('hours: a zone in the server’s own spelling is not another admin’s change', async () => {
  const { client, refusing } = admin()
  const store = hoursFor(client)
  await settled()
  store.change({ keepsHours: true, timezone: 'europe/vienna', notice: 'Back soon' })
  refusing.add('/v1/settings/away_notice')
  expect(await store.save()).toBe(false)
  expect([store.saved.value?.timezone, store.isOvertaken.value, store.draft.value?.notice]).toEqual(['Europe/Vienna', false, 'Back soon'])
})
