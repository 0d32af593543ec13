import { describe, expect, test } from 'vitest'
import { bytesOfUrl, fitted } from '../src/client/logo.ts'
import { colorNote, colorOf, originOf, parseWidgetDraft, policyFor, snippetFor, widgetDraftOf, widgetFaultsOf, widgetOf, type WidgetDraft } from '../src/client/widget-setting.ts'
import cases from '../../core/tests/cases/origins.json'
import { LIMITS, type WidgetSettings } from '../src/protocol/generated.ts'

const none = widgetDraftOf({ widget: null })
const all: WidgetSettings = { color: '#2f5bd0', team_name: 'The workshop', greeting: 'Hello', position: 'left', logo: 'data:image/png;base64,AAAA', asks_category: true, sites: ['https://www.example'] }

describe('the widget’s settings being changed', () => {
  test('are read as they were stored; a server without the setting gives the defaults', () => {
    expect(widgetOf(widgetDraftOf({ widget: all }))).toEqual(all)
    expect(widgetOf(none)).toEqual({ color: null, team_name: null, greeting: null, position: 'right', logo: null, asks_category: false, sites: [] })
    expect(widgetDraftOf({})).toEqual(none)
    const draft: WidgetDraft = { ...none, position: 'left', sites: ['', 'x'] }
    expect(parseWidgetDraft(JSON.parse(JSON.stringify(draft)))).toEqual(draft)
    expect([null, {}, { ...draft, color: 1 }].map(parseWidgetDraft)).toEqual([null, null, null])
  })

  test('are normalized when they are sent', () => {
    expect(widgetOf({ ...none, color: ' ABC ', teamName: ' The\nshop ', greeting: ' \u200b', sites: ['', ' www.example/help ', 'HTTP://Localhost:80/'] })).toMatchObject({ color: '#aabbcc', team_name: 'The shop', greeting: null, sites: ['https://www.example', 'http://localhost'] })
  })

  test('name the invalid field, and each site by its line', () => {
    const of = (part: Partial<WidgetDraft>) => [...widgetFaultsOf({ ...none, ...part })]
    expect(of({ color: 'blue' })).toEqual([['color', 'color']])
    expect(of({ color: '', sites: [' '] })).toEqual([])
    expect(of({ teamName: 'x'.repeat(LIMITS.widget_team_name_chars_max + 1), greeting: '🙂'.repeat(LIMITS.widget_greeting_chars_max) })).toEqual([['teamName', 'long']])
    expect(of({ sites: ['https://a.example', 'ftp://b.example', '', 'a.example/x', 'https://*.example'] })).toEqual([['site.1', 'origin'], ['site.3', 'twice'], ['site.4', 'origin']])
    expect(of({ sites: Array.from({ length: LIMITS.widget_sites_max + 1 }, (_, n) => `https://s${n}.example`) })).toEqual([[`site.${LIMITS.widget_sites_max}`, 'many']])
  })
})

test('an origin is valid where the server accepts it', () => {
  for (const origin of cases.origins) expect(originOf(origin)).toBe(origin)
  for (const [spelling, origin] of Object.entries(cases.other_spellings)) expect(originOf(spelling), spelling).toBe(origin)
  for (const written of cases.impossible) expect(originOf(written), written).toBeNull()
})

test('an origin is what browsers send', () => {
  expect(['www.example', 'https://www.example:443/a?b#c', 'http://127.0.0.1:3000', 'http://[::1]:8080', 'https://münchen.example', 'localhost:3000'].map(originOf)).toEqual(['https://www.example', 'https://www.example', 'http://127.0.0.1:3000', 'http://[::1]:8080', 'https://xn--mnchen-3ya.example', 'https://localhost:3000'])
  expect(['', 'javascript:alert(1)', 'file:///x', 'https://user@www.example', 'https://:secret@www.example', 'https://', 'a b', 'https://*.example'].map(originOf)).toEqual([null, null, null, null, null, null, null, null])
})

test('a colour is accepted in several notations, and its note says how text will look', () => {
  expect(['#2F5BD0', '2f5bd0', '#abc', ' #abc ', 'blue', '#12345', ''].map(colorOf)).toEqual(['#2f5bd0', '#2f5bd0', '#aabbcc', '#aabbcc', null, null, null])
  expect(colorNote('#2f5bd0')).toEqual({ ink: 'white', isDarkened: false, isLightened: true })
  expect(colorNote('#ffe600')).toEqual({ ink: 'black', isDarkened: true, isLightened: false })
  expect(colorNote('x')).toBeNull()
})

test('the snippet and the policy contain the desk’s own origin', () => {
  const snippet = snippetFor('https://desk.example', { comment: 'C', token: 'T' })
  expect(snippet).toContain('<script src="https://desk.example/widget.js"></script>')
  expect(snippet).toContain('Helpline.init({')
  expect(snippet).toContain('getToken')
  expect(policyFor('https://desk.example')).toBe('script-src https://desk.example; frame-src https://desk.example; connect-src https://desk.example')
})

test('a logo keeps its proportions within the square', () => {
  expect([fitted(400, 200, 96, false), fitted(40, 20, 96, false), fitted(40, 20, 96, true), fitted(0, 0, 96, true), fitted(5_000, 1, 96, false)]).toEqual([{ width: 96, height: 48 }, { width: 40, height: 20 }, { width: 96, height: 48 }, { width: 96, height: 96 }, { width: 96, height: 1 }])
  expect(['data:,QUJD', 'data:,QUI=', 'data:,QQ=='].map(bytesOfUrl)).toEqual([3, 2, 1])
})
